// The lock behind [serial]: never two callbacks at a time for one instance.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>

#include "base/clock.hpp"
#include "base/executor.hpp"

namespace lodge::service {

/// First come, first served. A call that holds no thread does not take one to wait either: it parks, and is submitted
/// to the executor when its turn has come. Thread-safe.
class SerialLock {
 public:
  explicit SerialLock(Executor& executor) : executor_(executor) {}

  [[nodiscard]] bool try_lock();

  /// True: locked. False: `task` will be submitted once it owns the lock.
  [[nodiscard]] bool lock_or_park(Task& task);

  /// Waits on this thread, marked as blocked. False: not by the deadline.
  [[nodiscard]] bool lock_until(MonotonicNs deadline, const Clock& clock);

  void unlock();

 private:
  /// Exactly one of the two is set.
  struct Waiter {
    Task* task = nullptr;
    bool* granted = nullptr;
  };

  Executor& executor_;
  std::mutex mutex_;
  std::condition_variable granted_;
  std::deque<Waiter> waiting_;
  bool locked_ = false;
};

}  // namespace lodge::service
