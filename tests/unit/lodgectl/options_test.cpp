#include "lodgectl/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lodge::ctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<Options> read(std::vector<const char*> words) {
  words.insert(words.begin(), "lodgectl");
  return read_options(static_cast<int>(words.size()), words.data());
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
}

TEST(Options, numbers_are_checked) {
  for (const char* wrong : {"--timeout=0", "--timeout=x", "--depth=1.5", "--seconds=-1", "--limit="}) {
    const auto options = read({"bench", wrong});
    EXPECT_FALSE(options.ok()) << wrong;
  }
  EXPECT_THAT(read({"--timeout=soon"}).error().message, HasSubstr("--timeout: `soon` is not a number from 1 to"));
}

}  // namespace
}  // namespace lodge::ctl
