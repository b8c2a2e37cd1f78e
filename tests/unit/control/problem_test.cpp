#include "control/problem.hpp"

#include <gtest/gtest.h>

namespace lodge::control {
namespace {

Place place(std::uint32_t order, std::uint32_t line, std::uint32_t column) {
  const ConfigText text{.name = order == 0 ? "a.toml" : "b.toml", .directory = "/", .order = order, .lines = true};
  return {std::make_shared<const ConfigText>(text), line, column};
}

TEST(Problem, stand_in_the_order_of_files_and_lines_with_those_of_nowhere_last) {
  std::vector<Problem> problems = {
      {{}, "nowhere"}, {place(1, 1, 1), "second file"}, {place(0, 10, 1), "tenth"}, {place(0, 9, 7), "ninth"}};
  sort_problems(problems);
  EXPECT_EQ(report_of(problems), "a.toml:9:7: ninth\na.toml:10:1: tenth\nb.toml:1:1: second file\nnowhere");
}

TEST(Problem, of_several_lines_are_one_finding) {
  EXPECT_EQ(report_of({{place(0, 1, 2), "one\nmore"}, {place(0, 3, 4), "two"}}),
            "a.toml:1:2: one\n  more\na.toml:3:4: two");
}

TEST(Problem, of_an_option_names_its_path_once) {
  const ConfigText text{.name = "--set limits.depth_max", .directory = "/", .order = 0, .lines = false};
  const Place option{std::make_shared<const ConfigText>(text), 1, 1};
  EXPECT_EQ(report_of({{option, "limits.depth_max: 999 is too much"}}), "--set limits.depth_max: 999 is too much");
  EXPECT_EQ(report_of({{option, "depth_max: of something else"}}),
            "--set limits.depth_max: depth_max: of something else");
  EXPECT_EQ(report_of({{option, "no value"}}), "--set limits.depth_max: no value");
}

TEST(Origins, know_a_value_or_the_nearest_table_around_it) {
  Origins origins;
  origins.note("service.a", place(0, 3, 1));
  EXPECT_EQ(origins.at("service.a.config.x").full(), "a.toml:3:1");
  EXPECT_EQ(origins.at("threads.workers").full(), "");
}

}  // namespace
}  // namespace lodge::control
