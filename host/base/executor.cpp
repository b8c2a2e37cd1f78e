#include "base/executor.hpp"

#include <chrono>

namespace lodge {

bool Executor::wait(std::unique_lock<std::mutex>& lock, std::condition_variable& changed, std::int64_t patience_ns,
                    const std::function<bool()>& ready) {
  // Longer than a process lives; and what the standard library adds to a time point must not run over.
  constexpr std::chrono::hours endless(24 * 365 * 10);
  const std::chrono::nanoseconds patience(patience_ns);
  if (ready()) return true;
  // Not under the lock: an executor that brings in a spare takes locks of its own.
  lock.unlock();
  {
    const BlockedScope blocked(*this);
    lock.lock();
    if (patience < endless) {
      changed.wait_for(lock, patience, ready);
    } else {
      changed.wait(lock, ready);
    }
    lock.unlock();
  }
  lock.lock();
  return ready();
}

}  // namespace lodge
