#include "lodgectl/time_text.hpp"

#include <gtest/gtest.h>

namespace lodge::ctl {
namespace {

constexpr std::int64_t second = 1000;
constexpr std::int64_t minute = 60 * second;
constexpr std::int64_t hour = 60 * minute;
constexpr std::int64_t day = 24 * hour;

TEST(TimeText, a_duration_has_two_units_at_most_and_is_rounded_down) {
  EXPECT_EQ(duration_text(0), "0 ms");
  EXPECT_EQ(duration_text(999), "999 ms");
  EXPECT_EQ(duration_text(59 * second + 999), "59 s");
  EXPECT_EQ(duration_text(minute + 59 * second), "1 min");
  EXPECT_EQ(duration_text(2 * hour), "2 h");
  EXPECT_EQ(duration_text(2 * hour + 5 * minute + 59 * second), "2 h 5 min");
  EXPECT_EQ(duration_text(400 * day + 3 * hour + 59 * minute), "400 d 3 h");
}

TEST(TimeText, a_moment_is_told_by_how_long_ago_it_was) {
  EXPECT_EQ(ago_text(day, day + 3 * minute), "3 min ago");
  EXPECT_EQ(ago_text(day, day + 999), "now");
  EXPECT_EQ(ago_text(day, 0), "now") << "a clock that was set back";
}

TEST(TimeText, a_moment_in_utc) { EXPECT_EQ(utc_text(1'769'860'805'999), "2026-01-31T12:00:05Z"); }

}  // namespace
}  // namespace lodge::ctl
