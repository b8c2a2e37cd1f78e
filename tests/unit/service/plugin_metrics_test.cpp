#include "service/plugin_metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "rig/node.hpp"

namespace lodge::service {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Service `one` of plugin `a`, service `two` of plugin `a-b`.
class MetricsOfPlugins : public ::testing::Test {
 protected:
  MetricsOfPlugins() { node_.add(words_.plugin, other_.plugin); }
  void SetUp() override {
    ASSERT_TRUE(node_.start("one", {"a"}));
    ASSERT_TRUE(node_.start("two", {"a-b"}));
  }

  /// What stood in the way; empty: nothing.
  static std::string open(const rig::Lender& by, std::uint32_t kind, std::string_view name, lodge_handle& metric) {
    lodge_metric_series series{};
    series.struct_size = sizeof series;
    series.kind = kind;
    series.name = slice_of(name);
    Writer why;
    const std::int32_t code = rig::table<lodge_metric_v1>(by.host).open(by.host, &series, &metric, &why);
    return code == LODGE_OK ? "" : Error{code_from(code), std::string(text_of(why.view()))}.text();
  }
  [[nodiscard]] std::vector<std::string> read() {
    std::vector<std::string> out;
    for (const PluginMetrics::Reading& each : node_.plugin_metrics().read()) {
      out.push_back(each.spec.family + " " + std::to_string(static_cast<int>(each.value)));
    }
    return out;
  }

  rig::Lender words_{"a"};
  rig::Lender other_{"a-b"};
  rig::Node node_;
};

TEST_F(MetricsOfPlugins, go_with_their_instance_and_their_places_are_used_again) {
  const auto& table = rig::table<lodge_metric_v1>(words_.host);
  for (int round = 0; round < 3; ++round) {
    lodge_handle counter = 0;
    ASSERT_EQ(open(words_, LODGE_METRIC_COUNTER, "words_total", counter), "");
    EXPECT_EQ(table.add(words_.host, counter, 1), LODGE_OK);
    EXPECT_THAT(read(), ElementsAre("plugin_a_words_total 1"));
    const lodge_host* const before = words_.host;
    ASSERT_EQ(node_.want("one", Admin::inactive), Running::stopped);
    EXPECT_THAT(read(), IsEmpty());
    EXPECT_EQ(table.add(before, counter, 1), LODGE_STALE);
    ASSERT_EQ(node_.want("one", Admin::active), Running::running);
  }
}

TEST_F(MetricsOfPlugins, handles_are_of_one_kind_and_one_instance) {
  const auto& table = rig::table<lodge_metric_v1>(words_.host);
  lodge_handle gauge = 0;
  ASSERT_EQ(open(words_, LODGE_METRIC_GAUGE, "g", gauge), "");
  EXPECT_EQ(table.set(words_.host, gauge, 1), LODGE_OK);
  EXPECT_EQ(table.set(words_.host, gauge, std::numeric_limits<double>::quiet_NaN()), LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(table.add(words_.host, gauge, 1), LODGE_FAILED_PRECONDITION);
  EXPECT_EQ(table.observe(words_.host, gauge, 1), LODGE_FAILED_PRECONDITION);
  EXPECT_EQ(table.set(other_.host, gauge, 1), LODGE_STALE);
  EXPECT_EQ(table.set(words_.host, 0, 1), LODGE_STALE);
  EXPECT_EQ(table.set(words_.host, ~std::uint64_t{0}, 1), LODGE_STALE);
  EXPECT_THAT(open(words_, 4, "g", gauge), HasSubstr("kind 4 is none of LODGE_METRIC_"));
  lodge_handle counter = 0;
  ASSERT_EQ(open(words_, LODGE_METRIC_COUNTER, "c_total", counter), "");
  EXPECT_EQ(table.add(words_.host, counter, -1), LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(table.open(words_.host, nullptr, &counter, nullptr), LODGE_INVALID_ARGUMENT);
}

TEST_F(MetricsOfPlugins, that_would_look_the_same_are_refused) {
  lodge_handle metric = 0;
  ASSERT_EQ(open(words_, LODGE_METRIC_GAUGE, "b_c", metric), "");
  EXPECT_EQ(open(other_, LODGE_METRIC_GAUGE, "c", metric),
            "ALREADY_EXISTS: plugin_a_b_c is shown for plugin a already; rename it");
}

}  // namespace
}  // namespace lodge::service
