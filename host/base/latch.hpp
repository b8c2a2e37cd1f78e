// A lock of four bytes for short critical sections: one atomic operation to take, one to give back.
#pragma once

#include <atomic>
#include <cstdint>

namespace lodge {

/// Not recursive. Held for well under a microsecond; who finds it taken spins briefly, then sleeps.
class Latch {
 public:
  Latch() = default;
  Latch(const Latch&) = delete;
  Latch& operator=(const Latch&) = delete;

  void lock() {
    std::uint32_t expected = open;
    if (!state_.compare_exchange_strong(expected, taken, std::memory_order_acquire)) wait();
  }
  void unlock() {
    if (state_.exchange(open, std::memory_order_release) == awaited) state_.notify_one();
  }

 private:
  static constexpr std::uint32_t open = 0;
  static constexpr std::uint32_t taken = 1;
  static constexpr std::uint32_t awaited = 2;  ///< taken, and somebody may sleep

  void wait() {
    for (int tries = 0; tries < 64; ++tries) {
      std::uint32_t expected = open;
      if (state_.load(std::memory_order_relaxed) == open &&
          state_.compare_exchange_weak(expected, taken, std::memory_order_acquire)) {
        return;
      }
    }
    // Taken as `awaited` from here on: whether others still sleep is not known.
    while (state_.exchange(awaited, std::memory_order_acquire) != open) {
      state_.wait(awaited, std::memory_order_relaxed);
    }
  }

  std::atomic<std::uint32_t> state_{open};
};

}  // namespace lodge
