#include "base/sharded_counters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace lodge {
namespace {

using ::testing::ElementsAre;

TEST(ShardedCounters, add_up_what_all_threads_have_counted) {
  const ShardedCounters counters(2);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 10'000; ++n) counters.add(0);
      counters.add(1, 5);
    });
  }
  for (std::thread& each : threads) each.join();
  counters.add(0);
  EXPECT_THAT(counters.read(), ElementsAre(40'001, 20));
}

TEST(ShardedCounters, tell_a_thread_what_it_has_counted_itself) {
  const ShardedCounters counters;
  EXPECT_EQ(counters.add(), 1U) << "this thread has its place from now on: it gets nobody else's";
  std::thread([&] { counters.add(0, 7); }).join();
  EXPECT_EQ(counters.add(), 2U);
  EXPECT_EQ(counters.value(), 9U);
}

TEST(ShardedCounters, add_doubles) {
  const ShardedCounters counters(2);
  counters.add_double(1, 0.25);
  std::thread([&] { counters.add_double(1, 0.5); }).join();
  EXPECT_DOUBLE_EQ(counters.value_double(1), 0.75);
}

TEST(ShardedCounters, begin_at_zero_in_cells_that_others_had) {
  for (int round = 0; round < 3; ++round) {
    const ShardedCounters counters(3);
    EXPECT_THAT(counters.read(), ElementsAre(0, 0, 0));
    std::thread([&] { counters.add(1, 9); }).join();
    counters.add(2, 9);
  }
}

TEST(ShardedCounters, can_be_read_while_threads_come_count_and_go) {
  const ShardedCounters counters;
  std::atomic<bool> over{false};
  std::uint64_t last = 0;
  std::thread reader([&] {
    while (!over.load()) {
      const std::uint64_t now = counters.value();
      EXPECT_GE(now, last) << "nothing that was counted is lost";
      last = now;
    }
  });
  for (int round = 0; round < 50; ++round) {
    std::thread one([&] { counters.add(); });
    std::thread other([&] { counters.add(); });
    one.join();
    other.join();
  }
  over = true;
  reader.join();
  EXPECT_EQ(counters.value(), 100U);
}

TEST(ShardedCounters, count_nothing_where_the_process_has_no_cells_left) {
  std::vector<std::unique_ptr<ShardedCounters>> held;
  do held.push_back(std::make_unique<ShardedCounters>(ShardedCounters::count_max));
  while (held.back()->counts() && held.size() < 10'000);
  ASSERT_FALSE(held.back()->counts());
  held.back()->add(0);
  EXPECT_EQ(held.back()->value(), 0U);
  held.front().reset();
  EXPECT_TRUE(ShardedCounters(ShardedCounters::count_max).counts());
}

// Counting in a thread's last moments, when its own cells have gone to the next one.
TEST(ShardedCounters, count_while_a_thread_ends) {
  static const ShardedCounters counters;
  struct Late {
    ~Late() { counters.add(); }
  };
  std::thread([] {
    thread_local const Late late;  // made before the cells, so it goes after them
    (void)&late;
    counters.add();
  }).join();
  EXPECT_EQ(counters.value(), 2U);
}

}  // namespace
}  // namespace lodge
