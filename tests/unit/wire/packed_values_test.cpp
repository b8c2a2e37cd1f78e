#include "wire/packed_values.hpp"

#include <gtest/gtest.h>

namespace lodge::wire {
namespace {

TEST(PackedValues, are_checked_to_be_exactly_so_many) {
  const Bytes two{1, 0x91, 0xa1, 'x'};
  const auto values = PackedValues::check(two, 2);
  ASSERT_TRUE(values);
  EXPECT_EQ(values->count(), 2U);
  EXPECT_EQ(values->bytes().data(), two.data());
  EXPECT_EQ(values->bytes().size(), two.size());
  EXPECT_FALSE(PackedValues::check(two, 1));
  EXPECT_FALSE(PackedValues::check(two, 3));
  EXPECT_FALSE(PackedValues::check(ByteView(two).first(3), 2));
  EXPECT_TRUE(PackedValues::check({}, 0));
}

TEST(PackedValues, nest_no_deeper_than_plugins_can_read) {
  Bytes nested(LODGE_MP_DEPTH_MAX, 0x91);
  nested.push_back(1);
  EXPECT_TRUE(PackedValues::check(nested, 1));
  nested.insert(nested.begin(), 0x91);
  EXPECT_FALSE(PackedValues::check(nested, 1));
}

}  // namespace
}  // namespace lodge::wire
