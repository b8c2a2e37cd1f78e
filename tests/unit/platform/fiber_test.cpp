#include "platform/fiber.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/loop_thread.hpp"
#include "base/stack_id.hpp"

namespace lodge::platform {
namespace {

using testing::ElementsAre;

TEST(Fiber, takes_turns_with_its_thread) {
  std::vector<std::string> said;
  Fiber fiber([&] {
    said.emplace_back("first");
    Fiber::suspend();
    said.emplace_back("second");
  });
  fiber.resume();
  said.emplace_back("between");
  EXPECT_FALSE(fiber.finished());
  fiber.resume();
  EXPECT_TRUE(fiber.finished());
  EXPECT_THAT(said, ElementsAre("first", "between", "second"));
}

TEST(Fiber, several_stand_still_and_go_on_in_any_order) {
  std::vector<int> ended;
  const auto body = [&ended](int number) {
    return [&ended, number] {
      Fiber::suspend();
      ended.push_back(number);
    };
  };
  Fiber one(body(1));
  Fiber two(body(2));
  one.resume();
  two.resume();
  one.resume();
  two.resume();
  EXPECT_THAT(ended, ElementsAre(1, 2));
}

TEST(Fiber, is_known_while_it_runs) {
  const Fiber* seen = nullptr;
  Fiber fiber([&] { seen = Fiber::current(); });
  EXPECT_EQ(Fiber::current(), nullptr);
  fiber.resume();
  EXPECT_EQ(seen, &fiber);
  EXPECT_EQ(Fiber::current(), nullptr);
}

TEST(Fiber, has_an_id_of_its_own_and_its_own_part_of_the_loop_thread) {
  const void* const here = this_stack();
  const void* there = nullptr;
  Fiber fiber([&] {
    const LoopThreadScope loop;
    there = this_stack();
    Fiber::suspend();
    EXPECT_TRUE(on_loop_thread());
    EXPECT_EQ(this_stack(), there);
  });
  fiber.resume();
  EXPECT_FALSE(on_loop_thread());
  EXPECT_EQ(this_stack(), here);
  EXPECT_NE(there, here);
  fiber.resume();
}

// The runtime keeps exceptions that are being handled by thread: mixed up, `throw;` would rethrow another's.
TEST(Fiber, handles_exceptions_apart_from_others) {
  const auto rethrown_after_a_turn = [](const char* text, std::string& seen) {
    return [text, &seen] {
      try {
        throw std::runtime_error(text);
      } catch (const std::exception&) {
        Fiber::suspend();
        try {
          throw;
        } catch (const std::exception& again) {
          seen = again.what();
        }
      }
    };
  };
  std::string first;
  std::string second;
  Fiber one(rethrown_after_a_turn("one", first));
  Fiber two(rethrown_after_a_turn("two", second));
  one.resume();
  two.resume();
  EXPECT_EQ(std::current_exception(), nullptr);
  one.resume();
  two.resume();
  EXPECT_EQ(first, "one");
  EXPECT_EQ(second, "two");
}

int deep(int levels) {
  volatile char room[1000] = {};
  return levels == 0 ? room[0] : deep(levels - 1) + room[1];
}

TEST(Fiber, has_room_for_as_much_as_a_thread) {
  Fiber fiber([] { EXPECT_EQ(deep(4000), 0); });
  fiber.resume();
  EXPECT_TRUE(fiber.finished());
}

}  // namespace
}  // namespace lodge::platform
