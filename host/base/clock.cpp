#include "base/clock.hpp"

#include <fmt/chrono.h>

#include <chrono>

namespace lodge {

MonotonicNs SystemClock::now() const {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::int64_t SystemClock::wall() const {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string wall_text(std::int64_t wall_ns) {
  constexpr std::int64_t ns_per_second = 1'000'000'000;
  return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(static_cast<std::time_t>(wall_ns / ns_per_second)));
}

}  // namespace lodge
