#include "lodgectl/output.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace lodge::ctl {
namespace {

using wire::Value;

constexpr std::string_view columns[] = {"name", "status"};

class OutputTest : public ::testing::Test {
 protected:
  Output plain() { return {out_, errors_, clock_, false, false}; }
  Output json() { return {out_, errors_, clock_, true, false}; }
  Output coloured() { return {out_, errors_, clock_, false, true}; }

  ManualClock clock_;
  std::ostringstream out_;
  std::ostringstream errors_;
};

TEST_F(OutputTest, tables_are_aligned_and_start_with_the_columns_asked_for) {
  plain().table(Value::List{Value::map({{"size", 5}, {"status", "running"}, {"name", "a"}}),
                            Value::map({{"name", "l\u00e4nger"}, {"status", "x"}})},
                columns, "none");
  EXPECT_EQ(out_.str(),
            "name    status   size\n"
            "a       running  5\n"
            "l\u00e4nger  x        -\n");
}

TEST_F(OutputTest, an_empty_table_is_said_on_the_error_stream) {
  plain().table(Value(Value::List{}), columns, "nothing there");
  EXPECT_EQ(out_.str(), "");
  EXPECT_EQ(errors_.str(), "nothing there\n");
}

TEST_F(OutputTest, json_is_one_line) {
  json().table(Value::List{Value::map({{"name", "a"}})}, columns, "none");
  json().table(Value(Value::List{}), columns, "none");
  EXPECT_EQ(out_.str(), "[{\"name\":\"a\"}]\n[]\n");
}

TEST_F(OutputTest, fields_show_lists_of_maps_as_tables_below) {
  plain().fields(Value::map({{"chain", Value::List{Value::map({{"plugin", "p"}})}}, {"name", "a"}, {"is", true}}));
  EXPECT_EQ(out_.str(), "name   a\nis     true\n\nchain:\nplugin\np\n");
}

TEST_F(OutputTest, milliseconds_are_told_as_times_to_people_and_as_numbers_to_machines) {
  clock_.advance(1'769'860'805'000'000'000 - clock_.wall());
  const Value row = Value::map({{"since_unix_ms", 1'769'860'685'000}, {"uptime_ms", 7'500'000}});
  plain().fields(row);
  EXPECT_EQ(out_.str(), "since   2 min ago, 2026-01-31T11:58:05Z\nuptime  2 h 5 min\n");
  out_.str("");
  plain().table(Value::List{row}, columns, "none");
  EXPECT_EQ(out_.str(), "since      uptime\n2 min ago  2 h 5 min\n");
  out_.str("");
  json().fields(row);
  EXPECT_EQ(out_.str(), "{\"since_unix_ms\":1769860685000,\"uptime_ms\":7500000}\n");
}

TEST_F(OutputTest, a_table_wider_than_the_terminal_is_cut_and_says_so) {
  Value::List chain;
  for (int link = 0; link < 64; ++link) chain.emplace_back("plugin_" + std::to_string(link));
  const Value rows = Value::List{Value::map({{"name", "render"}, {"status", "running"}, {"chain", chain}}),
                                 Value::map({{"name", "ping"}, {"status", "failed"}, {"chain", Value::List{"one"}}})};
  Output narrow(out_, errors_, clock_, false, false, 60);
  narrow.table(rows, columns, "none");
  narrow.table(rows, columns, "none");
  const std::string shown =
      "name    status   chain\n"
      "render  running  plugin_0, plugin_1, plugin_2, \u2026 61 more\n"
      "ping    failed   one\n";
  EXPECT_EQ(out_.str(), shown + shown);
  EXPECT_EQ(errors_.str(), "cut to the width of the terminal; --json, or a pipe, has all of it\n") << "once";
  out_.str("");
  plain().table(rows, columns, "none");
  EXPECT_NE(out_.str().find("plugin_63"), std::string::npos) << "all of it goes through a pipe";
}

TEST_F(OutputTest, a_table_as_wide_as_the_terminal_is_whole) {
  Output exact(out_, errors_, clock_, false, false, 13);
  exact.table(Value::List{Value::map({{"name", "abcde"}, {"status", "x"}})}, columns, "none");
  EXPECT_EQ(out_.str(), "name   status\nabcde  x\n");
  EXPECT_EQ(errors_.str(), "");
}

TEST(CutTo, keeps_whole_characters_and_items) {
  EXPECT_EQ(cut_to("abc", 0, 3), "abc");
  EXPECT_EQ(cut_to("abcd", 0, 3), "ab\u2026");
  EXPECT_EQ(cut_to("\u00e4\u00f6\u00fc\u00e4", 0, 3), "\u00e4\u00f6\u2026");
  EXPECT_EQ(cut_to("a, b, c, d, e, f, g, h", 8, 13), "a, \u2026 7 more");
  EXPECT_EQ(cut_to("a, b, c, d, e, f, g, h", 8, 14), "a, b, \u2026 6 more");
  EXPECT_EQ(cut_to("a long item, b", 2, 5), "a lo\u2026") << "no item fits";
}

TEST(Narrow, takes_from_the_widest) {
  std::vector<std::size_t> widths = {5, 100, 50};
  EXPECT_TRUE(narrow(widths, 69));
  EXPECT_EQ(widths, (std::vector<std::size_t>{5, 30, 30}));
  EXPECT_FALSE(narrow(widths, 69));
  EXPECT_TRUE(narrow(widths, 10));
  EXPECT_EQ(widths, (std::vector<std::size_t>{5, 12, 12})) << "what is narrower could not be read";
}

TEST_F(OutputTest, a_summary_is_a_sentence_or_json_on_the_error_stream) {
  plain().summary("1 call", Value::map({{"calls", 1}}));
  json().summary("1 call", Value::map({{"calls", 1}}));
  EXPECT_EQ(errors_.str(), "1 call\n{\"summary\":{\"calls\":1}}\n");
  EXPECT_EQ(out_.str(), "");
}

TEST_F(OutputTest, what_a_terminal_could_act_upon_is_escaped) {
  EXPECT_EQ(cell_of(Value("a\033[2Jb\nc")), "a\\x1b[2Jb\\nc");
  plain().error({Code::NOT_FOUND, "\033]0;x\007"});
  EXPECT_EQ(errors_.str(), "lodgectl: NOT_FOUND: \\x1b]0;x\\x07\n");
}

TEST_F(OutputTest, no_cell_is_empty) {
  EXPECT_EQ(cell_of(Value()), "-");
  EXPECT_EQ(cell_of(Value("")), "-");
  EXPECT_EQ(cell_of(Value(Value::List{})), "-");
  EXPECT_EQ(cell_of(Value(Value::List{"a", "b"})), "a, b");
  EXPECT_EQ(cell_of(Value(Value::List{1})), "[1]");
}

TEST_F(OutputTest, colour_only_where_there_may_be) {
  const Value status = Value::map({{"status", "failed"}});
  plain().fields(status);
  EXPECT_EQ(out_.str(), "status  failed\n");
  out_.str("");
  coloured().fields(status);
  EXPECT_EQ(out_.str(), "status  \033[31mfailed\033[0m\n");
}

TEST_F(OutputTest, errors_are_json_for_machines) {
  json().error({Code::NOT_FOUND, "no service", Executed::no});
  EXPECT_EQ(errors_.str(), "{\"error\":{\"code\":\"NOT_FOUND\",\"message\":\"no service\",\"executed\":\"no\"}}\n");
}

}  // namespace
}  // namespace lodge::ctl
