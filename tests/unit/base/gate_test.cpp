#include "base/gate.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "rig/manual_executor.hpp"

namespace lodge {
namespace {

rig::ManualExecutor executor;

TEST(Gate, lets_nobody_in_once_it_is_closed) {
  Gate gate;
  ASSERT_TRUE(gate.enter());
  gate.close();
  EXPECT_FALSE(gate.enter());
  EXPECT_FALSE(gate.wait_empty_for(executor, 0)) << "one is inside";
  gate.leave();
  EXPECT_TRUE(gate.wait_empty_for(executor, 0));
}

TEST(Gate, that_is_opened_again_is_empty_only_once_those_have_left_who_came_then) {
  Gate gate;
  gate.close();
  EXPECT_FALSE(gate.enter()) << "and left again: it was empty then";
  gate.open();
  ASSERT_TRUE(gate.enter());
  gate.close();
  EXPECT_FALSE(gate.wait_empty_for(executor, 0));
  gate.leave();
  EXPECT_TRUE(gate.wait_empty_for(executor, 0));
}

// Each try is counted for a moment: who waits for the gate to be empty may never see it at zero.
TEST(Gate, is_empty_although_others_try_to_get_in_all_the_time) {
  Gate gate;
  ASSERT_TRUE(gate.enter());
  std::atomic<bool> stop{false};
  std::thread late([&] {
    while (!stop) {
      if (gate.enter()) gate.leave();
    }
  });
  gate.close();
  gate.leave();
  EXPECT_TRUE(gate.wait_empty_for(executor, 10'000'000'000));
  stop = true;
  late.join();
}

}  // namespace
}  // namespace lodge
