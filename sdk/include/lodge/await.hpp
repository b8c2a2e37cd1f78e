// What a lodge::task can wait for: calls, time, and tickets that other threads complete. No thread is held meanwhile.
#pragma once

#include <lodge/task.hpp>

#include <memory>

namespace lodge {
inline namespace sdk {

/// A call on behalf of the one that the task answers: its deadline, trace and chain of callers carry over. co_await it
/// once; the answer is a Result<R>.
template <typename R>
class [[nodiscard]] AwaitedCall {
 public:
  template <typename... Args>
  AwaitedCall(std::string_view service, std::string_view name, const Args&... args)
      : service_(service), name_(name), arity_(sizeof...(Args)) {
    if (write_values(args_, args...) != LODGE_OK) answer_ = no_room_for("the arguments");
  }
  template <typename... Args>
  explicit AwaitedCall(lodge_handle target, const Args&... args) : arity_(sizeof...(Args)), target_(target) {
    if (write_values(args_, args...) != LODGE_OK) answer_ = no_room_for("the arguments");
  }
  AwaitedCall(const AwaitedCall&) = delete;
  AwaitedCall& operator=(const AwaitedCall&) = delete;
  ~AwaitedCall() = default;

  /// co_await lodge::call<int>("dictionary", "count", word).with({.timeout_ns = 50'000'000}).
  AwaitedCall& with(const CallOptions& options) noexcept {
    options_ = options;
    return *this;
  }
  /// As a part of that span (trace.hpp): co_await lodge::call<R>(...).within(span.trace()).
  AwaitedCall& within(const lodge_trace& trace) noexcept {
    trace_ = trace;
    return *this;
  }

  [[nodiscard]] bool await_ready() const noexcept { return answer_.has_value(); }

  /// False: it could not be started, and the answer says why.
  [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> waiting, TaskRoot& root) {
    const auto link = root.host().template link<lodge_call_v1>();
    if (target_ == 0) {
      const Result<lodge_handle> target = resolve(link, service_, name_, arity_);
      if (!target) return ends_with(target.error());
      target_ = *target;
    }
    root.suspend();
    waiting_ = waiting;
    lodge_call_options raw = raw_options(options_, root.parent());
    if (trace_) raw.trace = &*trace_;
    const std::int32_t code = link.table->start(link.host, target_, args_.data, args_.size, &raw, &take, this, nullptr);
    // Once it has started, this object may be gone.
    return code == LODGE_OK || ends_with({code, std::string("the call could not be queued: ") + meaning_of(code)});
  }
  Result<R> await_resume() { return std::move(*answer_); }

 private:
  bool ends_with(const Error& error) {
    answer_ = error;
    return false;
  }
  static void take(void* user, std::int32_t code, std::int32_t executed, const lodge_slice* reply) noexcept {
    auto& self = *static_cast<AwaitedCall*>(user);
    try {
      self.answer_ = answer_from<R>(code, executed, bytes_of(*reply));
    } catch (const std::bad_alloc&) {
      self.answer_ = Error{LODGE_RESOURCE_EXHAUSTED, "no memory for the answer", Executed::yes};
    }
    self.waiting_.resume();
  }

  std::string service_;  // its own: it may be awaited long after it was made
  std::string name_;
  std::size_t arity_;
  Buffer<256> args_;
  lodge_handle target_ = 0;
  CallOptions options_;
  std::optional<lodge_trace> trace_;
  std::coroutine_handle<> waiting_;
  std::optional<Result<R>> answer_;
};

/// In a task: Result<std::string> answer = co_await lodge::call<std::string>("hello", "greet", who). An R may not
/// borrow.
template <typename R = void, typename... Args>
AwaitedCall<R> call(std::string_view service, std::string_view name, const Args&... args) {
  return AwaitedCall<R>(service, name, args...);
}
/// The same through a target that was resolved once.
template <typename R, typename... Args>
AwaitedCall<R> call(const Target<R(Args...)>& target, const std::type_identity_t<Args>&... args) {
  return AwaitedCall<R>(target.handle(), args...);
}

/// Time that passes. co_await it once.
class [[nodiscard]] Sleep {
 public:
  explicit Sleep(std::int64_t delay_ns) noexcept : delay_ns_(delay_ns) {}
  Sleep(const Sleep&) = delete;
  Sleep& operator=(const Sleep&) = delete;
  ~Sleep() = default;

  [[nodiscard]] bool await_ready() const noexcept { return delay_ns_ == 0; }

  [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> waiting, TaskRoot& root) {
    const auto link = root.host().template link<lodge_timer_v1>();
    if (link.table == nullptr) return ends_with(missing_interface<lodge_timer_v1>());
    root.suspend();
    waiting_ = waiting;
    const std::int64_t left_ns = root.deadline_ns() - link.table->now(link.host);
    if (left_ns < delay_ns_) {
      ended_ = Error{LODGE_DEADLINE_EXCEEDED, "the call's deadline came before the time to sleep was over"};
    }
    const std::int64_t sleep_ns = left_ns < 0 ? 0 : (left_ns < delay_ns_ ? left_ns : delay_ns_);
    lodge_handle timer = 0;
    const std::int32_t code = link.table->start(link.host, sleep_ns, 0, &fire, this, &timer);
    // Once it has started, this object may be gone.
    return code == LODGE_OK || ends_with(failed<lodge_timer_v1>("start", {}, code));
  }
  Result<void> await_resume() { return std::move(ended_); }

 private:
  bool ends_with(Error error) {
    ended_ = std::move(error);
    return false;
  }
  static void fire(void* user, lodge_handle) noexcept { static_cast<Sleep*>(user)->waiting_.resume(); }

  std::int64_t delay_ns_;
  std::coroutine_handle<> waiting_;
  Result<void> ended_;
};

/// In a task: co_await lodge::sleep(50'000'000). DEADLINE_EXCEEDED, and then: the deadline of the call came first.
/// RESOURCE_EXHAUSTED: no timer is free; INVALID_ARGUMENT: less than 0 ns.
inline Sleep sleep(std::int64_t delay_ns) noexcept { return Sleep(delay_ns); }

/// What a Ticket and its Completers share.
template <typename T>
class TicketState {
 public:
  /// False: it was completed before.
  bool complete(Result<T> result) {
    std::coroutine_handle<> waiting;
    {
      const std::lock_guard lock(mutex_);
      if (result_) return false;
      result_ = std::move(result);
      waiting = std::exchange(waiting_, nullptr);
    }
    if (waiting) resume(waiting);
    return true;
  }
  /// False: it is complete.
  bool wait(std::coroutine_handle<> waiting, const Host& host) {
    const std::lock_guard lock(mutex_);
    if (result_) return false;
    host_ = host.raw();
    waiting_ = waiting;
    return true;
  }
  /// The coroutine is going away.
  void forget() {
    const std::lock_guard lock(mutex_);
    waiting_ = nullptr;
  }
  [[nodiscard]] bool completed() {
    const std::lock_guard lock(mutex_);
    return result_.has_value();
  }
  /// Only once it is complete.
  Result<T> take() { return std::move(*result_); }

 private:
  /// On a worker, so that neither the completing thread does the coroutine's work, nor a coroutine runs whose instance
  /// has gone.
  void resume(std::coroutine_handle<> waiting) {
    const auto link = Host(host_).link<lodge_timer_v1>();
    const auto fire = [](void* user, lodge_handle) noexcept { std::coroutine_handle<>::from_address(user).resume(); };
    lodge_handle timer = 0;
    const std::int32_t code = link.table->start(link.host, 0, 0, fire, waiting.address(), &timer);
    if (code != LODGE_OK && code != LODGE_STALE) waiting.resume();  // no timer is free: then here
  }

  std::mutex mutex_;
  std::optional<Result<T>> result_;
  std::coroutine_handle<> waiting_;
  const lodge_host* host_ = nullptr;
};

/// Completes a Ticket: once, from any thread. Copies complete the same one; when the last is dropped without, the
/// ticket is completed with INTERNAL.
template <typename T>
class Completer {
 public:
  explicit Completer(std::shared_ptr<TicketState<T>> state) : held_(std::make_shared<Held>(std::move(state))) {}

  /// A value or an Error. False: the ticket was completed before.
  bool complete(Result<T> result) const { return held_->state->complete(std::move(result)); }

 private:
  struct Held {
    explicit Held(std::shared_ptr<TicketState<T>> shared) : state(std::move(shared)) {}
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    ~Held() { state->complete(Error{LODGE_INTERNAL, "the ticket was dropped without an answer", Executed::maybe}); }
    std::shared_ptr<TicketState<T>> state;
  };
  std::shared_ptr<Held> held_;
};

/// Something that another thread will know: hand its completer() there, once, and co_await the ticket, once; that
/// answers a Result<T>. Needs lodge.timer/1.
template <typename T>
class [[nodiscard]] Ticket {
 public:
  Ticket() : state_(std::make_shared<TicketState<T>>()) {}
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;
  ~Ticket() { state_->forget(); }

  [[nodiscard]] Completer<T> completer() const { return Completer<T>(state_); }

  [[nodiscard]] bool await_ready() const { return state_->completed(); }
  [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> waiting, TaskRoot& root) {
    if (root.host().template link<lodge_timer_v1>().table == nullptr) {
      throw Failure(missing_interface<lodge_timer_v1>());
    }
    root.suspend();
    const auto state = state_;  // once it waits, this object may be gone
    return state->wait(waiting, root.host());
  }
  Result<T> await_resume() { return state_->take(); }

 private:
  std::shared_ptr<TicketState<T>> state_;
};

}  // namespace sdk
}  // namespace lodge
