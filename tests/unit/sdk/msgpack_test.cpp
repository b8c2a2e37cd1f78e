// msgpack in C: what is written is read again, and nothing malformed gets through.
#include <gtest/gtest.h>
#include <lodge/msgpack.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Bytes = std::vector<std::uint8_t>;

/// A writer over plenty of memory.
struct Memory : lodge_writer {
  Memory() { lodge_writer_over(this, room.data(), room.size()); }
  [[nodiscard]] Bytes bytes() const { return {data, data + size}; }
  std::vector<std::uint8_t> room = std::vector<std::uint8_t>(std::size_t{1} << 20);
};

int32_t check(const Bytes& bytes, std::size_t count = 1) { return lodge_mp_check(bytes.data(), bytes.size(), count); }

template <typename Value>
Bytes written(int32_t (*write)(lodge_writer*, Value), Value value) {
  Memory out;
  EXPECT_EQ(write(&out, value), LODGE_OK);
  return out.bytes();
}

TEST(Msgpack, writes_integers_in_their_shortest_form) {
  EXPECT_EQ(written<std::uint64_t>(lodge_mp_write_uint, 127), (Bytes{0x7f}));
  EXPECT_EQ(written<std::uint64_t>(lodge_mp_write_uint, 128), (Bytes{0xcc, 0x80}));
  EXPECT_EQ(written<std::uint64_t>(lodge_mp_write_uint, 256), (Bytes{0xcd, 1, 0}));
  EXPECT_EQ(written<std::uint64_t>(lodge_mp_write_uint, 65536), (Bytes{0xce, 0, 1, 0, 0}));
  EXPECT_EQ(written<std::uint64_t>(lodge_mp_write_uint, 1ULL << 32), (Bytes{0xcf, 0, 0, 0, 1, 0, 0, 0, 0}));
  EXPECT_EQ(written<std::int64_t>(lodge_mp_write_int, -32), (Bytes{0xe0}));
  EXPECT_EQ(written<std::int64_t>(lodge_mp_write_int, -33), (Bytes{0xd0, 0xdf}));
  EXPECT_EQ(written<std::int64_t>(lodge_mp_write_int, -129), (Bytes{0xd1, 0xff, 0x7f}));
  EXPECT_EQ(written<std::int64_t>(lodge_mp_write_int, -32769), (Bytes{0xd2, 0xff, 0xff, 0x7f, 0xff}));
  EXPECT_EQ(written<std::int64_t>(lodge_mp_write_int, INT64_MIN), (Bytes{0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0}));
}

TEST(Msgpack, reads_every_integer_that_it_wrote) {
  for (int bit = 0; bit < 64; ++bit) {
    for (const std::uint64_t near : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}}) {
      const std::uint64_t value = (std::uint64_t{1} << bit) + near;
      const Bytes bytes = written<std::uint64_t>(lodge_mp_write_uint, value);
      lodge_mp_reader reader = lodge_mp_reader_of(bytes.data(), bytes.size());
      std::uint64_t back = 0;
      ASSERT_EQ(lodge_mp_read_uint(&reader, &back), LODGE_OK);
      EXPECT_EQ(back, value);
      const auto as_signed = static_cast<std::int64_t>(value);
      const Bytes other = written<std::int64_t>(lodge_mp_write_int, as_signed);
      reader = lodge_mp_reader_of(other.data(), other.size());
      std::int64_t signed_back = 0;
      ASSERT_EQ(lodge_mp_read_int(&reader, &signed_back), LODGE_OK);
      EXPECT_EQ(signed_back, as_signed);
      EXPECT_EQ(lodge_mp_left(&reader), 0U);
    }
  }
}

TEST(Msgpack, tells_an_integer_that_does_not_fit_from_another_type) {
  std::int64_t number = 0;
  std::uint64_t large = 0;
  const Bytes above = written<std::uint64_t>(lodge_mp_write_uint, std::uint64_t{INT64_MAX} + 1);
  lodge_mp_reader reader = lodge_mp_reader_of(above.data(), above.size());
  EXPECT_EQ(lodge_mp_read_int(&reader, &number), LODGE_OUT_OF_RANGE);
  EXPECT_EQ(lodge_mp_left(&reader), above.size());
  const Bytes below = written<std::int64_t>(lodge_mp_write_int, -1);
  reader = lodge_mp_reader_of(below.data(), below.size());
  EXPECT_EQ(lodge_mp_read_uint(&reader, &large), LODGE_OUT_OF_RANGE);
  const Bytes text = {0xa1, 'x'};
  reader = lodge_mp_reader_of(text.data(), text.size());
  EXPECT_EQ(lodge_mp_read_int(&reader, &number), LODGE_INVALID_ARGUMENT);
}

