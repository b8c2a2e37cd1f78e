// Calling other services.
#pragma once

#include <memory>
#include <utility>

#include <lodge/log.hpp>
#include <lodge/pack_structs.hpp>

namespace lodge {
inline namespace sdk {

/// On whose behalf a call is made: a call that is being answered on this thread, or the ticket of a deferred one.
struct Parent {
  const lodge_call* call = nullptr;
  lodge_handle ticket = 0;
  const lodge_trace* trace = nullptr;  ///< a part of it that the call belongs to (trace.hpp); NULL: all of it
};

inline lodge_call_options raw_options(const CallOptions& options, Parent parent) noexcept {
  lodge_call_options raw{};
  raw.struct_size = sizeof raw;
  raw.flags = options.idempotent ? std::uint32_t{LODGE_CALL_IDEMPOTENT} : 0U;
  raw.timeout_ns = options.timeout_ns;
  raw.parent = parent.call;
  raw.parent_ticket = parent.ticket;
  raw.trace = parent.trace;
  return raw;
}

inline Result<lodge_handle> resolve(Link<lodge_call_v1> link, std::string_view service, std::string_view name,
                                    std::size_t arity) {
  if (link.table == nullptr) return missing_interface<lodge_call_v1>();
  lodge_handle target = 0;
  const std::int32_t code = link.table->resolve(link.host, service.data(), service.size(), name.data(), name.size(),
                                                static_cast<std::uint32_t>(arity), &target);
  if (code == LODGE_OK) return target;
  std::string text = "cannot be called: ";
  text.append(shown(service)).append(" ").append(shown(name)).append("/").append(std::to_string(arity));
  return Error{code, std::move(text)};
}

/// What came back, as an R.
template <typename R>
Result<R> answer_from(std::int32_t code, std::int32_t executed, std::span<const std::uint8_t> reply) {
  if (code != LODGE_OK) {
    return Error{code, std::string(reply.begin(), reply.end()), static_cast<Executed>(executed)};
  }
  if constexpr (std::is_void_v<R>) {
    return {};
  } else {
    static_assert(!Pack<R>::borrows, "an answer is read from a buffer that goes away: take std::string for a view");
    static constexpr std::uint8_t nil = 0xc0;
    R value{};
    Mismatch mismatch;
    if (read_value(reply.empty() ? std::span<const std::uint8_t>(&nil, 1) : reply, value, mismatch)) return value;
    return Error{LODGE_INTERNAL, "the answer: " + mismatch.text, Executed::yes};
  }
}

inline Error no_room_for(std::string_view what) {
  return {LODGE_RESOURCE_EXHAUSTED, std::string(what) + " cannot be written: out of room", Executed::no};
}

template <typename R, typename... Args>
Result<R> call_and_wait(Link<lodge_call_v1> link, lodge_handle target, const CallOptions& options, Parent parent,
                        const Args&... args) {
  if (link.table == nullptr) return missing_interface<lodge_call_v1>();
  Buffer<> message;
  if (write_values(message, args...) != LODGE_OK) return no_room_for("the arguments");
  const lodge_call_options raw = raw_options(options, parent);
  Buffer<> reply;
  std::int32_t executed = LODGE_EXECUTED_NO;
  const std::int32_t code = link.table->call(link.host, target, message.data, message.size, &raw, &reply, &executed);
  return answer_from<R>(code, executed, reply.view());
}

/// A callback of a service, resolved once; small calls through it allocate nothing. It follows the service through
/// restarts. A value: copy it freely.
template <typename R, typename... Args>
class Target<R(Args...)> {
 public:
  Target() = default;
  Target(Link<lodge_call_v1> link, lodge_handle handle) noexcept : link_(link), handle_(handle) {}

  Result<R> operator()(const Args&... args) const { return with({}, {}, args...); }
  [[nodiscard]] lodge_handle handle() const noexcept { return handle_; }
  /// With options, and on behalf of a call: target.with({.timeout_ns = 5'000'000}, call.parent(), 1, 2).
  Result<R> with(const CallOptions& options, Parent parent, const Args&... args) const {
    return call_and_wait<R>(link_, handle_, options, parent, args...);
  }

 private:
  Link<lodge_call_v1> link_;
  lodge_handle handle_ = 0;
};

/// A call under way. A value: dropping it changes nothing.
class Pending {
 public:
  Pending(Link<lodge_call_v1> link, lodge_handle handle) noexcept : link_(link), handle_(handle) {}
  /// Gives it up: `done` gets CANCELLED unless the answer is on its way. STALE: it was answered.
  Result<void> cancel() const {
    const std::int32_t code = link_.table->cancel(link_.host, handle_);
    if (code != LODGE_OK) return Error{code, "the call was answered already"};
    return {};
  }

 private:
  Link<lodge_call_v1> link_;
  lodge_handle handle_;
};

/// Who waits for the answer to a call that was started.
template <typename R>
struct Awaiting {
  const lodge_host* host;
  std::function<void(Result<R>)> done;
};

/// Hands the answer over, and ends the waiting.
template <typename R>
void take_answer(void* user, std::int32_t code, std::int32_t executed, const lodge_slice* reply) noexcept {
  const std::unique_ptr<Awaiting<R>> awaiting(static_cast<Awaiting<R>*>(user));
  guarded_task(awaiting->host, "the completion of a call", [&] {
    awaiting->done(
        answer_from<R>(code, executed, reply == nullptr ? std::span<const std::uint8_t>() : bytes_of(*reply)));
  });
}

template <typename R, typename... Args>
Result<R> call_by_name(const Host& host, Parent parent, std::string_view service, std::string_view name,
                       const Args&... args) {
  const auto link = host.link<lodge_call_v1>();
  const Result<lodge_handle> target = resolve(link, service, name, sizeof...(Args));
  if (!target) return target.error();
  return call_and_wait<R>(link, *target, {}, parent, args...);
}

template <typename R, typename... Args>
Result<Pending> start_by_name(const Host& host, Parent parent, std::string_view service, std::string_view name,
                              Completion<R> done, const Args&... args) {
  const auto link = host.link<lodge_call_v1>();
  const Result<lodge_handle> target = resolve(link, service, name, sizeof...(Args));
  if (!target) return target.error();
  Buffer<> message;
  if (write_values(message, args...) != LODGE_OK) return no_room_for("the arguments");
  const lodge_call_options raw = raw_options({}, parent);
  std::unique_ptr<Awaiting<R>> user;
  if (done) user.reset(new Awaiting<R>{host.raw(), std::move(done)});
  lodge_handle pending = 0;
  const std::int32_t code = link.table->start(link.host, *target, message.data, message.size, &raw,
                                              user ? &take_answer<R> : nullptr, user.get(), &pending);
  if (code != LODGE_OK) return Error{code, "the call could not be queued"};
  static_cast<void>(user.release());  // take_answer has it now
  return Pending(link, pending);
}

template <typename R, typename... Args>
Result<R> Host::call(std::string_view service, std::string_view name, const Args&... args) const {
  return call_by_name<R>(*this, {}, service, name, args...);
}

template <typename R, typename... Args>
Result<Pending> Host::start(std::string_view service, std::string_view name, Completion<R> done,
                            const Args&... args) const {
  return start_by_name<R>(*this, {}, service, name, std::move(done), args...);
}

template <typename>
inline constexpr std::size_t arity_of = 0;
template <typename R, typename... Args>
inline constexpr std::size_t arity_of<R(Args...)> = sizeof...(Args);

template <typename Signature>
Result<Target<Signature>> Host::target(std::string_view service, std::string_view name) const {
  const auto handles = link<lodge_call_v1>();
  const Result<lodge_handle> target = resolve(handles, service, name, arity_of<Signature>);
  if (!target) return target.error();
  return Target<Signature>(handles, *target);
}

}  // namespace sdk
}  // namespace lodge
