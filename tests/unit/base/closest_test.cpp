#include "base/closest.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace lodge {
namespace {

const std::vector<std::string_view> verbs = {"status", "services", "service", "store", "call"};

TEST(Closest, finds_what_one_slip_away) {
  EXPECT_EQ(closest("statsu", verbs), "status");
  EXPECT_EQ(closest("stats", verbs), "status");
  EXPECT_EQ(closest("STORE", verbs), "store");
  EXPECT_EQ(closest("cal", verbs), "call");
}

TEST(Closest, prefers_the_nearest_then_the_first) {
  EXPECT_EQ(closest("servics", verbs), "services");
  EXPECT_EQ(closest("ab", std::vector<std::string_view>{"ac", "ad"}), "ac");
}

TEST(Closest, is_silent_when_nothing_is_near) {
  EXPECT_EQ(closest("frobnicate", verbs), "");
  EXPECT_EQ(closest("", verbs), "");
  EXPECT_EQ(closest("x", std::vector<std::string_view>{"y"}), "");
  EXPECT_EQ(closest(std::string(65, 'a'), std::vector<std::string>{std::string(65, 'a')}), "");
}

TEST(Closest, asks_the_question_only_with_an_answer) {
  EXPECT_EQ(did_you_mean("greter", std::vector<std::string>{"greeter"}), "; did you mean `greeter`?");
  EXPECT_EQ(did_you_mean("q", std::vector<std::string>{"greeter"}), "");
}

}  // namespace
}  // namespace lodge
