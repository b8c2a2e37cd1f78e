#include "platform/threads.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "rig/eventually.hpp"

namespace lodge::platform {
namespace {

#if !defined(__SANITIZE_THREAD__)  // whose own thread is never at rest

TEST(OtherThreads, that_are_none_are_at_rest) {
  EXPECT_FALSE(has_other_threads());
  EXPECT_TRUE(OtherThreads().at_rest());
}

TEST(OtherThreads, are_at_rest_while_they_wait_for_this_one_without_a_time_out) {
  std::mutex mutex;
  std::condition_variable changed;
  bool over = false;
  std::atomic<int> turn{0};
  std::thread by_condition([&] {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return over; });
  });
  std::thread by_atomic([&] { turn.wait(0); });
  OtherThreads others;
  EXPECT_TRUE(rig::eventually([&] { return others.at_rest(); }));
  EXPECT_TRUE(others.at_rest());
  turn = 1;
  turn.notify_one();
  by_atomic.join();
  EXPECT_TRUE(rig::eventually([&] { return others.at_rest(); }));
  {
    const std::lock_guard lock(mutex);
    over = true;
  }
  changed.notify_one();
  by_condition.join();
}

/// Looks again and again while a thread of that kind is alive.
template <typename Body>
void expect_never_at_rest(const Body& body) {
  std::atomic<bool> begun{false}, over{false};
  std::thread thread([&] {
    begun = true;
    body(over);
  });
  EXPECT_TRUE(rig::eventually([&] { return begun.load(); }));
  OtherThreads others;
  for (int i = 0; i < 300; ++i) EXPECT_FALSE(others.at_rest());
  over = true;
  thread.join();
}

TEST(OtherThreads, that_run_are_not_at_rest) {
  expect_never_at_rest([](const std::atomic<bool>& over) {
    while (!over) {
    }
  });
}

TEST(OtherThreads, that_wait_for_time_or_input_are_not_at_rest) {
  expect_never_at_rest([](const std::atomic<bool>& over) {
    std::mutex mutex;
    std::condition_variable never;
    std::unique_lock lock(mutex);
    while (!over) never.wait_for(lock, std::chrono::milliseconds(5));
  });
  expect_never_at_rest([](const std::atomic<bool>& over) {
    while (!over) ::poll(nullptr, 0, 5);
  });
}

TEST(OtherThreads, that_wake_each_other_are_not_at_rest) {
  expect_never_at_rest([](const std::atomic<bool>& over) {
    std::atomic<int> turn{0};
    std::atomic<bool> ending{false};
    std::thread other([&] {
      while (!ending) {
        turn.wait(0);
        turn = 0;
        turn.notify_all();
      }
    });
    while (!over) {
      turn = 1;
      turn.notify_all();
      turn.wait(1);
    }
    ending = true;
    turn = 1;
    turn.notify_all();
    other.join();
  });
}

#endif

}  // namespace
}  // namespace lodge::platform
