#include <gtest/gtest.h>

#include <lodge/buffer.hpp>
#include <lodge/pack_structs.hpp>

#include <cmath>

namespace {

struct Address {
  std::string street;
  std::optional<int> number;
  bool operator==(const Address&) const = default;
  static constexpr auto lodge_fields =
      std::make_tuple(lodge::field("street", &Address::street), lodge::field("number", &Address::number));
};
struct Person {
  std::string name;
  std::vector<Address> addresses;
  bool operator==(const Person&) const = default;
  static constexpr auto lodge_fields =
      std::make_tuple(lodge::field("name", &Person::name), lodge::field("addresses", &Person::addresses));
};
enum class Color : std::uint8_t { red, green };

template <typename... T>
std::vector<std::uint8_t> packed(const T&... values) {
  lodge::Buffer<> out;
  EXPECT_EQ(lodge::write_values(out, values...), LODGE_OK);
  return {out.view().begin(), out.view().end()};
}

template <typename T>
T round_trip(const T& value) {
  T out{};
  lodge::Mismatch mismatch;
  EXPECT_TRUE(lodge::read_value(packed(value), out, mismatch)) << mismatch.text;
  return out;
}

/// What reading a T says; empty: it was read.
template <typename T>
std::string complaint(const std::vector<std::uint8_t>& bytes) {
  T out{};
  lodge::Mismatch mismatch;
  if (lodge::read_value(bytes, out, mismatch)) return {};
  return mismatch.text;
}

TEST(Pack, keeps_integers_to_the_last_value) {
  EXPECT_EQ(round_trip<std::int8_t>(INT8_MIN), INT8_MIN);
  EXPECT_EQ(round_trip<std::int16_t>(INT16_MAX), INT16_MAX);
  EXPECT_EQ(round_trip<std::int32_t>(INT32_MIN), INT32_MIN);
  EXPECT_EQ(round_trip<std::int64_t>(INT64_MIN), INT64_MIN);
  EXPECT_EQ(round_trip<std::int64_t>(INT64_MAX), INT64_MAX);
  EXPECT_EQ(round_trip<std::uint64_t>(UINT64_MAX), UINT64_MAX);
  EXPECT_EQ(round_trip<std::uint8_t>(UINT8_MAX), UINT8_MAX);
}

TEST(Pack, refuses_integers_that_do_not_fit) {
  EXPECT_EQ(complaint<std::int8_t>(packed(128)), "128 is out of range (-128 to 127)");
  EXPECT_EQ(complaint<std::int8_t>(packed(-129)), "-129 is out of range (-128 to 127)");
  EXPECT_EQ(complaint<std::uint32_t>(packed(-1)), "-1 is out of range (0 to 4294967295)");
  EXPECT_EQ(complaint<std::int64_t>(packed(UINT64_MAX)),
            "18446744073709551615 is out of range (-9223372036854775808 to 9223372036854775807)");
  EXPECT_EQ(complaint<int>(packed(1.0)), "expected int, got float");
}

TEST(Pack, keeps_floats_and_takes_integers_for_them) {
  EXPECT_EQ(round_trip(0.1), 0.1);
  EXPECT_EQ(round_trip(0.5F), 0.5F);
  EXPECT_TRUE(std::isnan(round_trip(std::nan(""))));
  double value = 0;
  lodge::Mismatch mismatch;
  EXPECT_TRUE(lodge::read_value(packed(-3), value, mismatch));
  EXPECT_EQ(value, -3.0);
  EXPECT_TRUE(lodge::read_value(packed(UINT64_MAX), value, mismatch));
  EXPECT_EQ(value, 18446744073709551616.0);
  EXPECT_EQ(complaint<double>(packed("3")), "expected float, got str");
}

TEST(Pack, keeps_booleans_text_bytes_and_enums) {
  EXPECT_TRUE(round_trip(true));
  EXPECT_EQ(round_trip(std::string(70000, 'x')), std::string(70000, 'x'));
  EXPECT_EQ(round_trip(std::string("a\0b", 3)), std::string("a\0b", 3));
  EXPECT_EQ(round_trip(std::vector<std::uint8_t>{0, 255}), (std::vector<std::uint8_t>{0, 255}));
  EXPECT_EQ(round_trip(Color::green), Color::green);
  EXPECT_EQ(complaint<bool>(packed(1)), "expected bool, got int");
  EXPECT_EQ(complaint<std::vector<std::uint8_t>>(packed("text")), "expected bin, got str");
}

TEST(Pack, reads_views_without_a_copy) {
  const auto bytes = packed("text");
  std::string_view view;
  lodge::Mismatch mismatch;
  ASSERT_TRUE(lodge::read_value(bytes, view, mismatch));
  EXPECT_EQ(static_cast<const void*>(view.data()), bytes.data() + 1);
  const auto blob = packed(std::vector<std::uint8_t>{1, 2, 3});
  std::span<const std::uint8_t> span;
  ASSERT_TRUE(lodge::read_value(blob, span, mismatch));
  EXPECT_EQ(span.data(), blob.data() + 2);
  EXPECT_EQ(span.size(), 3U);
}

TEST(Pack, keeps_containers) {
  EXPECT_EQ(round_trip(std::vector<int>(100, 7)), std::vector<int>(100, 7));
  EXPECT_EQ(round_trip(std::vector<bool>{true, false}), (std::vector<bool>{true, false}));
  EXPECT_EQ(round_trip(std::array<int, 2>{1, 2}), (std::array<int, 2>{1, 2}));
  EXPECT_EQ(round_trip(std::map<std::string, int>{{"a", 1}, {"b", 2}}),
            (std::map<std::string, int>{{"a", 1}, {"b", 2}}));
  EXPECT_EQ(round_trip(std::unordered_map<int, std::string>{{1, "a"}}),
            (std::unordered_map<int, std::string>{{1, "a"}}));
  EXPECT_EQ(round_trip(std::optional<int>(5)), std::optional<int>(5));
  EXPECT_EQ(round_trip(std::optional<int>()), std::nullopt);
  EXPECT_EQ(round_trip(std::tuple(1, std::string("a"), true)), std::tuple(1, std::string("a"), true));
  EXPECT_EQ(round_trip(std::pair(1, 2.5)), std::pair(1, 2.5));
}

TEST(Pack, says_which_element_is_wrong) {
  EXPECT_EQ(complaint<std::vector<int>>(packed(std::tuple(1, "two"))), "element 2: expected int, got str");
  EXPECT_EQ((complaint<std::map<std::string, int>>(packed(std::map<std::string, std::string>{{"a", "b"}}))),
            "key \"a\": expected int, got str");
  EXPECT_EQ((complaint<std::unordered_map<int, int>>(packed(std::map<int, bool>{{-7, true}}))),
            "key -7: expected int, got bool");
  EXPECT_EQ((complaint<std::map<std::string, int>>(packed(std::map<int, int>{{1, 2}}))),
            "key of entry 1: expected str, got int");
  EXPECT_EQ((complaint<std::map<std::string, int>>(packed(std::map<std::string, bool>{{std::string(65, 'k'), true}}))),
            "value of entry 1: expected int, got bool");
  EXPECT_EQ((complaint<std::map<bool, int>>(packed(std::map<bool, bool>{{true, true}}))),
            "value of entry 1: expected int, got bool");
  EXPECT_EQ((complaint<std::tuple<int, std::string>>(packed(std::tuple(1, 2)))), "element 2: expected str, got int");
  EXPECT_EQ((complaint<std::pair<int, bool>>(packed(std::tuple("a", true)))), "element 1: expected int, got str");
  EXPECT_EQ((complaint<std::array<bool, 2>>(packed(std::tuple(true, 1)))), "element 2: expected bool, got int");
  EXPECT_EQ((complaint<std::tuple<int, int>>(packed(std::vector<int>{1}))), "expected a list of 2, got one of 1");
  EXPECT_EQ((complaint<std::array<int, 1>>(packed(std::vector<int>{1, 2}))), "expected a list of 1, got one of 2");
  EXPECT_EQ(complaint<std::vector<int>>(packed(1)), "expected list, got int");
}

TEST(Pack, says_that_an_optional_may_be_nothing) {
  EXPECT_EQ(complaint<std::optional<std::string>>(packed(5)), "expected str or nothing, got int");
  EXPECT_EQ(complaint<std::optional<int>>(packed("a")), "expected int or nothing, got str");
  EXPECT_EQ(complaint<std::optional<std::int8_t>>(packed(300)), "300 is out of range (-128 to 127)");
  EXPECT_EQ(complaint<std::optional<std::vector<int>>>(packed(std::tuple(1, "two"))),
            "element 2: expected int, got str");
  EXPECT_EQ((complaint<std::optional<std::variant<int, bool>>>(packed("a"))), "expected int or bool, got str");
}

TEST(Pack, says_the_whole_way_to_what_is_wrong) {
  using Streets = std::map<std::string, std::vector<Address>>;
  using Wrong = std::map<std::string, std::tuple<Address, std::map<std::string, std::string>>>;
  EXPECT_EQ(complaint<Streets>(packed(Wrong{{"Oslo", {{"Main", 3}, {{"street", "Side"}, {"number", "4"}}}}})),
            "key \"Oslo\", element 2, key \"number\": expected int or nothing, got str");
  EXPECT_EQ(complaint<Streets>(packed(Wrong{{"Oslo", {{"Main", 3}, {}}}})),
            "key \"Oslo\", element 2: key \"street\" is missing");
  using Choice = std::variant<std::vector<std::optional<int>>, std::string>;
  EXPECT_EQ(complaint<Choice>(packed(std::tuple(1, std::monostate(), "x"))),
            "element 3: expected int or nothing, got str");
}

TEST(Pack, takes_the_first_alternative_of_the_type_that_comes) {
  using Either = std::variant<std::monostate, int, std::string, std::vector<int>>;
  EXPECT_EQ(round_trip(Either()), Either());
  EXPECT_EQ(round_trip(Either(3)), Either(3));
  EXPECT_EQ(round_trip(Either("a")), Either("a"));
  EXPECT_EQ(round_trip(Either(std::vector<int>{1})), Either(std::vector<int>{1}));
  EXPECT_EQ(complaint<Either>(packed(true)), "expected nil or int or str or list, got bool");
  EXPECT_EQ(complaint<Either>({}), "expected nil or int or str or list, got nothing");
  EXPECT_EQ((complaint<std::variant<std::int8_t, std::int64_t>>(packed(1000))), "1000 is out of range (-128 to 127)");
  using Rest = std::variant<int, lodge::Any>;
  EXPECT_EQ(round_trip(Rest(lodge::Any{packed("x")})), Rest(lodge::Any{packed("x")}));
}

TEST(Pack, takes_an_integer_for_a_float_where_no_alternative_is_an_integer) {
  std::variant<std::string, double> number;
  std::variant<double, int> either;
  lodge::Mismatch mismatch;
  ASSERT_TRUE(lodge::read_value(packed(3), number, mismatch)) << mismatch.text;
  EXPECT_EQ(std::get<double>(number), 3.0);
  ASSERT_TRUE(lodge::read_value(packed(3), either, mismatch)) << mismatch.text;
  EXPECT_EQ(std::get<int>(either), 3);
}

TEST(Pack, keeps_structs_as_maps_by_field_name) {
  const Person person{"Ada", {{"Main", 3}, {"Side", std::nullopt}}};
  EXPECT_EQ(round_trip(person), person);
  const auto as_map = packed(Address{"Main", 3});
  std::map<std::string, std::variant<int, std::string>> map;
  lodge::Mismatch mismatch;
  ASSERT_TRUE(lodge::read_value(as_map, map, mismatch)) << mismatch.text;
  EXPECT_EQ(std::get<std::string>(map["street"]), "Main");
  EXPECT_EQ(std::get<int>(map["number"]), 3);
}

TEST(Pack, reads_a_struct_whatever_else_the_map_has) {
  using Map = std::map<std::string, std::variant<std::string, int, std::vector<int>>>;
  Address out;
  lodge::Mismatch mismatch;
  ASSERT_TRUE(lodge::read_value(packed(Map{{"street", "Main"}, {"zip", std::vector<int>{1, 2}}}), out, mismatch));
  EXPECT_EQ(out, (Address{"Main", std::nullopt}));
  EXPECT_EQ(complaint<Address>(packed(Map{{"number", 3}})), "key \"street\" is missing");
  EXPECT_EQ(complaint<Address>(packed(Map{{"street", 3}})), "key \"street\": expected str, got int");
}

TEST(Pack, passes_over_keys_of_a_struct_that_are_no_text) {
  const std::vector<std::uint8_t> bytes{0x82, 5, 0x91, 1, 0xa6, 's', 't', 'r', 'e', 'e', 't', 0xa1, 'M'};
  Address out;
  lodge::Mismatch mismatch;
  ASSERT_TRUE(lodge::read_value(bytes, out, mismatch)) << mismatch.text;
  EXPECT_EQ(out.street, "M");
  EXPECT_EQ(complaint<Address>({0x81, 5}), "value of entry 1: expected one well-formed value, got nothing");
  EXPECT_EQ(complaint<Address>({0x81, 0xc1}), "key of entry 1: expected one well-formed value, got bad bytes");
}

TEST(Pack, carries_any_value_as_it_is) {
  const auto bytes = packed(std::vector<std::string>{"a", "b"});
  EXPECT_EQ(round_trip(lodge::Any{bytes}).bytes, bytes);
  EXPECT_EQ(packed(lodge::AnyView{bytes}), bytes);
  EXPECT_EQ(packed(lodge::Any()), packed(std::monostate()));
  EXPECT_EQ(complaint<lodge::Any>({0x92, 1}), "expected one well-formed value, got list");
  EXPECT_EQ((complaint<std::vector<lodge::Any>>({0x92, 1, 0xc1})),
            "element 2: expected one well-formed value, got bad bytes");
}

TEST(Pack, reads_exactly_one_value) {
  EXPECT_EQ(complaint<int>(packed(1, 2)), "more bytes behind the value");
  EXPECT_EQ(complaint<int>({}), "expected int, got nothing");
  EXPECT_EQ(complaint<int>({0xc1}), "expected int, got bad bytes");
}

TEST(Pack, does_not_make_room_for_what_is_only_promised) {
  EXPECT_EQ(complaint<std::vector<std::string>>({0xdd, 0xff, 0xff, 0xff, 0xff, 0xa1, 'x'}),
            "element 2: expected str, got nothing");
}

TEST(Pack, stops_at_a_full_writer) {
  std::array<std::uint8_t, 8> memory{};
  lodge_writer out;
  lodge_writer_over(&out, memory.data(), memory.size());
  EXPECT_EQ(lodge::write_values(out, 1, std::string(20, 'x'), 2), LODGE_RESOURCE_EXHAUSTED);
  EXPECT_EQ(out.size, 1U);
}

TEST(Buffer, grows_beyond_its_inside_and_keeps_what_was_written) {
  lodge::Buffer<16> out;
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(lodge::write_values(out, i % 100), LODGE_OK);
  EXPECT_EQ(out.size, 1000U);
  EXPECT_EQ(out.data[0], 0);
  EXPECT_EQ(out.data[999], 99);
}

TEST(Buffer, refuses_to_grow_beyond_its_limit) {
  lodge::Buffer<16> out;
  EXPECT_EQ(out.reserve(&out, lodge::Buffer<16>::limit + 1), LODGE_RESOURCE_EXHAUSTED);
  EXPECT_EQ(out.reserve(&out, SIZE_MAX), LODGE_RESOURCE_EXHAUSTED);
  EXPECT_EQ(out.capacity, 16U);
}

}  // namespace
