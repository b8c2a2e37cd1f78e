#include "service/deferral.hpp"

#include <algorithm>
#include <utility>

namespace lodge::service {

bool Deferral::complete(std::int32_t verdict, ByteView data, Executed executed) {
  Task* task = nullptr;
  Executor* executor = nullptr;
  {
    std::lock_guard lock(mutex_);
    if (answered_ || abandoned_) return false;
    answered_ = true;
    verdict_ = verdict;
    executed_ = executed;
    data_ = copy_of(data);
    task = std::exchange(parked_, nullptr);
    executor = executor_;
    changed_.notify_all();
  }
  if (task != nullptr) executor->submit_always(*task);
  return true;
}

Deferral::Abandoned Deferral::abandon() {
  std::lock_guard lock(mutex_);
  if (answered_) return Abandoned::answered;
  abandoned_ = true;
  return std::exchange(parked_, nullptr) != nullptr ? Abandoned::parked : Abandoned::not_parked;
}

Deferral::Parked Deferral::park(Task& task, Executor& executor) {
  std::lock_guard lock(mutex_);
  if (answered_) return Parked::answered;
  if (abandoned_) return Parked::abandoned;
  parked_ = &task;
  executor_ = &executor;
  return Parked::parked;
}

bool Deferral::wait_until(MonotonicNs deadline, const Clock& clock, Executor& executor) {
  std::unique_lock lock(mutex_);
  if (answered_) return true;
  return executor.wait(lock, changed_, std::max<MonotonicNs>(0, deadline - clock.now()), [this] { return answered_; });
}

}  // namespace lodge::service
