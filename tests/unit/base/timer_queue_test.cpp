#include "base/timer_queue.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

#include "base/timers.hpp"

namespace lodge {
namespace {

TEST(TimerQueue, gives_out_what_is_due_in_order) {
  TimerQueue<std::string> queue;
  queue.add(30, "c");
  queue.add(10, "a");
  queue.add(20, "b1");
  queue.add(20, "b2");
  EXPECT_EQ(queue.next_due(), 10);
  EXPECT_EQ(queue.pop_due(9), std::nullopt);
  EXPECT_EQ(*queue.pop_due(25), "a");
  EXPECT_EQ(*queue.pop_due(25), "b1");
  EXPECT_EQ(*queue.pop_due(25), "b2");
  EXPECT_EQ(queue.pop_due(25), std::nullopt);
  EXPECT_EQ(queue.next_due(), 30);
}

TEST(TimerQueue, cancels_once_and_never_by_an_old_name) {
  TimerQueue<std::string> queue;
  const TimerId first = queue.add(10, "first");
  EXPECT_EQ(*queue.cancel(first), "first");
  EXPECT_EQ(queue.cancel(first), std::nullopt);
  const TimerId second = queue.add(10, "second");
  EXPECT_NE(first, second);
  EXPECT_EQ(queue.cancel(first), std::nullopt);
  EXPECT_EQ(*queue.pop_due(10), "second");
  EXPECT_EQ(queue.cancel(second), std::nullopt);
  EXPECT_EQ(queue.cancel(0), std::nullopt);
  EXPECT_EQ(queue.next_due(), no_deadline);
}

TEST(TimerQueue, agrees_with_a_sorted_map) {
  std::mt19937 random(7);
  TimerQueue<int> queue;
  std::multimap<MonotonicNs, int> model;
  std::map<int, TimerId> ids;
  MonotonicNs now = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto choice = random() % 3;
    if (choice == 0 || model.empty()) {
      const MonotonicNs when = now + static_cast<MonotonicNs>(random() % 1000);
      ids[i] = queue.add(when, i);
      model.emplace(when, i);
    } else if (choice == 1) {
      auto victim = model.begin();
      std::advance(victim, static_cast<std::ptrdiff_t>(random() % std::min<std::size_t>(model.size(), 20)));
      ASSERT_EQ(queue.cancel(ids[victim->second]), victim->second);
      model.erase(victim);
    } else {
      now += 5;
      while (std::optional<int> due = queue.pop_due(now)) {
        ASSERT_LE(model.begin()->first, now);
        ASSERT_EQ(*due, model.begin()->second);
        model.erase(model.begin());
      }
      ASSERT_TRUE(model.empty() || model.begin()->first > now);
    }
    ASSERT_EQ(queue.size(), model.size());
  }
}

TEST(ManualTimers, fire_at_their_time_even_when_set_meanwhile) {
  ManualClock clock;
  ManualTimers timers(clock);
  const MonotonicNs start = clock.now();
  std::vector<MonotonicNs> fired;
  timers.at(start + 10, [&] {
    fired.push_back(clock.now() - start);
    timers.at(start + 15, [&] { fired.push_back(clock.now() - start); });
  });
  const TimerId gone = timers.at(start + 12, [&] { fired.push_back(-1); });
  EXPECT_TRUE(timers.cancel(gone));
  EXPECT_FALSE(timers.cancel(gone));
  EXPECT_EQ(timers.advance(20), 2U);
  EXPECT_EQ(fired, (std::vector<MonotonicNs>{10, 15}));
  EXPECT_EQ(clock.now(), start + 20);
}

}  // namespace
}  // namespace lodge
