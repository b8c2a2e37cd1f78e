#include "base/watch.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "rig/manual_executor.hpp"

namespace lodge {
namespace {

using testing::ElementsAre;

struct WatchTest : testing::Test {
  void publish(std::uint32_t what, std::string_view key, std::string_view value = {}) {
    WatchHub::Wake wake;
    hub.publish(what, view_of(key), view_of(value), wake);
  }
  void put(std::string_view key, std::string_view value) { publish(LODGE_WATCH_PUT, key, value); }
  WatchHub::Tell noting() {
    return [this](const lodge_watch_event& event) {
      told.push_back(std::to_string(event.what) + " " + std::string(text_of(event.key)) + "=" +
                     std::string(text_of(event.value)));
    };
  }

  rig::ManualExecutor executor;
  WatchHub hub{executor};
  std::vector<std::string> told;
};

TEST_F(WatchTest, tells_of_one_key_and_no_other) {
  ASSERT_NE(hub.add(view_of("a"), false, 1, noting()), 0U);
  put("a", "1");
  put("ab", "2");
  publish(LODGE_WATCH_GONE, "a");
  executor.run_all();
  EXPECT_THAT(told, ElementsAre("1 a=1", "2 a="));
}

TEST_F(WatchTest, tells_of_all_keys_that_begin_so) {
  ASSERT_NE(hub.add(view_of("a"), true, 1, noting()), 0U);
  put("a", "1");
  put("ab", "2");
  put("b", "3");
  executor.run_all();
  EXPECT_THAT(told, ElementsAre("1 a=1", "1 ab=2"));
}

TEST_F(WatchTest, an_empty_prefix_covers_all) {
  ASSERT_NE(hub.add({}, true, 1, noting()), 0U);
  put("x", "1");
  executor.run_all();
  EXPECT_THAT(told, ElementsAre("1 x=1"));
}

TEST_F(WatchTest, wakes_a_sleeping_watch_once) {
  ASSERT_NE(hub.add(view_of("a"), false, 1, noting()), 0U);
  put("a", "1");
  put("a", "2");
  EXPECT_EQ(executor.waiting(), 1U);
  executor.run_all();
  put("a", "3");
  EXPECT_EQ(executor.waiting(), 1U);
  executor.run_all();
  EXPECT_THAT(told, ElementsAre("1 a=1", "1 a=2", "1 a=3"));
}

TEST_F(WatchTest, one_that_is_too_slow_is_told_once_that_it_lost_some) {
  ASSERT_NE(hub.add(view_of("a"), false, 1, noting()), 0U);
  for (std::size_t i = 0; i < WatchHub::queued_max + 10; ++i) put("a", std::to_string(i));
  executor.run_all();
  ASSERT_EQ(told.size(), WatchHub::queued_max + 1);
  EXPECT_EQ(told[WatchHub::queued_max - 1], "1 a=" + std::to_string(WatchHub::queued_max - 1));
  EXPECT_EQ(told[WatchHub::queued_max], "3 =");
  put("a", "after");
  executor.run_all();
  EXPECT_EQ(told.back(), "1 a=after");
}

TEST_F(WatchTest, a_few_large_values_fill_the_queue_too) {
  ASSERT_NE(hub.add(view_of("a"), false, 1, noting()), 0U);
  const std::string large(std::size_t{20} << 20, 'x');
  for (int i = 0; i < 6; ++i) put("a", large);
  executor.run_all();
  ASSERT_EQ(told.size(), 5U);
  EXPECT_EQ(told.back(), "3 =");
}

TEST_F(WatchTest, gives_other_tasks_their_turn) {
  ASSERT_NE(hub.add(view_of("a"), false, 1, noting()), 0U);
  for (int i = 0; i < 100; ++i) put("a", "v");
  EXPECT_TRUE(executor.run_one());
  EXPECT_LT(told.size(), 100U);
  EXPECT_EQ(executor.waiting(), 1U);
  executor.run_all();
  EXPECT_EQ(told.size(), 100U);
}

TEST_F(WatchTest, a_removed_one_is_told_nothing_more) {
  const lodge_handle watch = hub.add(view_of("a"), false, 1, noting());
  put("a", "1");
  EXPECT_EQ(hub.remove(watch, 1), Code::OK);
  put("a", "2");
  executor.run_all();
  EXPECT_TRUE(told.empty());
  EXPECT_FALSE(hub.any());
  EXPECT_EQ(hub.remove(watch, 1), Code::STALE);
}

TEST_F(WatchTest, only_its_owner_removes_one) {
  const lodge_handle watch = hub.add(view_of("a"), false, 1, noting());
  EXPECT_EQ(hub.remove(watch, 2), Code::STALE);
  put("a", "1");
  executor.run_all();
  EXPECT_THAT(told, ElementsAre("1 a=1"));
}

TEST_F(WatchTest, goes_with_its_owner) {
  ASSERT_NE(hub.add(view_of("a"), false, 1, noting()), 0U);
  ASSERT_NE(hub.add(view_of("a"), true, 1, noting()), 0U);
  const lodge_handle other = hub.add(view_of("a"), false, 2, noting());
  hub.remove_owner(1);
  put("a", "1");
  executor.run_all();
  EXPECT_THAT(told, ElementsAre("1 a=1"));
  EXPECT_EQ(hub.remove(other, 2), Code::OK);
}

TEST_F(WatchTest, can_remove_itself_from_within) {
  lodge_handle watch = 0;
  watch = hub.add(view_of("a"), false, 1, [&](const lodge_watch_event&) {
    told.emplace_back("told");
    EXPECT_EQ(hub.remove(watch, 1), Code::OK);
  });
  put("a", "1");
  put("a", "2");
  executor.run_all();
  EXPECT_THAT(told, ElementsAre("told"));
}

TEST(Watch, removal_waits_until_it_is_not_being_told) {
  rig::ThreadExecutor executor;
  WatchHub hub(executor);
  std::atomic<int> step{0};
  std::atomic<bool> ended{false};
  const lodge_handle watch = hub.add(view_of("a"), false, 1, [&](const lodge_watch_event&) {
    step = 1;
    step.notify_all();
    step.wait(1);
    ended = true;
  });
  {
    WatchHub::Wake wake;
    hub.publish(LODGE_WATCH_PUT, view_of("a"), {}, wake);
  }
  step.wait(0);
  std::thread remover([&] {
    EXPECT_EQ(hub.remove(watch, 1), Code::OK);
    EXPECT_TRUE(ended);
  });
  while (hub.any()) std::this_thread::yield();
  step = 2;
  step.notify_all();
  remover.join();
}

TEST_F(WatchTest, of_one_key_end_one_by_one_and_the_others_are_told) {
  std::vector<int> heard;
  std::vector<lodge_handle> watches;
  for (int i = 0; i < 5; ++i) {
    watches.push_back(
        hub.add(view_of("a"), i % 2 == 0, i < 3 ? 1 : 2, [&heard, i](const auto&) { heard.push_back(i); }));
  }
  const auto who_hears = [&] {
    heard.clear();
    put("a", "1");
    executor.run_all();
    std::sort(heard.begin(), heard.end());
    return heard;
  };
  EXPECT_THAT(who_hears(), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(hub.remove(watches[0], 1), Code::OK);
  EXPECT_THAT(who_hears(), ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(hub.remove(watches[3], 2), Code::OK);
  EXPECT_THAT(who_hears(), ElementsAre(1, 2, 4));
  hub.remove_owner(1);
  EXPECT_THAT(who_hears(), ElementsAre(4));
  hub.remove_owner(2);
  EXPECT_FALSE(hub.any());
}

// Half on one key, half that begin so: what takes time by the square of their number takes minutes here.
TEST_F(WatchTest, are_limited_for_each_owner_and_end_as_fast_as_they_came) {
  for (std::size_t i = 0; i < WatchHub::watches_max; ++i) {
    ASSERT_NE(hub.add(view_of("a"), i % 2 == 0, 1, [](const auto&) {}), 0U);
  }
  EXPECT_EQ(hub.add(view_of("a"), false, 1, noting()), 0U);
  EXPECT_NE(hub.add(view_of("a"), false, 2, noting()), 0U) << "another's limit is its own";
  SystemClock clock;
  const MonotonicNs began = clock.now();
  hub.remove_owner(1);
  EXPECT_LT(clock.now() - began, 5'000'000'000);
  put("a", "1");
  executor.run_all();
  EXPECT_THAT(told, ElementsAre("1 a=1"));
  EXPECT_NE(hub.add(view_of("a"), false, 1, noting()), 0U) << "there is room again";
}

TEST(Watch, keeps_the_order_of_each_key_and_never_runs_twice_at_a_time) {
  rig::ThreadExecutor first;
  WatchHub hub(first);
  std::atomic<int> inside{0};
  std::atomic<int> told{0};
  int last = -1;
  const lodge_handle watch = hub.add({}, true, 1, [&](const lodge_watch_event& event) {
    EXPECT_EQ(inside.fetch_add(1), 0);
    const int number = std::stoi(std::string(text_of(event.value)));
    EXPECT_EQ(number, last + 1);
    last = number;
    inside.fetch_sub(1);
    told.fetch_add(1);
  });
  for (int i = 0; i < 5000; ++i) {
    while (i - told > 1000) std::this_thread::yield();
    WatchHub::Wake wake;
    hub.publish(LODGE_WATCH_PUT, view_of("k"), view_of(std::to_string(i)), wake);
  }
  while (told < 5000) std::this_thread::yield();
  EXPECT_EQ(hub.remove(watch, 1), Code::OK);
}

}  // namespace
}  // namespace lodge
