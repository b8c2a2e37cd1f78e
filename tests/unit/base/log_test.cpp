#include "base/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/utf8.hpp"

namespace lodge::log {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class Log : public testing::Test {
 protected:
  void TearDown() override { configure(Format::human, Level::info); }

  template <typename Function>
  static std::string written_by(Function&& function) {
    testing::internal::CaptureStderr();
    function();
    return testing::internal::GetCapturedStderr();
  }
};

TEST_F(Log, writes_one_line_with_its_module) {
  EXPECT_THAT(written_by([] { info("control", "listening"); }), EndsWith("info control: listening\n"));
}

TEST_F(Log, escapes_what_could_forge_a_line_or_move_the_cursor) {
  EXPECT_THAT(written_by([] { info("control", "a\nb\x1b[2J\xff\t\u009b"); }),
              EndsWith("control: a\\nb\\x1b[2J\\xff\\t\\xc2\\x9b\n"));
}

TEST_F(Log, goes_to_a_sink_unescaped_and_to_stderr_again_without_one) {
  std::vector<std::string> lines;
  const std::string written = written_by([&] {
    send_to([&lines](std::string_view module, Level level, std::string_view text) {
      EXPECT_EQ(level, Level::warn);
      lines.push_back(std::string(module) + ": " + std::string(text));
    });
    warn("control", "a\nb");
    debug("control", "below the level");
    send_to({});
    warn("control", "on stderr");
  });
  EXPECT_THAT(lines, testing::ElementsAre("control: a\nb"));
  EXPECT_THAT(written, AllOf(EndsWith("control: on stderr\n"), testing::Not(HasSubstr("nb"))));
}

TEST_F(Log, writes_json_lines) {
  configure(Format::json, Level::info);
  const std::string line = written_by([] { warn("wire", "say \"hi\"\n\\ \x01\xff ü"); });
  EXPECT_THAT(line,
              AllOf(StartsWith(R"({"time":")"), EndsWith("Z\",\"level\":\"warn\",\"module\":\"wire\","
                                                         "\"text\":\"say \\\"hi\\\"\\n\\\\ \\u0001\\\\xff ü\"}\n")));
}

TEST_F(Log, cuts_long_lines) {
  EXPECT_LT(written_by([] { info("control", std::string(100'000, 'x')); }).size(), 9000U);
}

TEST_F(Log, rules_levels_by_module_and_what_is_below_it) {
  set_level("tests", Level::debug);
  set_level("tests.quiet", Level::error);
  EXPECT_TRUE(enabled("tests", Level::debug));
  EXPECT_TRUE(enabled("tests.deep.down", Level::debug));
  EXPECT_FALSE(enabled("tests.quiet.too", Level::warn));
  EXPECT_TRUE(enabled("tests.quiet", Level::error));
  EXPECT_FALSE(enabled("testsother", Level::debug));
  EXPECT_FALSE(enabled("other", Level::debug));
  EXPECT_EQ(written_by([] { warn("tests.quiet", "nothing"); }), "");
}

TEST_F(Log, turns_off) {
  set_level("silent", Level::off);
  EXPECT_FALSE(enabled("silent", Level::error));
  EXPECT_FALSE(enabled("silent", Level::off));
}

TEST_F(Log, knows_its_levels) {
  EXPECT_EQ(*level_from("warn"), Level::warn);
  EXPECT_THAT(level_from("loud").error().message, HasSubstr("trace, debug, info, warn, error, off"));
}

TEST_F(Log, counts_misbehaving_plugins) {
  const std::uint64_t before = misbehaved_count();
  EXPECT_THAT(written_by([] { misbehaved("greeter", "was slow"); }), HasSubstr("plugin misbehaved: greeter: was slow"));
  EXPECT_EQ(misbehaved_count(), before + 1);
  EXPECT_EQ(misbehaved_count("greeter"), 1U);
  EXPECT_EQ(misbehaved_count("polite"), 0U);
}

TEST_F(Log, is_not_filled_by_a_plugin_that_misbehaves_all_the_time) {
  const std::string written = written_by([] {
    for (int i = 0; i < 1000; ++i) misbehaved("flood", "again");
    misbehaved("other", "once");
  });
  // Where a second ends between them there may be twice as many.
  EXPECT_THAT(std::count(written.begin(), written.end(), '\n'), testing::AllOf(testing::Ge(11), testing::Le(21)));
  EXPECT_THAT(written, AllOf(HasSubstr("is only counted"), HasSubstr("other: once")));
  EXPECT_EQ(misbehaved_count("flood"), 1000U);
}

TEST(Utf8, accepts_characters_and_nothing_else) {
  for (const char* good : {"", "a", "ü", "€", "😀", "\xf4\x8f\xbf\xbf"}) EXPECT_TRUE(is_utf8(good)) << good;
  for (const char* bad : {"\x80", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80",
                          "\xf8\x88\x80\x80\x80", "\xc3", "\xe2\x82", "a\xff"}) {
    EXPECT_FALSE(is_utf8(bad)) << escape_for_terminal(bad);
  }
}

}  // namespace
}  // namespace lodge::log
