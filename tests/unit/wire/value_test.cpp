#include "wire/value.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "wire/msgpack.hpp"

namespace lodge::wire {
namespace {

using testing::HasSubstr;

Value round_trip(const Value& value) {
  Result<Value> back = Value::unpack(value.pack());
  EXPECT_TRUE(back.ok()) << (back.ok() ? "" : back.error().text());
  return back.ok() ? *back : Value("failed");
}

Code code_of(const Bytes& bytes, const Limits& limits = {}) {
  const Result<Value> value = Value::unpack(bytes, limits);
  return value ? Code::OK : value.error().code;
}

TEST(Value, survives_packing_and_unpacking) {
  const Value value = Value::map({{"nil", {}},
                                  {"yes", true},
                                  {"negative", -70000},
                                  {"large", UINT64_MAX},
                                  {"real", 1.5},
                                  {"text", std::string(70000, 'x')},
                                  {"binary", Value::Binary{Bytes{0, 255, 7}}},
                                  {7, Value::List{1, "two", Value::List{}}}});
  EXPECT_EQ(round_trip(value), value);
}

TEST(Value, keeps_every_integer_at_the_borders_of_its_forms) {
  for (const std::int64_t number :
       {INT64_MIN, std::int64_t{INT32_MIN}, std::int64_t{-32769}, std::int64_t{-129}, std::int64_t{-33},
        std::int64_t{-32}, std::int64_t{-1}, std::int64_t{0}, std::int64_t{127}, std::int64_t{128}, std::int64_t{65536},
        std::int64_t{UINT32_MAX}, INT64_MAX}) {
    EXPECT_EQ(round_trip(number), Value(number)) << number;
  }
}

TEST(Value, packs_numbers_in_their_shortest_form) {
  EXPECT_EQ(Value(127).pack(), (Bytes{0x7f}));
  EXPECT_EQ(Value(-32).pack(), (Bytes{0xe0}));
  EXPECT_EQ(Value(200).pack(), (Bytes{0xcc, 200}));
}

TEST(Value, compares_by_meaning) {
  EXPECT_EQ(Value(std::uint64_t{1}), Value(1));
  EXPECT_FALSE(Value(1) == Value(1.0));
  EXPECT_EQ(Value::map({{"a", 1}, {"b", 2}}), Value::map({{"b", 2}, {"a", 1}}));
  EXPECT_FALSE(Value::map({{"a", 1}, {"a", 1}}) == Value::map({{"a", 1}, {"b", 1}}));
}

TEST(Value, reads_single_precision) { EXPECT_EQ(*Value::unpack(Bytes{0xca, 0x3f, 0xc0, 0, 0}), Value(1.5)); }

TEST(Value, finds_the_first_of_two_equal_keys) {
  const Result<Value> value = Value::unpack(Bytes{0x82, 0xa1, 'k', 1, 0xa1, 'k', 2});
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(*value->find("k"), Value(1));
  EXPECT_EQ(value->find("other"), nullptr);
}

TEST(Value, sets_keys_of_maps_and_of_nothing) {
  Value value;
  value.set("a", 1);
  value.set("a", 2);
  value.set("b", 3);
  EXPECT_EQ(value, Value::map({{"a", 2}, {"b", 3}}));
}

TEST(Value, refuses_bytes_that_are_cut_off_anywhere) {
  const Bytes whole = Value::map({{"list", Value::List{1, 2.5, "text", 70000}}, {"b", Value::Binary{{1, 2}}}}).pack();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(code_of(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))), Code::INVALID_ARGUMENT);
  }
}

TEST(Value, refuses_what_follows_the_value) { EXPECT_EQ(code_of({0x01, 0x02}), Code::INVALID_ARGUMENT); }

TEST(Value, refuses_types_it_does_not_know) {
  EXPECT_EQ(code_of({0xc1}), Code::INVALID_ARGUMENT);
  EXPECT_EQ(code_of({0xd4, 1, 2}), Code::INVALID_ARGUMENT);
  EXPECT_EQ(code_of({0xc7, 1, 1, 2}), Code::INVALID_ARGUMENT);
}

