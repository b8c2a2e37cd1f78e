#include "lodgectl/arguments.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lodge::ctl {
namespace {

using ::testing::HasSubstr;
using wire::Value;

TEST(Arguments, are_json) {
  EXPECT_EQ(*argument_from("1"), Value(1));
  EXPECT_EQ(*argument_from("-2.5"), Value(-2.5));
  EXPECT_EQ(*argument_from("\"ada\""), Value("ada"));
  EXPECT_EQ(*argument_from("null"), Value());
  EXPECT_EQ(*argument_from("[1, {\"a\": true}]"), Value(Value::List{1, Value::map({{"a", true}})}));
}

TEST(Arguments, a_word_that_is_no_json_is_text) {
  EXPECT_EQ(*argument_from("ada"), Value("ada"));
  EXPECT_EQ(*argument_from("one fish two"), Value("one fish two"));
  EXPECT_EQ(*argument_from("/etc/passwd"), Value("/etc/passwd"));
  EXPECT_EQ(*argument_from("nulls"), Value("nulls"));
}

TEST(Arguments, what_was_meant_as_json_but_is_none_is_refused_with_a_hint) {
  for (const char* word : {"{a: 1}", "[1,", "\"open", "12 monkeys", "-x", ""}) {
    const auto value = argument_from(word);
    ASSERT_FALSE(value.ok()) << word;
    EXPECT_THAT(value.error().message, HasSubstr("\"")) << word;
  }
}

TEST(Arguments, are_packed_one_after_another) {
  EXPECT_EQ(packed({1, "a"}), (Bytes{0x01, 0xa1, 'a'}));
  EXPECT_EQ(packed({}), Bytes{});
}

}  // namespace
}  // namespace lodge::ctl
