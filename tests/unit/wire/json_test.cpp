#include "wire/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace lodge::wire {
namespace {

using testing::HasSubstr;

TEST(Json, survives_the_way_to_text_and_back) {
  const Value value = Value::map({{"z", Value::List{1, -2, 1.5, true, {}, "täxt\n"}},
                                  {"a", Value::map({{"large", UINT64_MAX}})},
                                  {"binary", Value::Binary{Bytes{0, 1, 254, 255}}}});
  for (const bool pretty : {false, true}) {
    const Result<Value> back = value_from_json(json_from_value(value, pretty));
    ASSERT_TRUE(back.ok()) << back.error().text();
    EXPECT_EQ(*back, value);
  }
}

TEST(Json, keeps_the_order_of_keys) {
  EXPECT_EQ(json_from_value(Value::map({{"z", 1}, {"a", 2}})), R"({"z":1,"a":2})");
}

TEST(Json, writes_binary_as_base64) {
  for (const auto& [bytes, text] : std::vector<std::pair<Bytes, std::string>>{
           {{}, ""}, {{'a'}, "YQ=="}, {{'a', 'b'}, "YWI="}, {{'a', 'b', 'c'}, "YWJj"}}) {
    EXPECT_EQ(json_from_value(Value::Binary{bytes}), R"({"$bin":")" + text + R"("})");
    EXPECT_EQ(*value_from_json(R"({"$bin":")" + text + R"("})"), Value(Value::Binary{bytes}));
  }
}

TEST(Json, leaves_a_map_alone_that_only_looks_like_binary) {
  EXPECT_EQ(*value_from_json(R"({"$bin":"?"})"), Value::map({{"$bin", "?"}}));
  EXPECT_EQ(*value_from_json(R"({"$bin":7})"), Value::map({{"$bin", 7}}));
}

TEST(Json, writes_keys_that_are_not_text_as_their_own_json) {
  EXPECT_EQ(json_from_value(Value::map({{1, "a"}, {{}, "b"}, {Value::List{1, "x"}, "c"}})),
            R"({"1":"a","null":"b","[1,\"x\"]":"c"})");
}

TEST(Json, has_no_words_for_infinity_and_mends_bad_text) {
  EXPECT_EQ(json_from_value(INFINITY), "null");
  EXPECT_EQ(json_from_value("a\xff"), "\"a\xef\xbf\xbd\"");
}

TEST(Json, tells_where_it_stops_being_json) {
  const Result<Value> value = value_from_json("{\n  \"a\": 1,\n  oops\n}");
  ASSERT_FALSE(value.ok());
  EXPECT_EQ(value.error().code, Code::INVALID_ARGUMENT);
  EXPECT_THAT(value.error().message, HasSubstr("line 3, column 3"));
}

TEST(Json, takes_the_last_of_equal_keys) {
  EXPECT_EQ(*value_from_json(R"({"a":1,"b":2,"a":3})"), Value::map({{"a", 3}, {"b", 2}}));
}

TEST(Json, refuses_more_than_one_value_and_none) {
  EXPECT_FALSE(value_from_json("1 2").ok());
  EXPECT_FALSE(value_from_json("").ok());
}

TEST(Json, holds_the_limits) {
  EXPECT_EQ(value_from_json(std::string(1'000'000, '[')).error().code, Code::RESOURCE_EXHAUSTED);
  EXPECT_EQ(value_from_json("[1,2,3]", {.elements_max = 3}).error().code, Code::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(value_from_json("[1,2,3]", {.elements_max = 4}).ok());
}

}  // namespace
}  // namespace lodge::wire
