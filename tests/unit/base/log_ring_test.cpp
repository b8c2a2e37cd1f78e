#include "base/log_ring.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lodge::log {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::size_t line_bytes = sizeof(Line) + 2;  // a module and a text of one letter each

std::vector<std::string> texts(const Ring::Page& page) {
  std::vector<std::string> out;
  for (const Line& each : page.records) out.push_back(each.text);
  return out;
}

/// A ring with the lines a, b, c, ...
class LogRing : public ::testing::Test {
 protected:
  void fill(int count) {
    for (int i = 0; i < count; ++i) add(i, "m", Level::info, std::string(1, static_cast<char>('a' + i)));
  }
  void add(std::int64_t wall_ns, const std::string& module, Level level, const std::string& text) {
    ring_.add({0, wall_ns, level, module, text});
  }
  Ring ring_{100 * line_bytes};
};

TEST_F(LogRing, pages_go_on_where_the_last_one_ended) {
  fill(5);
  Ring::Query query{.records_max = 2};
  Ring::Page page = ring_.read(query);
  EXPECT_THAT(texts(page), ElementsAre("a", "b"));
  EXPECT_TRUE(page.more);
  query.after = page.next;
  page = ring_.read(query);
  EXPECT_THAT(texts(page), ElementsAre("c", "d"));
  query.after = page.next;
  page = ring_.read(query);
  EXPECT_THAT(texts(page), ElementsAre("e"));
  EXPECT_FALSE(page.more);
  query.after = page.next;
  EXPECT_THAT(ring_.read(query).records, IsEmpty());
}

TEST_F(LogRing, keeps_so_many_bytes_and_counts_what_a_slow_reader_lost) {
  ring_.set_bytes_max(3 * line_bytes);
  fill(2);
  const std::uint64_t read_so_far = ring_.read({}).next;
  for (int i = 0; i < 7; ++i) add(0, "m", Level::info, "x");
  const Ring::Page page = ring_.read({.after = read_so_far});
  EXPECT_EQ(page.records.size(), 3U);
  EXPECT_EQ(page.lost, 4U);
  EXPECT_EQ(ring_.read({}).lost, 0U) << "who begins has lost nothing";
}

TEST_F(LogRing, picks_by_level_module_and_time) {
  add(10, "service.greeter", Level::debug, "quiet");
  add(20, "service.greeter", Level::warn, "loud");
  add(30, "control", Level::warn, "other");
  EXPECT_THAT(texts(ring_.read({.level = Level::warn})), ElementsAre("loud", "other"));
  EXPECT_THAT(texts(ring_.read({.module = "service."})), ElementsAre("quiet", "loud"));
  EXPECT_THAT(texts(ring_.read({.since_wall_ns = 20})), ElementsAre("loud", "other"));
}

TEST_F(LogRing, the_last_lines_are_counted_after_picking) {
  fill(3);
  add(0, "other", Level::info, "x");
  EXPECT_THAT(texts(ring_.read({.module = "m", .last = 2})), ElementsAre("b", "c"));
  EXPECT_THAT(ring_.read({.last = 0}).records, IsEmpty());
  EXPECT_EQ(ring_.read({.last = 0}).next, 4U) << "who goes on from here gets the next line";
}

TEST_F(LogRing, a_page_has_so_many_bytes_and_one_line_at_least) {
  fill(3);
  EXPECT_THAT(texts(ring_.read({.bytes_max = line_bytes})), ElementsAre("a"));
}

TEST(LogRingOfTheProcess, takes_what_is_written_and_tells) {
  int told = 0;
  on_line([&told] { ++told; });
  const std::uint64_t before = ring().read({.last = 0}).next;
  info("ring", "one\nline");
  debug("ring", "below the level");
  on_line({});
  info("ring", "nobody is told");
  const Ring::Page page = ring().read({.after = before, .module = "ring"});
  EXPECT_THAT(texts(page), ElementsAre("one\nline", "nobody is told"));
  EXPECT_EQ(told, 1);
}

}  // namespace
}  // namespace lodge::log
