// Methods that wait without holding a thread: coroutines. A callback that returns lodge::task<T> may co_await calls,
// timers and tickets (await.hpp) and other tasks; at the first wait it takes the ticket of its call, and the answer
// comes when the coroutine returns. It goes on, on a worker; one thread at a time.
#pragma once

#include <coroutine>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <lodge/call.hpp>

namespace lodge {
inline namespace sdk {

class TaskRoot;

/// The coroutines of one plugin instance that wait. Those left when the instance ends are destroyed with it, their
/// locals too: nobody resumes them any more.
class TaskList {
 public:
  TaskList() = default;
  TaskList(const TaskList&) = delete;
  TaskList& operator=(const TaskList&) = delete;
  ~TaskList();

  void add(TaskRoot& root);
  void remove(TaskRoot& root);

 private:
  std::mutex mutex_;
  TaskRoot* first_ = nullptr;
};

/// The call that a coroutine answers, and all the tasks that it awaits with it: co_await lodge::this_call() shows it.
class TaskRoot {
 public:
  TaskRoot() = default;
  TaskRoot(const TaskRoot&) = delete;
  TaskRoot& operator=(const TaskRoot&) = delete;
  ~TaskRoot() = default;

  /// The service that was called: the plugin's own.
  [[nodiscard]] const std::string& service() const noexcept { return service_; }
  /// The calling service; empty: from outside the services of this node.
  [[nodiscard]] const std::string& caller() const noexcept { return caller_; }
  /// Nanoseconds on the clock of host().timer().now(); INT64_MAX: never.
  [[nodiscard]] std::int64_t deadline_ns() const noexcept { return deadline_ns_; }
  [[nodiscard]] bool outside() const noexcept { return (flags_ & LODGE_CALL_OUTSIDE) != 0; }
  [[nodiscard]] bool idempotent() const noexcept { return (flags_ & LODGE_CALL_IDEMPOTENT) != 0; }
  [[nodiscard]] const Host& host() const noexcept { return *host_; }
  /// For calls made on behalf of this one.
  [[nodiscard]] Parent parent() const noexcept { return reply_ ? reply_->parent() : entering_->parent(); }
  /// Whether somebody still waits for the answer.
  [[nodiscard]] bool awaited() const noexcept { return reply_ ? reply_->awaited() : entering_->awaited(); }

  // What follows is for the SDK.

  void enter(Call& call, TaskList& tasks, std::coroutine_handle<> frame) {
    host_ = &call.host();
    deadline_ns_ = call.deadline_ns();
    flags_ = call.raw()->flags;
    service_ = call.service();
    caller_ = call.caller();
    entering_ = &call;
    tasks_ = &tasks;
    frame_ = frame;
  }
  /// Just before something is started that resumes the coroutine, maybe on another thread. Throws what Call::defer
  /// throws.
  void suspend() {
    if (entering_ == nullptr) return;
    reply_.emplace(entering_->defer());
    entering_ = nullptr;
    tasks_->add(*this);
  }
  /// The coroutine has returned behind its callback's back. Takes the answer's ticket: the frame may go.
  Reply finish() {
    tasks_->remove(*this);
    return std::move(*reply_);
  }
  [[nodiscard]] bool suspended() const noexcept { return reply_.has_value(); }

 private:
  friend class TaskList;

  const Host* host_ = nullptr;
  std::int64_t deadline_ns_ = 0;
  std::uint32_t flags_ = 0;
  std::string service_;
  std::string caller_;
  Call* entering_ = nullptr;  ///< until the first wait: the callback is on this thread's stack
  std::optional<Reply> reply_;
  std::coroutine_handle<> frame_;
  TaskList* tasks_ = nullptr;
  TaskRoot* next_ = nullptr;
  TaskRoot* previous_ = nullptr;
};

inline TaskList::~TaskList() {
  while (TaskRoot* const root = first_) {
    remove(*root);
    root->frame_.destroy();
  }
}
inline void TaskList::add(TaskRoot& root) {
  const std::lock_guard lock(mutex_);
  root.next_ = first_;
  if (first_ != nullptr) first_->previous_ = &root;
  first_ = &root;
}
inline void TaskList::remove(TaskRoot& root) {
  const std::lock_guard lock(mutex_);
  (root.previous_ != nullptr ? root.previous_->next_ : first_) = root.next_;
  if (root.next_ != nullptr) root.next_->previous_ = root.previous_;
}

template <typename T>
class task;

/// What a task can wait for: it learns whose call it works for.
template <typename Awaited>
concept Awaitable = requires(Awaited& awaited, std::coroutine_handle<> waiting, TaskRoot& root) {
  awaited.await_ready();
  awaited.await_suspend(waiting, root);
  awaited.await_resume();
};

/// An Awaitable that the compiler can drive.
template <typename Awaited>
struct Awaiter {
  Awaited& awaited;
  TaskRoot& root;

  bool await_ready() { return awaited.await_ready(); }
  auto await_suspend(std::coroutine_handle<> waiting) { return awaited.await_suspend(waiting, root); }
  decltype(auto) await_resume() { return awaited.await_resume(); }
};

struct ThisCall {};
/// In a task: co_await lodge::this_call() is the TaskRoot, a reference valid while the callback's coroutine lives.
constexpr ThisCall this_call() noexcept { return {}; }
struct ThisCallAwaiter {
  TaskRoot& root;
  [[nodiscard]] bool await_ready() const noexcept { return true; }
  void await_suspend(std::coroutine_handle<>) const noexcept {}
  [[nodiscard]] const TaskRoot& await_resume() const noexcept { return root; }
};

/// The value of a callback's coroutine as the verdict that completes its ticket.
template <typename T>
Verdict verdict_of(T& value) {
  return done(value);
}
inline Verdict verdict_of(Verdict& verdict) { return std::move(verdict); }
template <typename T>
Verdict verdict_of(Result<T>& result) {
  if (!result) return result.error();
  if constexpr (std::is_void_v<T>)
    return done();
  else
    return done(*result);
}
inline Verdict verdict_of_thrown(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Failure& failure) {
    return Error{failure.code(), failure.what()};
  } catch (const std::exception& other) {
    return Error{LODGE_INTERNAL, other.what()};
  } catch (...) {
    return Error{LODGE_INTERNAL, "something was thrown that is no std::exception"};
  }
}

/// Answers the deferred call. A verdict that cannot be is a bug of the plugin, and said so.
inline void complete(Reply reply, const Verdict& verdict) {
  if (verdict.kind() != LODGE_DEFERRED) {
    const Result<void> completed = reply.complete(verdict);
    if (completed.ok() || completed.error().code == LODGE_STALE) return;  // STALE: nobody waits any more
  }
  static_cast<void>(reply.fail(LODGE_INTERNAL, "the coroutine answered with a verdict that is not possible here"));
}

/// What promises have in common.
class TaskPromise {
 public:
  std::suspend_always initial_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { thrown_ = std::current_exception(); }