TEST(Msgpack, reads_text_and_binary_of_every_length_in_place) {
  for (const std::size_t size : {0UL, 1UL, 31UL, 32UL, 255UL, 256UL, 65535UL, 65536UL}) {
    const std::string text(size, 'x');
    Memory out;
    ASSERT_EQ(lodge_mp_write_str(&out, text.data(), size), LODGE_OK);
    ASSERT_EQ(lodge_mp_write_bin(&out, text.data(), size), LODGE_OK);
    EXPECT_EQ(lodge_mp_check(out.data, out.size, 2), LODGE_OK);
    lodge_mp_reader reader = lodge_mp_reader_of(out.data, out.size);
    lodge_slice slice{};
    EXPECT_EQ(lodge_mp_read_bin(&reader, &slice), LODGE_INVALID_ARGUMENT);
    ASSERT_EQ(lodge_mp_read_str(&reader, &slice), LODGE_OK);
    EXPECT_EQ(std::string_view(static_cast<const char*>(slice.data), slice.size), text);
    EXPECT_EQ(lodge_mp_read_str(&reader, &slice), LODGE_INVALID_ARGUMENT);
    ASSERT_EQ(lodge_mp_read_bin(&reader, &slice), LODGE_OK);
    EXPECT_EQ(slice.size, size);
    EXPECT_EQ(lodge_mp_left(&reader), 0U);
  }
}

TEST(Msgpack, reads_nil_booleans_floats_and_counts) {
  Memory out;
  ASSERT_EQ(lodge_mp_write_nil(&out), LODGE_OK);
  ASSERT_EQ(lodge_mp_write_bool(&out, 1), LODGE_OK);
  ASSERT_EQ(lodge_mp_write_float(&out, -0.5), LODGE_OK);
  ASSERT_EQ(lodge_mp_write_array(&out, 70000), LODGE_OK);
  ASSERT_EQ(lodge_mp_write_map(&out, 16), LODGE_OK);
  const Bytes narrow = {0xca, 0x3f, 0xc0, 0, 0};
  ASSERT_EQ(lodge_write(&out, narrow.data(), narrow.size()), LODGE_OK);
  lodge_mp_reader reader = lodge_mp_reader_of(out.data, out.size);
  std::int32_t flag = 0;
  double real = 0;
  std::uint32_t count = 0;
  EXPECT_EQ(lodge_mp_read_nil(&reader), LODGE_OK);
  ASSERT_EQ(lodge_mp_read_bool(&reader, &flag), LODGE_OK);
  EXPECT_EQ(flag, 1);
  ASSERT_EQ(lodge_mp_read_float(&reader, &real), LODGE_OK);
  EXPECT_EQ(real, -0.5);
  ASSERT_EQ(lodge_mp_read_array(&reader, &count), LODGE_OK);
  EXPECT_EQ(count, 70000U);
  ASSERT_EQ(lodge_mp_read_map(&reader, &count), LODGE_OK);
  EXPECT_EQ(count, 16U);
  ASSERT_EQ(lodge_mp_read_float(&reader, &real), LODGE_OK);
  EXPECT_EQ(real, 1.5);
  EXPECT_EQ(lodge_mp_type(&reader), LODGE_MP_END);
}

