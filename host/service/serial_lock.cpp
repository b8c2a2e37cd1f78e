#include "service/serial_lock.hpp"

#include <algorithm>
#include <utility>

namespace lodge::service {

bool SerialLock::try_lock() {
  std::lock_guard lock(mutex_);
  return !std::exchange(locked_, true);
}

bool SerialLock::lock_or_park(Task& task) {
  std::lock_guard lock(mutex_);
  if (!std::exchange(locked_, true)) return true;
  waiting_.push_back({.task = &task});
  return false;
}

bool SerialLock::lock_until(MonotonicNs deadline, const Clock& clock) {
  std::unique_lock lock(mutex_);
  if (!std::exchange(locked_, true)) return true;
  bool granted = false;
  waiting_.push_back({.granted = &granted});
  (void)executor_.wait(lock, granted_, std::max<MonotonicNs>(0, deadline - clock.now()),
                       [&granted] { return granted; });
  if (!granted) std::erase_if(waiting_, [&granted](const Waiter& each) { return each.granted == &granted; });
  return granted;
}

void SerialLock::unlock() {
  Task* next = nullptr;
  {
    std::lock_guard lock(mutex_);
    if (waiting_.empty()) {
      locked_ = false;
      return;
    }
    const Waiter waiter = waiting_.front();
    waiting_.pop_front();
    next = waiter.task;
    if (waiter.granted != nullptr) {
      *waiter.granted = true;
      granted_.notify_all();
    }
  }
  if (next != nullptr) executor_.submit_always(*next);
}

}  // namespace lodge::service