  template <typename T>
  auto await_transform(task<T> awaited) {
    return typename task<T>::Join(std::move(awaited), *root_);
  }
  template <typename Awaited>
  auto await_transform(Awaited&& awaited) {
    constexpr bool known = Awaitable<std::remove_reference_t<Awaited>>;
    static_assert(known,
                  "a lodge::task awaits lodge::call, lodge::sleep, lodge::Ticket and other tasks; wrap what else there "
                  "is in a Ticket");
    if constexpr (known)
      return Awaiter<std::remove_reference_t<Awaited>>{awaited, *root_};
    else
      return std::suspend_never();
  }
  ThisCallAwaiter await_transform(ThisCall) noexcept { return {*root_}; }

  /// Starts the task as the answer to `call`.
  void enter(Call& call, TaskList& tasks, std::coroutine_handle<> self) {
    own_root_.enter(call, tasks, self);
    root_ = &own_root_;
  }
  /// Starts it as part of another, which goes on when this one has returned.
  void join(TaskRoot& root, std::coroutine_handle<> waiting) noexcept {
    root_ = &root;
    waiting_ = waiting;
  }

 protected:
  TaskPromise() = default;
  ~TaskPromise() = default;

  std::exception_ptr thrown_;
  std::coroutine_handle<> waiting_;  ///< the task that awaits this one; none: it answers a callback
  TaskRoot* root_ = nullptr;
  TaskRoot own_root_;  ///< of a task that answers a callback
};

/// At the end of a task: the one that awaits it goes on, or the call is answered and the frame destroyed. A task that
/// never waited stays as it is: its callback is on the stack, and takes the value from here.
struct TaskEnd {
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <typename Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) const noexcept {
    return self.promise().ended(self);
  }
  void await_resume() const noexcept {}
};