TEST(Value, refuses_nesting_beyond_the_limit) {
  const Limits limits{.depth_max = 64};
  Bytes nested(64, 0x91);
  nested.push_back(0x01);
  EXPECT_EQ(code_of(nested, limits), Code::OK);
  nested.insert(nested.begin(), 0x91);
  EXPECT_EQ(code_of(nested, limits), Code::RESOURCE_EXHAUSTED);
  EXPECT_EQ(code_of(Bytes(5'000'000, 0x91), limits), Code::RESOURCE_EXHAUSTED);
}

TEST(Value, nests_no_deeper_than_plugins_can_read_whatever_the_limit) {
  Bytes nested(LODGE_MP_DEPTH_MAX, 0x91);
  nested.push_back(0x01);
  EXPECT_EQ(code_of(nested, {.depth_max = 1000}), Code::OK);
  nested.insert(nested.begin(), 0x91);
  EXPECT_EQ(code_of(nested, {.depth_max = 1000}), Code::RESOURCE_EXHAUSTED);
}

TEST(Value, counts_the_depth_of_each_branch_by_itself) {
  const Value deep = Value::List{Value::List{Value::map({{"k", Value::List{}}})}};
  const Bytes branches = Value(Value::List{deep, 1, deep, Value::Map{{deep, deep}}}).pack();
  EXPECT_EQ(code_of(branches, {.depth_max = 6}), Code::OK);
  EXPECT_EQ(code_of(branches, {.depth_max = 5}), Code::RESOURCE_EXHAUSTED);
}

TEST(Value, refuses_more_elements_than_the_limit) {
  EXPECT_EQ(code_of({0x93, 1, 2, 3}, {.elements_max = 4}), Code::OK);
  EXPECT_EQ(code_of({0x93, 1, 2, 3}, {.elements_max = 3}), Code::RESOURCE_EXHAUSTED);
}

TEST(Value, says_which_limit_it_met_or_which_byte_is_wrong) {
  const auto why = [](const Bytes& bytes, const Limits& limits = {}) {
    return Value::unpack(bytes, limits).error().message;
  };
  EXPECT_THAT(why({0x93, 1, 2, 3}, {.elements_max = 3}),
              HasSubstr("more than 3 values in one body (limits.elements_max)"));
  EXPECT_THAT(why({0x92, 1, 0x91, 0x91, 1}, {.depth_max = 2}),
              HasSubstr("more than 2 deep (limits.depth_max), at byte 3"));
  EXPECT_THAT(why({0x92, 1, 0xd4, 1, 2}), HasSubstr("type 0xd4 at byte 2"));
  EXPECT_THAT(why({0x92, 1, 0xcd, 1}), HasSubstr("the value at byte 2 is not complete"));
}

TEST(Value, believes_no_announced_count) {
  EXPECT_EQ(code_of({0xdd, 0xff, 0xff, 0xff, 0xff}), Code::INVALID_ARGUMENT);
  EXPECT_EQ(code_of({0xdf, 0xff, 0xff, 0xff, 0xff, 0x01}), Code::INVALID_ARGUMENT);
  EXPECT_EQ(code_of({0xdb, 0xff, 0xff, 0xff, 0xff, 'a'}), Code::INVALID_ARGUMENT);
}

TEST(Value, names_its_types) {
  EXPECT_EQ(Value().type_name(), "nil");
  EXPECT_EQ(Value(UINT64_MAX).type_name(), "int");
  EXPECT_EQ(Value(Value::Binary{}).type_name(), "bin");
  EXPECT_EQ(Value(Value::Map{}).type_name(), "map");
}

TEST(DeepMerge, merges_maps_at_every_depth_and_replaces_the_rest) {
  const Value base = Value::map({{"a", Value::map({{"x", 1}, {"y", Value::List{1, 2}}})}, {"b", 1}});
  const Value update = Value::map({{"a", Value::map({{"y", Value::List{3}}, {"z", 4}})}, {"c", 5}});
  EXPECT_EQ(deep_merge(base, update),
            Value::map({{"a", Value::map({{"x", 1}, {"y", Value::List{3}}, {"z", 4}})}, {"b", 1}, {"c", 5}}));
  EXPECT_EQ(deep_merge(base, 7), Value(7));
}

}  // namespace
}  // namespace lodge::wire
