// Counts what is inside, can be closed, and tells when the last one has left.
#pragma once

#include <atomic>
#include <cstdint>

namespace lodge {

/// Thread-safe. Entering and leaving cost one atomic addition each.
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
    if (state_.fetch_sub(1, std::memory_order_acq_rel) == closed_bit + 1) state_.notify_all();
  }

  /// Nobody gets in any more; who is inside stays.
  void close() { state_.fetch_or(closed_bit, std::memory_order_acq_rel); }

  /// Lets them in again. Only after `wait_empty`, or where nobody waits.
  void reopen() { state_.fetch_and(~closed_bit, std::memory_order_acq_rel); }

  /// Waits until the closed gate is empty. Marks nothing as blocked: a worker that may be here holds a BlockedScope.
  void wait_empty() const {
    for (std::uint64_t seen = state_.load(std::memory_order_acquire); (seen & ~closed_bit) != 0;
         seen = state_.load(std::memory_order_acquire)) {
      state_.wait(seen, std::memory_order_acquire);
    }
  }

  [[nodiscard]] std::uint64_t inside() const { return state_.load(std::memory_order_acquire) & ~closed_bit; }
  [[nodiscard]] bool closed() const { return state_.load(std::memory_order_acquire) >= closed_bit; }

 private:
  static constexpr std::uint64_t closed_bit = std::uint64_t{1} << 63;
  std::atomic<std::uint64_t> state_{0};
};

}  // namespace lodge
