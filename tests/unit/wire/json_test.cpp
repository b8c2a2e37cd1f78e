#include "wire/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace lodge::wire {
namespace {

using testing::HasSubstr;

std::string refusal(std::string_view text) {
  const Result<Value> value = value_from_json(text);
  EXPECT_TRUE(value.ok() || value.error().code == Code::INVALID_ARGUMENT);
  return value ? "accepted: " + json_from_value(*value) : value.error().message;
}

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
  EXPECT_EQ(*value_from_json(R"({"$bin":7})"), Value::map({{"$bin", 7}}));
  EXPECT_EQ(*value_from_json(R"({"$bin":"?","more":1})"), Value::map({{"$bin", "?"}, {"more", 1}}));
}

TEST(Json, refuses_binary_that_is_not_base64_and_says_where) {
  for (const char* text : {"!!", "YQ", "YQ=", "Y=Q=", "?"}) {
    EXPECT_EQ(refusal("{\n  \"a\": [1, {\"$bin\": \"" + std::string(text) + "\"}]\n}"),
              "line 2, column 21: {\"$bin\": ...} takes bytes as base64, padded with = to a multiple of four")
        << text;
  }
}

TEST(Json, refuses_integers_that_do_not_fit_instead_of_rounding_them) {
  EXPECT_EQ(*value_from_json("18446744073709551615"), Value(UINT64_MAX));
  EXPECT_EQ(*value_from_json("-9223372036854775808"), Value(INT64_MIN));
  EXPECT_EQ(*value_from_json("18446744073709551616.0"), Value(18446744073709551616.0));
  EXPECT_EQ(*value_from_json("1e30"), Value(1e30));
  EXPECT_EQ(refusal("[1,2 , 18446744073709551616]"),
            "line 1, column 8: 18446744073709551616 has more than the 64 bits of an integer; write it as text, or with "
            ".0 where a float will do");
  EXPECT_THAT(refusal("{\"a\":-9223372036854775809}"), HasSubstr("line 1, column 6: -9223372036854775809 has more"));
  EXPECT_THAT(refusal(std::string(200, '9')), HasSubstr("column 1: " + std::string(40, '9') + "... has more"));
  EXPECT_THAT(refusal(std::string(500, '9')), HasSubstr("column 1: a number beyond what a float holds"));
}

TEST(Json, writes_keys_that_are_not_text_as_their_own_json) {
  EXPECT_EQ(json_from_value(Value::map({{1, "a"}, {{}, "b"}, {Value::List{1, "x"}, "c"}})),
            R"({"1":"a","null":"b","[1,\"x\"]":"c"})");
}

TEST(Json, keeps_floats_that_are_no_numbers) {
  for (const auto& [number, text] : {std::pair(INFINITY, "inf"), {-INFINITY, "-inf"}, {NAN, "nan"}}) {
    const std::string json = R"([{"$float":")" + std::string(text) + R"("}])";
    EXPECT_EQ(json_from_value(Value::List{double{number}}), json);
    const Result<Value> back = value_from_json(json);
    ASSERT_TRUE(back.ok()) << back.error().message;
    const double* const read = back->as_list()->at(0).as_float();
    ASSERT_NE(read, nullptr);
    EXPECT_TRUE(std::isnan(number) ? std::isnan(*read) : *read == double{number}) << text;
  }
  EXPECT_EQ(refusal(R"({"$float": "NaN"})"),
            R"(line 1, column 12: {"$float": ...} takes "nan", "inf" or "-inf"; other floats are numbers)");
  EXPECT_EQ(*value_from_json(R"({"$float":7})"), Value::map({{"$float", 7}}));
}

TEST(Json, refuses_numbers_beyond_a_float_and_says_where) {
  for (const char* number : {"1e400", "-1e400"}) {
    EXPECT_EQ(refusal("{\"a\": [1,\n " + std::string(number) + "]}"),
              "line 2, column 2: a number beyond what a float holds, 1.8e308; infinity is {\"$float\": \"inf\"}");
  }
}

TEST(Json, mends_bad_text) { EXPECT_EQ(json_from_value("a\xff"), "\"a\xef\xbf\xbd\""); }

TEST(Json, tells_where_it_stops_being_json) {
  const Result<Value> value = value_from_json("{\n  \"a\": 1,\n  oops\n}");
  ASSERT_FALSE(value.ok());
  EXPECT_EQ(value.error().code, Code::INVALID_ARGUMENT);
  EXPECT_THAT(value.error().message, HasSubstr("line 3, column 3"));
}

TEST(Json, refuses_a_key_that_stands_twice_and_says_where) {
  EXPECT_EQ(refusal("{\"a\":1,\n \"b\":2, \"a\":3}"), "line 2, column 9: the key \"a\" stands twice in one object");
  EXPECT_THAT(refusal(R"([{"x":{"k":[1],"k" : 2}}])"), HasSubstr("column 16: the key \"k\""));
  EXPECT_TRUE(value_from_json(R"([{"a":{"a":1}},{"a":2}])").ok()) << "objects of their own";
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
