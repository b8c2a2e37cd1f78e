#include "base/packed_int.hpp"

#include <gtest/gtest.h>

namespace lodge {
namespace {

TEST(PackedInt, comes_back_at_every_border) {
  for (const std::int64_t border :
       {std::int64_t{0}, std::int64_t{32}, std::int64_t{128}, std::int64_t{256}, std::int64_t{32768},
        std::int64_t{65536}, std::int64_t{1} << 31, std::int64_t{1} << 32, INT64_MAX - 1}) {
    for (const std::int64_t number : {border - 1, border, border + 1, -border - 1, -border, -border + 1}) {
      EXPECT_EQ(unpack_int(PackedInt(number).view()), number);
    }
  }
  EXPECT_EQ(unpack_int(PackedInt(INT64_MIN).view()), INT64_MIN);
}

TEST(PackedInt, takes_the_shortest_form) {
  EXPECT_EQ(copy_of(PackedInt(127).view()), (Bytes{0x7f}));
  EXPECT_EQ(copy_of(PackedInt(-32).view()), (Bytes{0xe0}));
  EXPECT_EQ(copy_of(PackedInt(-33).view()), (Bytes{0xd0, 0xdf}));
  EXPECT_EQ(copy_of(PackedInt(128).view()), (Bytes{0xcc, 0x80}));
  EXPECT_EQ(copy_of(PackedInt(65536).view()), (Bytes{0xce, 0x00, 0x01, 0x00, 0x00}));
  EXPECT_EQ(copy_of(PackedInt(-129).view()), (Bytes{0xd1, 0xff, 0x7f}));
}

TEST(PackedInt, reads_forms_longer_than_needed) {
  EXPECT_EQ(unpack_int(Bytes{0xd3, 0, 0, 0, 0, 0, 0, 0, 5}), 5);
  EXPECT_EQ(unpack_int(Bytes{0xd0, 0xff}), -1);
  EXPECT_EQ(unpack_int(Bytes{0xcd, 0xff, 0xff}), 65535);
}

TEST(PackedInt, refuses_what_is_not_one_int64) {
  EXPECT_FALSE(unpack_int({}));
  EXPECT_FALSE(unpack_int(Bytes{1, 2}));
  EXPECT_FALSE(unpack_int(Bytes{0xc0}));
  EXPECT_FALSE(unpack_int(Bytes{0xa1, 'x'}));
  EXPECT_FALSE(unpack_int(Bytes{0xcd, 0}));
  EXPECT_FALSE(unpack_int(Bytes{0xcc, 0, 0}));
  EXPECT_FALSE(unpack_int(Bytes{0xcf, 0x80, 0, 0, 0, 0, 0, 0, 0}));
}

}  // namespace
}  // namespace lodge
