#include "lodgectl/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lodge::ctl {
namespace {

using ::testing::ElementsAre;

Result<Options> read(std::vector<const char*> words) {
  words.insert(words.begin(), "lodgectl");
  return read_options(static_cast<int>(words.size()), words.data());
}

std::string refusal(std::vector<const char*> words) {
  const auto options = read(std::move(words));
  return options ? "accepted" : options.error().message;
}

TEST(Options, may_stand_anywhere) {
  const auto options = read({"--socket", "/s", "call", "--json", "svc", "f", "--timeout", "20"});
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->socket, "/s");
  EXPECT_TRUE(options->json);
  EXPECT_EQ(options->timeout_ms, 20);
  EXPECT_THAT(options->words, ElementsAre("call", "svc", "f"));
}

TEST(Options, negative_numbers_are_words) {
  EXPECT_THAT(read({"call", "s", "f", "-1", "-.5"})->words, ElementsAre("call", "s", "f", "-1", "-.5"));
}

TEST(Options, commas_are_part_of_words) {
  EXPECT_THAT(read({"call", "s", "f", "[1,2]", "one, two"})->words, ElementsAre("call", "s", "f", "[1,2]", "one, two"));
}

TEST(Options, tell_which_ones_of_single_verbs_were_given) {
  EXPECT_THAT(read({"names", "--shared", "--limit=5"})->given, ElementsAre("limit", "shared"));
}

TEST(Options, unknown_ones_are_refused_with_a_suggestion) {
  const auto options = read({"status", "--jsn"});
  ASSERT_FALSE(options.ok());
  EXPECT_EQ(options.error().message, "no option `--jsn`; did you mean `--json`?");
  EXPECT_EQ(refusal({"--conn=3"}), "no option `--conn`; did you mean `--connections`?");
  EXPECT_EQ(refusal({"-q"}), "no option `-q`; see lodgectl --help");
  EXPECT_TRUE(read({"-h"})->help);
}

TEST(Options, numbers_are_checked) {
  for (const char* wrong : {"--timeout=0", "--timeout=x", "--timeout=1e300", "--depth=1.5", "--depth= 1", "--depth=1 ",
                            "--seconds=-1", "--seconds=nan", "--seconds=inf", "--limit="}) {
    EXPECT_FALSE(read({"bench", wrong}).ok()) << wrong;
  }
  EXPECT_EQ(refusal({"--timeout=soon"}), "--timeout: `soon` is not a whole number from 1 to 3600000");
  EXPECT_EQ(refusal({"--seconds", "0"}), "--seconds: `0` is not a number from 0.01 to 3600");
  EXPECT_EQ(read({"bench", "--seconds", "0.5"})->seconds, 0.5);
}

TEST(Options, a_negative_number_as_a_value_is_told_as_it_was_typed) {
  EXPECT_EQ(refusal({"--timeout", "-1"}), "--timeout: `-1` is not a whole number from 1 to 3600000");
  EXPECT_EQ(refusal({"--seconds=-.5"}), "--seconds: `-.5` is not a number from 0.01 to 3600");
  EXPECT_EQ(read({"--prefix", "-1"})->prefix, "-1");
}

TEST(Options, that_need_a_value_say_so) {
  EXPECT_EQ(refusal({"status", "--timeout"}), "--timeout needs a value: --timeout MS");
  EXPECT_EQ(read({"--prefix=--json"})->prefix, "--json");
  EXPECT_EQ(refusal({"--socket", ""}), "--socket: an empty value; it needs a path");
  EXPECT_EQ(refusal({"call", "--each-line="}), "--each-line: an empty value; it needs a path");
}

TEST(Options, switches_take_no_value) {
  EXPECT_EQ(refusal({"--json=false"}), "--json takes no value, and was given `--json=false`");
}

TEST(Options, the_last_of_several_counts) { EXPECT_EQ(read({"--timeout=5", "--timeout", "7"})->timeout_ms, 7); }

TEST(Options, end_at_two_dashes) {
  const auto options = read({"call", "--json", "--", "--json", "-x", "-"});
  ASSERT_TRUE(options.ok()) << options.error().message;
  EXPECT_THAT(options->words, ElementsAre("call", "--json", "-x", "-"));
}

TEST(Options, that_cannot_be_read_still_tell_whether_json_was_wanted) {
  const std::vector<const char*> words = {"lodgectl", "--timeout", "x", "--json"};
  EXPECT_TRUE(wants_json(4, words.data()));
  EXPECT_FALSE(wants_json(3, words.data()));
}

}  // namespace
}  // namespace lodge::ctl
