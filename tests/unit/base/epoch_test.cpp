#include "base/epoch.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace lodge {
namespace {

std::atomic<int> freed{0};

struct Counted {
  std::atomic<int> alive{1};
  ~Counted() { freed.fetch_add(1); }
  static void free(void* object) { delete static_cast<Counted*>(object); }
};

void retire_one() { epoch::retire(new Counted, &Counted::free, sizeof(Counted)); }

TEST(Epoch, frees_what_nobody_can_see) {
  freed = 0;
  retire_one();
  EXPECT_TRUE(epoch::collect());
  EXPECT_EQ(freed, 1);
}

TEST(Epoch, keeps_what_the_own_pin_may_see) {
  freed = 0;
  {
    const epoch::Pin pin;
    retire_one();
    EXPECT_FALSE(epoch::collect());
    EXPECT_EQ(freed, 0);
  }
  EXPECT_TRUE(epoch::collect());
  EXPECT_EQ(freed, 1);
}

TEST(Epoch, nested_pins_hold_until_the_outermost_ends) {
  freed = 0;
  {
    const epoch::Pin outer;
    { const epoch::Pin inner; }
    retire_one();
    EXPECT_FALSE(epoch::collect());
  }
  EXPECT_TRUE(epoch::collect());
}

TEST(Epoch, waits_for_other_threads_that_were_pinned_then_but_not_for_later_pins) {
  freed = 0;
  std::atomic<int> step{0};
  const auto wait_for = [&](int wanted) {
    for (int seen = step; seen < wanted; seen = step) step.wait(seen);
  };
  const auto go = [&](int next) {
    step = next;
    step.notify_all();
  };
  std::thread reader([&] {
    {
      const epoch::Pin pin;
      go(1);
      wait_for(2);
    }
    const epoch::Pin again;
    go(3);
    wait_for(4);
  });
  wait_for(1);
  retire_one();
  EXPECT_FALSE(epoch::collect());
  EXPECT_EQ(freed, 0);
  go(2);
  wait_for(3);
  EXPECT_TRUE(epoch::collect());
  EXPECT_EQ(freed, 1);
  go(4);
  reader.join();
}

TEST(Epoch, what_an_ended_thread_leaves_is_freed_by_others) {
  freed = 0;
  {
    const epoch::Pin pin;
    std::thread([] { retire_one(); }).join();
    EXPECT_EQ(freed, 0);
  }
  EXPECT_TRUE(epoch::collect());
  EXPECT_EQ(freed, 1);
}

TEST(Epoch, frees_in_batches_without_being_asked) {
  freed = 0;
  for (int i = 0; i < 10'000; ++i) retire_one();
  EXPECT_GE(freed, 8000);
  EXPECT_TRUE(epoch::collect());
  EXPECT_EQ(freed, 10'000);
}

TEST(Epoch, readers_never_meet_a_freed_object) {
  constexpr int slots = 4;
  std::array<std::atomic<Counted*>, slots> shared{};
  for (auto& each : shared) each = new Counted;
  std::atomic<bool> ending{false};
  std::atomic<std::uint64_t> reads{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {
      while (!ending) {
        const epoch::Pin pin;
        for (auto& each : shared) reads += static_cast<std::uint64_t>(each.load(std::memory_order_acquire)->alive);
      }
    });
    threads.emplace_back([&, t] {
      for (int i = 0; i < 5000; ++i) {
        auto* fresh = new Counted;
        auto* old = shared[static_cast<std::size_t>((i + t) % slots)].exchange(fresh, std::memory_order_acq_rel);
        epoch::retire(old, &Counted::free, sizeof(Counted));
      }
    });
  }
  threads[1].join();
  threads[3].join();
  while (reads == 0) std::this_thread::yield();
  ending = true;
  threads[0].join();
  threads[2].join();
  for (auto& each : shared) delete each.load();
  EXPECT_TRUE(epoch::collect());
}

}  // namespace
}  // namespace lodge