TEST(Msgpack, checks_that_there_are_exactly_so_many_values) {
  EXPECT_EQ(check({}, 0), LODGE_OK);
  EXPECT_EQ(check({1, 2, 3}, 3), LODGE_OK);
  EXPECT_EQ(check({1, 2, 3}, 2), LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(check({1, 2, 3}, 4), LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(check({0x92, 0xa1, 'x', 0x81, 0xc0, 0xc3}), LODGE_OK);
}

TEST(Msgpack, refuses_ext_and_the_byte_that_means_nothing) {
  for (const std::uint8_t first : Bytes{0xc1, 0xc7, 0xc8, 0xc9, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8}) {
    Bytes bytes(32, 0);
    bytes[0] = first;
    lodge_mp_reader reader = lodge_mp_reader_of(bytes.data(), bytes.size());
    EXPECT_EQ(lodge_mp_skip(&reader), LODGE_INVALID_ARGUMENT) << int{first};
    EXPECT_EQ(lodge_mp_left(&reader), bytes.size());
  }
}

TEST(Msgpack, refuses_every_value_that_is_cut_short) {
  const std::vector<Bytes> whole = {{0xcc, 200},           {0xcd, 1, 2},          {0xce, 1, 2, 3, 4},
                                    {0xd0, 0x80},          {0xca, 1, 2, 3, 4},    {0xcb, 1, 2, 3, 4, 5, 6, 7, 8},
                                    {0xa3, 'a', 'b', 'c'}, {0xd9, 2, 'a', 'b'},   {0xc5, 0, 2, 1, 2},
                                    {0x92, 1, 2},          {0xdc, 0, 2, 1, 2},    {0x82, 1, 2, 3, 4},
                                    {0xde, 0, 1, 1, 2},    {0xdd, 0, 0, 0, 1, 7}, {0xdb, 0, 0, 0, 1, 'x'}};
  for (const Bytes& bytes : whole) {
    EXPECT_EQ(check(bytes), LODGE_OK);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      // A copy of just that size, so that a sanitizer sees a read beyond it.
      const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_EQ(check(cut), LODGE_INVALID_ARGUMENT);
    }
  }
}

TEST(Msgpack, refuses_counts_that_cannot_be_true) {
  EXPECT_EQ(check({0xdd, 0xff, 0xff, 0xff, 0xff, 1}), LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(check({0xdf, 0xff, 0xff, 0xff, 0xff, 1}), LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(check({0xdb, 0xff, 0xff, 0xff, 0xff, 'x'}), LODGE_INVALID_ARGUMENT);
}

TEST(Msgpack, refuses_nesting_beyond_its_limit) {
  Bytes nested(LODGE_MP_DEPTH_MAX, 0x91);
  nested.push_back(0xc0);
  EXPECT_EQ(check(nested), LODGE_OK);
  nested.insert(nested.begin(), 0x91);
  EXPECT_EQ(check(nested), LODGE_INVALID_ARGUMENT);
  Bytes empty_inside(LODGE_MP_DEPTH_MAX, 0x91);
  empty_inside.push_back(0x90);
  EXPECT_EQ(check(empty_inside), LODGE_INVALID_ARGUMENT);
}

TEST(Msgpack, checks_many_values_in_many_levels) {
  Memory out;
  ASSERT_EQ(lodge_mp_write_map(&out, 1000), LODGE_OK);
  for (std::uint32_t i = 0; i < 1000; ++i) {
    ASSERT_EQ(lodge_mp_write_uint(&out, i), LODGE_OK);
    ASSERT_EQ(lodge_mp_write_array(&out, i % 3), LODGE_OK);
    for (std::uint32_t k = 0; k < i % 3; ++k) ASSERT_EQ(lodge_mp_write_array(&out, 0), LODGE_OK);
  }
  EXPECT_EQ(lodge_mp_check(out.data, out.size, 1), LODGE_OK);
  EXPECT_EQ(lodge_mp_check(out.data, out.size - 1, 1), LODGE_INVALID_ARGUMENT);
}

TEST(Writer, leaves_everything_as_it_was_where_there_is_no_room) {
  std::array<std::uint8_t, 4> memory{};
  lodge_writer out;
  lodge_writer_over(&out, memory.data(), memory.size());
  ASSERT_EQ(lodge_mp_write_uint(&out, 1), LODGE_OK);
  EXPECT_EQ(lodge_mp_write_str(&out, "abc", 3), LODGE_RESOURCE_EXHAUSTED);
  EXPECT_EQ(lodge_mp_write_float(&out, 1), LODGE_RESOURCE_EXHAUSTED);
  EXPECT_EQ(out.size, 1U);
  EXPECT_EQ(lodge_mp_write_str(&out, "ab", 2), LODGE_OK);
  EXPECT_EQ(out.size, 4U);
}

TEST(Writer, answers_an_error_by_its_message_alone) {
  Memory out;
  ASSERT_EQ(lodge_mp_write_uint(&out, 1), LODGE_OK);
  EXPECT_EQ(lodge_fail(&out, LODGE_NOT_FOUND, "no such word"), LODGE_NOT_FOUND);
  const std::string_view message(static_cast<const char*>(static_cast<const void*>(out.data)), out.size);
  EXPECT_EQ(message, "no such word");
}

}  // namespace
