// Something to happen later.
#pragma once

#include <functional>
#include <mutex>

#include "base/clock.hpp"
#include "base/timer_queue.hpp"

namespace lodge {

/// Thread-safe.
class Timers {
 public:
  virtual ~Timers() = default;

  /// `fire` runs once, at `when` or up to about a millisecond later, on the loop thread: it must not wait and does
  /// little more than submit a task.
  virtual TimerId at(MonotonicNs when, std::function<void()> fire) = 0;

  /// True: it will not fire. False: it has fired, is firing, or was cancelled.
  virtual bool cancel(TimerId id) = 0;
};

/// Timers of a ManualClock, for tests: they fire in `advance`, in order, on the thread that calls it.
class ManualTimers final : public Timers {
 public:
  explicit ManualTimers(ManualClock& clock) : clock_(clock) {}

  TimerId at(MonotonicNs when, std::function<void()> fire) override {
    std::lock_guard lock(mutex_);
    return queue_.add(when, std::move(fire));
  }
  bool cancel(TimerId id) override {
    std::lock_guard lock(mutex_);
    return queue_.cancel(id).has_value();
  }

  /// Moves the clock from one due time to the next, firing, and at last to where it was to go. Returns how many fired.
  std::size_t advance(std::int64_t ns) {
    const MonotonicNs end = clock_.now() + ns;
    std::size_t fired = 0;
    for (;;) {
      std::optional<std::function<void()>> fire;
      {
        std::lock_guard lock(mutex_);
        const MonotonicNs due = queue_.next_due();
        if (due > end) break;
        if (due > clock_.now()) clock_.advance(due - clock_.now());
        fire = queue_.pop_due(clock_.now());
      }
      (*fire)();
      ++fired;
    }
    if (end > clock_.now()) clock_.advance(end - clock_.now());
    return fired;
  }

  [[nodiscard]] std::size_t pending() const {
    std::lock_guard lock(mutex_);
    return queue_.size();
  }

 private:
  ManualClock& clock_;
  mutable std::mutex mutex_;
  TimerQueue<std::function<void()>> queue_;
};

}  // namespace lodge