/// Where the value is kept, and what co_return does.
template <typename T>
class TaskValue : public TaskPromise {
 public:
  template <typename From = T>  // what co_return {...} makes
  void return_value(From&& value) {
    value_.emplace(std::forward<From>(value));
  }
  /// What was returned; throws what was thrown.
  T take() {
    if (thrown_) std::rethrow_exception(thrown_);
    return std::move(*value_);
  }

 protected:
  Verdict verdict() { return thrown_ ? verdict_of_thrown(thrown_) : verdict_of(*value_); }

 private:
  std::optional<T> value_;
};
template <>
class TaskValue<void> : public TaskPromise {
 public:
  void return_void() noexcept {}
  void take() {
    if (thrown_) std::rethrow_exception(thrown_);
  }

 protected:
  Verdict verdict() { return thrown_ ? verdict_of_thrown(thrown_) : done(); }
};

/// A coroutine that runs when it is awaited, or as the answer to a callback. Dropped before that, it never runs.
template <typename T = void>
class [[nodiscard]] task {
 public:
  class promise_type : public TaskValue<T> {
   public:
    task get_return_object() noexcept { return task(Handle::from_promise(*this)); }
    TaskEnd final_suspend() noexcept { return {}; }

    std::coroutine_handle<> ended(std::coroutine_handle<promise_type> self) noexcept {
      if (this->waiting_) return this->waiting_;
      if (this->own_root_.suspended()) {
        const Verdict verdict = this->verdict();
        Reply reply = this->own_root_.finish();
        self.destroy();
        complete(std::move(reply), verdict);
      }
      return std::noop_coroutine();
    }
  };
  using Handle = std::coroutine_handle<promise_type>;

  task(task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  task(const task&) = delete;
  task& operator=(const task&) = delete;
  task& operator=(task&&) = delete;
  ~task() {
    if (handle_) handle_.destroy();
  }

  /// Another task that waits for this one.
  class Join {
   public:
    Join(task joined, TaskRoot& root) noexcept : joined_(std::move(joined)), root_(root) {}
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) noexcept {
      joined_.handle_.promise().join(root_, waiting);
      return joined_.handle_;
    }
    T await_resume() { return joined_.handle_.promise().take(); }

   private:
    task joined_;
    TaskRoot& root_;
  };

  /// Runs it until it returns or first waits; then `call` is deferred, and the frame its own.
  template <typename Answer>
  static std::int32_t answer(task started, Call& call, TaskList& tasks, Answer&& answer_with) {
    const Handle handle = std::exchange(started.handle_, nullptr);
    handle.promise().enter(call, tasks, handle);
    handle.resume();
    if (call.deferred()) return LODGE_DEFERRED;  // it runs elsewhere, or has gone
    started.handle_ = handle;
    return answer_with(handle.promise());
  }

 private:
  explicit task(Handle handle) noexcept : handle_(handle) {}
  Handle handle_;
};

template <typename R>
inline constexpr bool is_task = false;
template <typename T>
inline constexpr bool is_task<task<T>> = true;

}  // namespace sdk
}  // namespace lodge
