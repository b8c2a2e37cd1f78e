// lodge::Metrics over a real node, and what the host makes of them.
#include <string>
#include <vector>

#include "sdk/lent_host.hpp"

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct MetricsOfNode : LentHost {
  lodge::Host host = start("one");
  lodge::Metrics metrics() const { return host.metrics(); }

  template <typename T>
  static std::string refused(const lodge::Result<T>& result, std::int32_t code) {
    if (result.ok()) return "nothing was refused";
    EXPECT_EQ(result.error().code, code);
    return result.error().message;
  }
};

TEST_F(MetricsOfNode, count_under_the_plugins_name_with_its_service) {
  const lodge::Counter counter = metrics().counter("words_total", "Words", {{"lang", "en"}}).or_throw();
  counter.add();
  counter.add(2.5);
  metrics().gauge("depth", "How deep").or_throw().set(-4);
  EXPECT_THAT(node.metrics(),
              ElementsAre("plugin_lender_depth service=one -4", "plugin_lender_words_total service=one lang=en 3.5"));
}

TEST_F(MetricsOfNode, the_same_series_opened_again_goes_on) {
  metrics().counter("words_total", "Words", {{"a", "1"}, {"b", "2"}}).or_throw().add();
  metrics().counter("words_total", "Words", {{"b", "2"}, {"a", "1"}}).or_throw().add();
  EXPECT_THAT(node.metrics(), ElementsAre("plugin_lender_words_total service=one a=1 b=2 2"));
}

TEST_F(MetricsOfNode, histograms_count_by_bounds) {
  const lodge::Histogram histogram = metrics().histogram("size_bytes", "Sizes", {}, {1, 10}).or_throw();
  for (const double value : {0.5, 1.0, 2.0, 100.0}) histogram.observe(value);
  EXPECT_THAT(node.metrics(), ElementsAre("plugin_lender_size_bytes service=one 103.5 [2, 1, 1]"));
  EXPECT_TRUE(metrics().histogram("took_seconds", "Times").ok()) << "without bounds: times";
}

TEST_F(MetricsOfNode, names_that_break_a_rule_are_refused_with_the_rule) {
  const auto refusal = [&](std::string_view name) {
    return refused(metrics().gauge(name, ""), LODGE_INVALID_ARGUMENT);
  };
  for (const char* name : {"", "Upper", "9th", "_x", "a-b", "a\nb"}) EXPECT_THAT(refusal(name), HasSubstr("a-z first"));
  EXPECT_THAT(refusal("words_total"), HasSubstr("ends in _total"));
  EXPECT_THAT(refusal("words_count"), HasSubstr("ends in _count"));
  EXPECT_THAT(refused(metrics().counter("words", ""), LODGE_INVALID_ARGUMENT), HasSubstr("ends in _total"));
  const auto label = [&](std::string_view name, std::string_view value) {
    return refused(metrics().gauge("g", "", {{name, value}}), LODGE_INVALID_ARGUMENT);
  };
  for (const char* name : {"service", "le", "__x", "A", ""}) EXPECT_THAT(label(name, ""), HasSubstr("a-z or _ first"));
  EXPECT_THAT(label("a", "\xff"), HasSubstr("UTF-8"));
  EXPECT_THAT(label("a", std::string(129, 'x')), HasSubstr("128 bytes"));
  EXPECT_THAT(refused(metrics().gauge("g", "", {{"a", "1"}, {"a", "2"}}), LODGE_INVALID_ARGUMENT), HasSubstr("twice"));
  EXPECT_THAT(refused(metrics().histogram("h", "", {}, {2, 1}), LODGE_INVALID_ARGUMENT), HasSubstr("greater than"));
  EXPECT_THAT(node.metrics(), IsEmpty());
}

TEST_F(MetricsOfNode, one_name_is_one_thing) {
  metrics().histogram("h", "", {}, {1}).or_throw().observe(1);
  EXPECT_THAT(refused(metrics().gauge("h", "", {{"a", "b"}}), LODGE_ALREADY_EXISTS),
              HasSubstr("is a histogram already"));
  EXPECT_THAT(refused(metrics().histogram("h", "", {{"a", "b"}}, {2}), LODGE_ALREADY_EXISTS),
              HasSubstr("other bounds"));
}

TEST_F(MetricsOfNode, so_many_series_and_no_more) {
  for (int i = 0; i < LODGE_METRIC_SERIES_MAX; ++i) {
    ASSERT_TRUE(metrics().gauge("g", "", {{"user", std::to_string(i)}}).ok());
  }
  EXPECT_THAT(refused(metrics().gauge("g", "", {{"user", "more"}}), LODGE_RESOURCE_EXHAUSTED),
              HasSubstr("has 1000 series already; label values must come from a small set"));
  EXPECT_TRUE(metrics().gauge("g", "", {{"user", "7"}}).ok()) << "those that are there can be opened again";
  EXPECT_TRUE(start("two").metrics().gauge("g", "").ok()) << "others have their own";
}

TEST_F(MetricsOfNode, one_made_by_default_counts_nothing) {
  lodge::Counter().add();
  lodge::Gauge().set(1);
  lodge::Histogram().observe(1);
  EXPECT_THAT(node.metrics(), IsEmpty());
}

}  // namespace
