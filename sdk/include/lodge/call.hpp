// The call that a callback is answering, and the ticket to answer it later.
#pragma once

#include <lodge/target.hpp>
#include <lodge/verdict.hpp>

namespace lodge {
inline namespace sdk {

/// Owes the answer of a deferred call. Movable to any thread, used by one at a time; forgotten (destroyed without an
/// answer), it answers INTERNAL by itself.
class [[nodiscard]] Reply {
 public:
  Reply(Link<lodge_call_v1> link, lodge_handle ticket) noexcept : link_(link), ticket_(ticket) {}
  Reply(Reply&& other) noexcept : link_(other.link_), ticket_(std::exchange(other.ticket_, 0)) {}
  Reply& operator=(Reply&& other) noexcept {
    if (this != &other) {
      forget();
      link_ = other.link_;
      ticket_ = std::exchange(other.ticket_, 0);
    }
    return *this;
  }
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;
  ~Reply() { forget(); }

  /// Each answers once: STALE afterwards, or where the call has passed its deadline.
  template <typename T>
  Result<void> reply(const T& value) {
    return complete(done(value));
  }
  Result<void> reply() { return complete(done()); }
  Result<void> continue_chain() { return complete(go_on()); }
  template <typename... T>
  Result<void> continue_with(const T&... arguments) {
    return complete(sdk::continue_with(arguments...));
  }
  Result<void> fail(std::int32_t code, std::string_view text) { return complete(Error{code, std::string(text)}); }

  /// INVALID_ARGUMENT: the host takes no such verdict here; the ticket lives on.
  Result<void> complete(const Verdict& verdict) {
    if (ticket_ == 0) return Error{LODGE_STALE, "this call was answered already"};
    const auto bytes = verdict.bytes();
    const std::int32_t code = link_.table->complete(link_.host, ticket_, verdict.kind(), bytes.data(), bytes.size());
    if (code == LODGE_OK || code == LODGE_STALE) ticket_ = 0;
    if (code == LODGE_OK) return {};
    return Error{code,
                 code == LODGE_STALE ? "nobody waits for this answer any more" : "this answer is not possible here"};
  }

  /// Whether somebody still waits.
  [[nodiscard]] bool awaited() const noexcept {
    return ticket_ != 0 && link_.table->ticket_awaited(link_.host, ticket_) == LODGE_OK;
  }
  /// For calls made on behalf of the deferred one.
  [[nodiscard]] Parent parent() const noexcept { return {nullptr, ticket_, nullptr}; }

 private:
  void forget() noexcept {
    if (ticket_ == 0) return;
    static constexpr std::string_view text = "the plugin dropped the call without an answer";
    static_cast<void>(link_.table->complete(link_.host, std::exchange(ticket_, 0), LODGE_INTERNAL,
                                            bytes_of(text).data(), text.size()));
  }

  Link<lodge_call_v1> link_;
  lodge_handle ticket_;
};

/// One call, as its first parameter shows it to a callback: `std::string greet(lodge::Call& call, std::string_view
/// who)`. Valid until the callback returns; on the callback's thread.
class Call {
 public:
  Call(const Host& host, const lodge_call* raw) noexcept : host_(host), raw_(raw) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() = default;

  [[nodiscard]] std::string_view service() const noexcept { return text_of(raw_->service); }
  [[nodiscard]] std::string_view name() const noexcept { return text_of(raw_->name); }
  /// The calling service; empty: from outside the services of this node.
  [[nodiscard]] std::string_view caller() const noexcept { return text_of(raw_->caller); }
  /// Nanoseconds on the clock of host().timer().now(); INT64_MAX: never.
  [[nodiscard]] std::int64_t deadline_ns() const noexcept { return raw_->deadline_ns; }
  [[nodiscard]] bool outside() const noexcept { return (raw_->flags & LODGE_CALL_OUTSIDE) != 0; }
  [[nodiscard]] bool idempotent() const noexcept { return (raw_->flags & LODGE_CALL_IDEMPOTENT) != 0; }
  /// The arguments as they came.
  [[nodiscard]] std::span<const std::uint8_t> arguments() const noexcept { return bytes_of(raw_->args); }
  /// NULL: not traced.
  [[nodiscard]] const lodge_trace* trace() const noexcept { return raw_->trace; }
  [[nodiscard]] const Host& host() const noexcept { return host_; }
  [[nodiscard]] const lodge_call* raw() const noexcept { return raw_; }
  /// For calls made on behalf of this one.
  [[nodiscard]] Parent parent() const noexcept { return {raw_, 0, nullptr}; }

  /// Whether somebody still waits for the answer; true where the host cannot say.
  [[nodiscard]] bool awaited() const noexcept {
    const auto link = host_.link<lodge_call_v1>();
    return link.table == nullptr || link.table->awaited(link.host, raw_) == LODGE_OK;
  }

  /// Calls another service on behalf of this call: its deadline, trace and chain of callers carry over.
  template <typename R = void, typename... Args>
  Result<R> call(std::string_view service, std::string_view name, const Args&... args) const {
    return call_by_name<R>(host_, parent(), service, name, args...);
  }

  /// Takes the ticket of this call; the callback then returns lodge::deferred() (or nothing, where it returns void),
  /// and whatever else it returns or throws is ignored. Nothing borrowed from the call may be used after the callback.
  /// Throws Failure: the host has no lodge.call/1, or the ticket was taken before.
  Reply defer() {
    const auto link = host_.link<lodge_call_v1>();
    if (link.table == nullptr) throw Failure(missing_interface<lodge_call_v1>());
    lodge_handle ticket = 0;
    const std::int32_t code = link.table->defer(link.host, raw_, &ticket);
    if (code != LODGE_OK) throw Failure(code, "the call cannot be deferred: it was already, or is answered elsewhere");
    deferred_ = true;
    return {link, ticket};
  }
  [[nodiscard]] bool deferred() const noexcept { return deferred_; }

 private:
  const Host& host_;
  const lodge_call* raw_;
  bool deferred_ = false;
};

}  // namespace sdk
}  // namespace lodge
