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

TEST(Closest, takes_a_beginning_for_a_name_that_was_not_finished) {
  EXPECT_EQ(closest("serv", verbs), "service");
  EXPECT_EQ(closest("STAT", verbs), "status");
  EXPECT_EQ(closest("stats", std::vector<std::string_view>{"stats_of_everything", "stat"}), "stat")
      << "a slip is nearer";
  EXPECT_EQ(closest("s", verbs), "") << "one letter begins too many";
}

TEST(Closest, asks_about_all_of_a_few_that_begin_so) {
  EXPECT_EQ(did_you_mean("serv", verbs), "; did you mean `service` or `services`?");
  EXPECT_EQ(did_you_mean("count", std::vector<std::string>{"counter_b", "counted", "counter", "counted"}),
            "; did you mean `counted`, `counter` or `counter_b`?");
  EXPECT_EQ(did_you_mean("word", std::vector<std::string>{"word_a", "word_b", "word_c", "word_d"}), "")
      << "many that begin alike tell nothing";
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
