// Time that passes when it is told to.
#pragma once

#include <atomic>

#include "base/clock.hpp"

namespace lodge::testing {

/// Read from any thread, moved by one.
class VirtualClock final : public Clock {
 public:
  explicit VirtualClock(std::int64_t wall_at_start_ns) : wall_ahead_(wall_at_start_ns - start) {}

  [[nodiscard]] MonotonicNs now() const override { return now_.load(std::memory_order_acquire); }
  [[nodiscard]] std::int64_t wall() const override { return now() + wall_ahead_; }

  /// Never back.
  void move_to(MonotonicNs when) {
    if (when > now()) now_.store(when, std::memory_order_release);
  }

 private:
  static constexpr MonotonicNs start = 1'000'000'000;  // so that no time is 0, or before it
  const std::int64_t wall_ahead_;
  std::atomic<MonotonicNs> now_{start};
};

}  // namespace lodge::testing
