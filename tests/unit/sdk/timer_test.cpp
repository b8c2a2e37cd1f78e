// lodge::Clock and lodge::Timer over a real node's timers.
#include <atomic>

#include "sdk/lent_host.hpp"

namespace {

using lodge::rig::eventually;

struct TimersOfNode : LentHost {
  lodge::Host host = start("s");
  lodge::Clock timers = host.timer();
  std::atomic<int> fired{0};

  std::function<void()> count() {
    return [this] { ++fired; };
  }
  /// Whether a timer that starts now and is due in 5 ms has fired: one of 1 ms that started before would have.
  bool some_time_passes() const {
    std::atomic<bool> passed{false};
    const auto fence = timers.after(5'000'000, [&passed] { passed = true; });
    return fence.ok() && eventually([&] { return passed.load(); });
  }
};

TEST_F(TimersOfNode, fire_once_after_their_delay) {
  const std::int64_t before = timers.now().or_throw();
  std::atomic<std::int64_t> at{0};
  const lodge::Timer timer = timers.after(2'000'000, [&] { at = timers.now().or_throw(); }).or_throw();
  EXPECT_TRUE(eventually([&] { return at != 0; }));
  EXPECT_GE(at - before, 2'000'000);
}

TEST_F(TimersOfNode, fire_each_period_until_they_end) {
  lodge::Timer timer = timers.every(1'000'000, count()).or_throw();
  EXPECT_TRUE(eventually([&] { return fired >= 3; }));
  timer.end();
  const int until_then = fired;
  EXPECT_TRUE(some_time_passes());
  EXPECT_EQ(fired, until_then);
}

TEST_F(TimersOfNode, do_not_fire_once_dropped) {
  { const lodge::Timer timer = timers.after(1'000'000, count()).or_throw(); }
  const int until_then = fired;  // on a slow machine it was due before it was dropped
  EXPECT_TRUE(some_time_passes());
  EXPECT_EQ(fired, until_then);
}

TEST_F(TimersOfNode, tell_the_time_of_day) {
  const std::int64_t in_2020 = 1'577'836'800'000'000'000;
  EXPECT_GT(timers.wall().or_throw(), in_2020);
}

TEST_F(TimersOfNode, refuse_what_cannot_be) {
  EXPECT_THAT(timers.every(0, count()), Fails(LODGE_INVALID_ARGUMENT, "a period is more than 0 ns"));
  EXPECT_THAT(timers.after(-1, count()), Refuses(LODGE_INVALID_ARGUMENT, "lodge.timer/1 start"));
}

TEST_F(TimersOfNode, end_with_the_instance) {
  const lodge::Timer timer = timers.every(1'000'000, count()).or_throw();
  EXPECT_TRUE(eventually([&] { return fired >= 1; }));
  node.stop_all();
  const int until_then = fired;
  const lodge::Clock others = start("t").timer();
  std::atomic<bool> passed{false};
  const lodge::Timer fence = others.after(5'000'000, [&passed] { passed = true; }).or_throw();
  EXPECT_TRUE(eventually([&] { return passed.load(); }));
  EXPECT_EQ(fired, until_then);
  EXPECT_THAT(timers.after(1, count()), Refuses(LODGE_STALE, "lodge.timer/1 start"));
}

}  // namespace
