#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace lodge {
namespace {

using namespace std::string_view_literals;

TEST(Utf8, takes_what_is_well_formed) {
  for (const std::string_view text : {""sv, "plain"sv, "a\0b"sv, "\xc2\x80"sv, "\xdf\xbf"sv, "\xe0\xa0\x80"sv,
                                      "\xed\x9f\xbf"sv, "\xef\xbf\xbf"sv, "\xf0\x90\x80\x80"sv, "\xf4\x8f\xbf\xbf"sv}) {
    EXPECT_TRUE(is_utf8(text)) << testing::PrintToString(text);
  }
}

TEST(Utf8, refuses_what_is_not) {
  for (const std::string_view text :
       {"\x80"sv, "\xc0\x80"sv, "\xc1\xbf"sv, "\xc3"sv, "\xc3("sv, "\xe0\x9f\xbf"sv, "\xed\xa0\x80"sv, "\xe2\x82"sv,
        "\xf0\x8f\xbf\xbf"sv, "\xf4\x90\x80\x80"sv, "\xf5\x80\x80\x80"sv, "\xff"sv, "ok\xe2\x82\xac\xff"sv}) {
    EXPECT_FALSE(is_utf8(text)) << testing::PrintToString(text);
  }
}

TEST(Utf8, shows_as_bytes_what_would_change_how_a_line_is_shown) {
  for (const std::string_view text : {"plain"sv, "\xc3\xbc \xe2\x82\xac"sv, "\xe2\x80\x8d"sv, "\xd7\xa9"sv}) {
    EXPECT_TRUE(is_plain_line(text)) << testing::PrintToString(text);
    EXPECT_EQ(escape_for_terminal(text), text);
  }
  EXPECT_EQ(escape_for_terminal("a\xe2\x80\xae"sv), "a\\xe2\\x80\\xae");
  for (const std::string_view text :
       {"\n"sv, "\x7f"sv, "\xc2\x9b"sv, "\xff"sv, "\xe2\x80\xa8"sv, "\xe2\x80\xaa"sv, "\xe2\x80\xae"sv,
        "\xe2\x81\xa6"sv, "\xe2\x81\xa9"sv, "\xf3\xa0\x80\x81"sv, "\xf3\xa0\x81\xbf"sv}) {
    EXPECT_FALSE(is_plain_line(text)) << testing::PrintToString(text);
    EXPECT_EQ(escape_for_terminal(text).find(text), std::string::npos) << testing::PrintToString(text);
  }
}

}  // namespace
}  // namespace lodge
