// A lock of one byte for short critical sections: one atomic operation to take, a plain store to give back.
#pragma once

#include <atomic>
#include <chrono>
#include <thread>

namespace lodge {

/// Not recursive. Held for well under a microsecond. Who finds it taken spins briefly, then lets others run, then naps:
/// so that giving it back need not ask whether anybody waits, which would cost as much as taking it.
class Latch {
 public:
  Latch() = default;
  Latch(const Latch&) = delete;
  Latch& operator=(const Latch&) = delete;

  void lock() {
    if (taken_.exchange(true, std::memory_order_acquire)) wait();
  }
  void unlock() { taken_.store(false, std::memory_order_release); }

 private:
  static constexpr int spins = 64;
  static constexpr int yields = 64;  ///< then its holder was preempted for long
  static constexpr std::chrono::microseconds nap{50};

  void wait() {
    for (int tries = 0;; ++tries) {
      if (!taken_.load(std::memory_order_relaxed) && !taken_.exchange(true, std::memory_order_acquire)) return;
      if (tries < spins) continue;
      if (tries < spins + yields) {
        std::this_thread::yield();
      } else {
        std::this_thread::sleep_for(nap);
      }
    }
  }

  std::atomic<bool> taken_{false};
};

}  // namespace lodge
