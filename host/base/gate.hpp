// Counts what is inside, can be closed, and tells when the last one has left.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "base/executor.hpp"

namespace lodge {

/// Thread-safe. Entering and leaving an open gate cost one atomic addition each. It must outlive everybody who may
/// still come: it is kept in things that live as long as the process.
class Gate {
 public:
  Gate() = default;
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  /// False: closed; do not leave then.
  [[nodiscard]] bool enter() {
    if (state_.fetch_add(1, std::memory_order_acquire) < closed_bit) return true;
    leave();
    return false;
  }

  void leave() {
    // Only the last one out of a closed gate has somebody to wake.
    if (state_.fetch_sub(1, std::memory_order_acq_rel) != closed_bit + 1) return;
    std::lock_guard lock(mutex_);
    // Remembered, since whoever keeps trying to get in is counted for a moment, each time.
    emptied_ = emptied_ || state_.load(std::memory_order_acquire) == closed_bit;
    empty_.notify_all();
  }

  /// Nobody gets in any more; who is inside stays.
  void close() { state_.fetch_or(closed_bit, std::memory_order_acq_rel); }

  /// Lets them in again.
  void open() {
    {
      std::lock_guard lock(mutex_);
      emptied_ = false;
    }
    state_.fetch_and(~closed_bit, std::memory_order_acq_rel);
  }

  /// Waits until the closed gate is empty: false when the patience ran out first.
  [[nodiscard]] bool wait_empty_for(Executor& executor, std::int64_t patience_ns) {
    std::unique_lock lock(mutex_);
    return executor.wait(lock, empty_, patience_ns, [this] { return emptied_ || inside() == 0; });
  }
  void wait_empty(Executor& executor) { (void)wait_empty_for(executor, without_end); }

  [[nodiscard]] std::uint64_t inside() const { return state_.load(std::memory_order_acquire) & ~closed_bit; }
  [[nodiscard]] bool closed() const { return state_.load(std::memory_order_acquire) >= closed_bit; }

 private:
  static constexpr std::uint64_t closed_bit = std::uint64_t{1} << 63;
  std::atomic<std::uint64_t> state_{0};
  std::mutex mutex_;
  std::condition_variable empty_;
  bool emptied_ = false;  ///< since it was closed there was a moment with nobody inside
};

}  // namespace lodge
