// Who runs plugin code. The rest of the host hands over tasks and does not know how threads share them.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>

#include "base/status.hpp"

namespace lodge {

/// A unit of work. Owned by whoever submits it until `run` is called; `run` owns it from then on (it may delete it or
/// give it back to a pool). Intrusive, so that handing over allocates nothing.
class Task {
 public:
  virtual ~Task() = default;
  /// Runs on a worker, once. Must not throw.
  virtual void run() noexcept = 0;

 private:
  friend class TaskQueue;
  Task* next_ = nullptr;
};

/// Of a wait: until what is waited for has come.
constexpr std::int64_t without_end = INT64_MAX;

/// Runs tasks. Thread-safe.
class Executor {
 public:
  virtual ~Executor() = default;

  /// Takes as many of the tasks as fit under the queue's limit, first ones first, in that order, then wakes as many
  /// sleeping workers as there is work for. Returns how many were taken; the rest still belong to the caller.
  [[nodiscard]] virtual std::size_t submit(std::span<Task* const> tasks) = 0;

  /// The queue's limit: so many tasks may wait.
  [[nodiscard]] virtual std::size_t queue_depth_max() const = 0;

  /// Takes one task whatever the limit: for work that has been accepted already (a chain that resumes, a timer, a
  /// watch).
  virtual void submit_always(Task& task) = 0;

  /// The calling thread is about to wait (enter) or has waited (leave). Where it is a worker, a spare takes its place
  /// meanwhile. Calls nest; use BlockedScope.
  virtual void enter_blocked() = 0;
  virtual void leave_blocked() = 0;

  /// Waits on this thread, marked as blocked, until `ready` holds or `patience_ns` have passed, and returns what
  /// `ready` says then. `lock` guards all that `ready` looks at: it is held while that is asked and when this returns,
  /// and given back in between. Whoever makes it ready notifies `changed`. This is how all code of the host waits for
  /// what plugin code must do first, so that an executor without threads can go on with that meanwhile.
  virtual bool wait(std::unique_lock<std::mutex>& lock, std::condition_variable& changed, std::int64_t patience_ns,
                    const std::function<bool()>& ready);

  /// True on the thread that must never wait (the loop thread while it runs quick callbacks).
  [[nodiscard]] virtual bool on_loop_thread() const = 0;
};

/// Marks the calling thread as waiting for as long as it lives.
class BlockedScope {
 public:
  explicit BlockedScope(Executor& executor) : executor_(executor) { executor_.enter_blocked(); }
  ~BlockedScope() { executor_.leave_blocked(); }
  BlockedScope(const BlockedScope&) = delete;
  BlockedScope& operator=(const BlockedScope&) = delete;

 private:
  Executor& executor_;
};

}  // namespace lodge
