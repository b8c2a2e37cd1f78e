#include "lodgectl/time_text.hpp"

#include <fmt/chrono.h>

#include <ctime>

namespace lodge::ctl {
namespace {

constexpr std::int64_t second_ms = 1000;
constexpr std::int64_t minute_ms = 60 * second_ms;
constexpr std::int64_t hour_ms = 60 * minute_ms;
constexpr std::int64_t day_ms = 24 * hour_ms;

std::string of_two(std::int64_t ms, std::int64_t large_ms, std::string_view large, std::int64_t small_ms,
                   std::string_view small) {
  const std::int64_t rest = ms % large_ms / small_ms;
  const std::string text = fmt::format("{} {}", ms / large_ms, large);
  return rest == 0 ? text : fmt::format("{} {} {}", text, rest, small);
}

}  // namespace

std::string duration_text(std::int64_t ms) {
  if (ms < second_ms) return fmt::format("{} ms", ms);
  if (ms < minute_ms) return fmt::format("{} s", ms / second_ms);
  if (ms < hour_ms) return fmt::format("{} min", ms / minute_ms);
  if (ms < day_ms) return of_two(ms, hour_ms, "h", minute_ms, "min");
  return of_two(ms, day_ms, "d", hour_ms, "h");
}

std::string ago_text(std::int64_t unix_ms, std::int64_t now_unix_ms) {
  const std::int64_t ago_ms = now_unix_ms - unix_ms;
  return ago_ms < second_ms ? "now" : duration_text(ago_ms) + " ago";
}

std::string utc_text(std::int64_t unix_ms) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(unix_ms / second_ms)));
}

std::string clock_text(std::int64_t unix_ms) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(static_cast<std::time_t>(unix_ms / second_ms)),
                     unix_ms % second_ms);
}

}  // namespace lodge::ctl
