#include "plugin/constraints.hpp"

#include <gtest/gtest.h>
#include <lodge/descriptor.h>

#include <cmath>

namespace lodge::plugin {
namespace {

using wire::Value;

std::string refusal(const Value& constraints, std::uint32_t type) {
  const Result<Constraints> read = read_constraints(constraints.pack(), type);
  return read ? "accepted" : read.error().message;
}

/// What is wanted in place of `value`; empty: it is good.
std::string wanted(const Value& value, const Value& constraints, std::uint32_t type) {
  const Result<Constraints> read = read_constraints(constraints.pack(), type);
  EXPECT_TRUE(read) << read.error().message;
  return read ? broken_by(value, *read) : "";
}

TEST(Constraints, none_allow_everything) {
  EXPECT_EQ(broken_by(5, *read_constraints({}, LODGE_TYPE_INT)), "");
  EXPECT_EQ(wanted(5, Value::Map{}, LODGE_TYPE_INT), "");
}

TEST(Constraints, bound_integers) {
  const Value both = Value::map({{"min", 1}, {"max", 100}});
  EXPECT_EQ(wanted(1, both, LODGE_TYPE_INT), "");
  EXPECT_EQ(wanted(100, both, LODGE_TYPE_INT), "");
  EXPECT_EQ(wanted(0, both, LODGE_TYPE_INT), "from 1 to 100");
  EXPECT_EQ(wanted(101, both, LODGE_TYPE_INT), "from 1 to 100");
  EXPECT_EQ(wanted(std::uint64_t{1} << 63, both, LODGE_TYPE_INT), "from 1 to 100");
  EXPECT_EQ(wanted(-1, Value::map({{"min", 0}}), LODGE_TYPE_INT), "0 or more");
  EXPECT_EQ(wanted(1, Value::map({{"max", 0}}), LODGE_TYPE_INT), "at most 0");
  EXPECT_EQ(wanted(1, Value::map({{"min", std::uint64_t{1} << 63}}), LODGE_TYPE_INT), "9223372036854775808 or more");
}

TEST(Constraints, bound_floats) {
  const Value both = Value::map({{"min", 0.0}, {"max", 0.5}});
  EXPECT_EQ(wanted(0.5, both, LODGE_TYPE_FLOAT), "");
  EXPECT_EQ(wanted(0.75, both, LODGE_TYPE_FLOAT), "from 0.0 to 0.5");
  EXPECT_EQ(wanted(std::nan(""), both, LODGE_TYPE_FLOAT), "from 0.0 to 0.5");
  EXPECT_EQ(wanted(HUGE_VAL, Value::map({{"min", 0.0}}), LODGE_TYPE_FLOAT), "");
}

TEST(Constraints, name_what_there_may_be) {
  const Value choice = Value::map({{"one_of", Value::List{"red", "blue"}}});
  EXPECT_EQ(wanted("red", choice, LODGE_TYPE_STRING), "");
  EXPECT_EQ(wanted("green", choice, LODGE_TYPE_STRING), "one of \"red\", \"blue\"");
  EXPECT_EQ(wanted(3, Value::map({{"one_of", Value::List{1, 2}}}), LODGE_TYPE_INT), "one of 1, 2");
}

TEST(Constraints, bound_sizes) {
  EXPECT_EQ(wanted("abc", Value::map({{"size_max", 3}}), LODGE_TYPE_STRING), "");
  EXPECT_EQ(wanted("abcd", Value::map({{"size_max", 3}}), LODGE_TYPE_STRING), "at most 3 bytes");
  EXPECT_EQ(wanted("", Value::map({{"size_min", 1}}), LODGE_TYPE_STRING), "1 byte or more");
  EXPECT_EQ(wanted(Value::Binary{}, Value::map({{"size_min", 1}}), LODGE_TYPE_BINARY), "1 byte or more");
  EXPECT_EQ(wanted(Value::List{1, 2, 3}, Value::map({{"size_min", 1}, {"size_max", 2}}), LODGE_TYPE_LIST),
            "from 1 to 2 elements");
  EXPECT_EQ(wanted(Value::map({{"a", 1}}), Value::map({{"size_max", 0}}), LODGE_TYPE_MAP), "at most 0 keys");
}

TEST(Constraints, are_refused_where_nobody_knows_them) {
  EXPECT_EQ(refusal(Value::map({{"mim", 1}}), LODGE_TYPE_INT), "there is no constraint `mim`; did you mean `min`?");
  EXPECT_EQ(refusal(Value::map({{5, 1}}), LODGE_TYPE_INT), "a key that is no text");
  EXPECT_EQ(refusal(Value::List{1}, LODGE_TYPE_INT), "a list, and should be a map");
  EXPECT_EQ(refusal(Value::Map{{"min", 1}, {"min", 2}}, LODGE_TYPE_INT), "`min` stands twice");
  EXPECT_FALSE(read_constraints(Bytes{0x81}, LODGE_TYPE_INT));
}

TEST(Constraints, are_refused_where_the_type_cannot_have_them) {
  EXPECT_EQ(refusal(Value::map({{"min", 1}}), LODGE_TYPE_STRING), "min: a setting of type str cannot have it");
  EXPECT_EQ(refusal(Value::map({{"size_max", 1}}), LODGE_TYPE_INT), "size_max: a setting of type int cannot have it");
  EXPECT_EQ(refusal(Value::map({{"one_of", Value::List{true}}}), LODGE_TYPE_BOOL),
            "one_of: a setting of type bool cannot have it");
  EXPECT_EQ(refusal(Value::map({{"min", 1}}), LODGE_TYPE_ANY), "min: a setting of type any cannot have it");
  EXPECT_EQ(refusal(Value::map({{"min", 1}}), LODGE_TYPE_FLOAT), "min: int, and the setting's type is float");
  EXPECT_EQ(refusal(Value::map({{"max", std::nan("")}}), LODGE_TYPE_FLOAT),
            "max: not a number, and the setting's type is float");
  EXPECT_EQ(refusal(Value::map({{"one_of", Value::List{"a", 1}}}), LODGE_TYPE_STRING),
            "one_of[1]: int, and the setting's type is str");
  EXPECT_EQ(refusal(Value::map({{"size_min", -1}}), LODGE_TYPE_LIST), "size_min: not a size");
}

TEST(Constraints, are_refused_where_they_contradict_each_other) {
  EXPECT_EQ(refusal(Value::map({{"min", 2}, {"max", 1}}), LODGE_TYPE_INT), "max is less than min: no value is allowed");
  EXPECT_EQ(refusal(Value::map({{"size_min", 2}, {"size_max", 1}}), LODGE_TYPE_STRING),
            "size_max is less than size_min: no value is allowed");
  EXPECT_EQ(refusal(Value::map({{"one_of", Value::List{1, 9}}, {"max", 5}}), LODGE_TYPE_INT),
            "one_of[1]: the other constraints do not allow it");
  EXPECT_EQ(refusal(Value::map({{"one_of", Value::List{1, 1}}}), LODGE_TYPE_INT), "one_of[1]: twice");
  EXPECT_EQ(refusal(Value::map({{"one_of", Value::List{}}}), LODGE_TYPE_INT), "one_of: not a list of values");
}

}  // namespace
}  // namespace lodge::plugin
