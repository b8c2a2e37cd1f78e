// Time, injected: nothing below main.cpp reads a clock directly.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace lodge {

/// Nanoseconds on a monotonic clock. Never compared with wall time.
using MonotonicNs = std::int64_t;
constexpr MonotonicNs no_deadline = INT64_MAX;

/// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual MonotonicNs now() const = 0;
  /// Nanoseconds since 1970-01-01 UTC; may jump.
  [[nodiscard]] virtual std::int64_t wall() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] MonotonicNs now() const override;
  [[nodiscard]] std::int64_t wall() const override;
};

/// A clock that stands still until told otherwise.
class ManualClock final : public Clock {
 public:
  [[nodiscard]] MonotonicNs now() const override { return now_.load(std::memory_order_acquire); }
  [[nodiscard]] std::int64_t wall() const override { return now(); }
  void advance(std::int64_t ns) { now_.fetch_add(ns, std::memory_order_acq_rel); }

 private:
  std::atomic<MonotonicNs> now_{1'000'000'000};
};

/// "2026-01-31 12:03:04 UTC", of a Clock's wall(): for messages, whose readers may be in another zone.
[[nodiscard]] std::string wall_text(std::int64_t wall_ns);

}  // namespace lodge
