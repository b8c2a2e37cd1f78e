#include "base/loop.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "base/loop_thread.hpp"
#include "rig/eventually.hpp"

namespace lodge {
namespace {

constexpr std::int64_t ms = 1'000'000;

class LoopTest : public testing::Test {
 protected:
  SystemClock clock;
  std::unique_ptr<Loop> loop = std::move(*Loop::create(clock));
};

TEST_F(LoopTest, runs_what_other_threads_post_in_their_order) {
  std::vector<int> ran;
  std::thread other([&] {
    for (int i = 0; i < 1000; ++i) loop->post([&ran, i] { ran.push_back(i); });
    loop->stop();
  });
  loop->run();
  other.join();
  ASSERT_EQ(ran.size(), 1000U);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(ran[static_cast<std::size_t>(i)], i);
}

TEST_F(LoopTest, knows_its_own_thread) {
  bool inside = false;
  loop->post([&] {
    inside = on_loop_thread();
    loop->stop();
  });
  loop->run();
  EXPECT_TRUE(inside);
  EXPECT_FALSE(on_loop_thread());
}

TEST_F(LoopTest, fires_timers_in_order_and_not_before_their_time) {
  const MonotonicNs start = clock.now();
  std::vector<int> fired;
  loop->at(start + 6 * ms, [&] {
    fired.push_back(2);
    EXPECT_GE(clock.now(), start + 6 * ms);
    loop->stop();
  });
  loop->at(start + 2 * ms, [&] { fired.push_back(1); });
  const TimerId cancelled = loop->at(start + 3 * ms, [&] { fired.push_back(-1); });
  EXPECT_TRUE(loop->cancel(cancelled));
  loop->run();
  EXPECT_EQ(fired, (std::vector<int>{1, 2}));
}

TEST_F(LoopTest, fires_a_timer_that_another_thread_sets_while_it_sleeps) {
  loop->at(clock.now() + 60'000 * ms, [] {});
  std::atomic<bool> fired{false};
  std::thread running([&] { loop->run(); });
  loop->at(clock.now() + ms, [&] { fired = true; });
  EXPECT_TRUE(rig::eventually([&] { return fired.load(); }));
  loop->stop();
  running.join();
}

TEST_F(LoopTest, sets_timers_from_timers) {
  int fired = 0;
  std::function<void()> again = [&] {
    if (++fired == 5) return loop->stop();
    loop->at(clock.now() + ms / 2, again);
  };
  loop->at(clock.now(), again);
  loop->run();
  EXPECT_EQ(fired, 5);
}

TEST_F(LoopTest, serves_others_while_timers_set_themselves_again_for_now) {
  std::function<void()> again = [&] { loop->at(clock.now(), again); };
  for (int i = 0; i < 20; ++i) again();
  // Each comes only once the loop has looked at what the last one posted.
  int turns = 0;
  std::function<void()> turn = [&] {
    if (++turns == 100) return loop->stop();
    loop->post(turn);
  };
  loop->post(turn);
  loop->run();
  EXPECT_EQ(turns, 100);
}

TEST_F(LoopTest, fires_in_one_pass_no_timers_that_are_set_in_it_for_the_past) {
  int fired = 0;
  std::function<void()> again = [&] {
    ++fired;
    loop->at(0, again);
  };
  loop->at(0, again);
  int fired_before = -1;
  loop->post([&] {
    fired_before = fired;
    loop->stop();
  });
  loop->run();
  EXPECT_LE(fired_before, 1);
}

TEST_F(LoopTest, ends_the_turn_once_for_all_that_was_posted) {
  struct End final : TurnEnd {
    explicit End(Loop& of) : loop(of) {}
    Loop& loop;
    int ends = 0;
    void at_turn_end() override {
      ++ends;
      loop.stop();
    }
  } end(*loop);
  int ran = 0;
  for (int i = 0; i < 3; ++i) {
    loop->post([&] {
      EXPECT_EQ(end.ends, 0);
      if (++ran == 1) loop->at_turn_end(end);
    });
  }
  loop->run();
  EXPECT_EQ(ran, 3);
  EXPECT_EQ(end.ends, 1);
}

TEST_F(LoopTest, hears_signals) {
  int heard = 0;
  ASSERT_TRUE(loop->on_signal(SIGUSR1,
                              [&] {
                                ++heard;
                                loop->stop();
                              })
                  .ok());
  ::raise(SIGUSR1);
  loop->run();
  EXPECT_EQ(heard, 1);
  EXPECT_FALSE(loop->on_signal(SIGKILL, [] {}).ok());
}

TEST(Loop, goes_on_polling_for_a_while_when_told_so) {
  SystemClock clock;
  std::unique_ptr<Loop> loop = std::move(*Loop::create(clock, 2000));
  const MonotonicNs start = clock.now();
  int turns = 0;
  struct Count final : TurnEnd {
    Count(Loop& of, int& n) : loop(of), turns(n) {}
    Loop& loop;
    int& turns;
    void at_turn_end() override {
      if (++turns < 100) loop.post([this] { loop.at_turn_end(*this); });
    }
  } count(*loop, turns);
  loop->post([&] {
    loop->note_activity();
    loop->at_turn_end(count);
  });
  loop->at(start + 4 * ms, [&] { loop->stop(); });
  loop->run();
  EXPECT_EQ(turns, 100);
}

}  // namespace
}  // namespace lodge
