#include "control/exposition.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rig/prometheus_text.hpp"

namespace lodge::control {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// The samples of a text that must be right.
rig::Samples samples_of(const Exposition& exposed) {
  std::string error;
  rig::Samples out = rig::read_prometheus_text(exposed.text(), error);
  EXPECT_THAT(error, IsEmpty());
  return out;
}

std::string error_of(std::string_view text) {
  std::string error;
  (void)rig::read_prometheus_text(text, error);
  return error;
}

TEST(Exposition, keeps_a_family_in_one_piece) {
  Exposition out;
  out.counter({"a_total", "first"}, {{"x", "1"}}, 3);
  out.gauge({"b", "second"}, {}, -1.5);
  out.counter({"a_total", "first"}, {{"x", "2"}}, 4);
  EXPECT_EQ(samples_of(out), (rig::Samples{{"a_total{x=\"1\"}", 3}, {"a_total{x=\"2\"}", 4}, {"b", -1.5}}));
}

TEST(Exposition, escapes_labels_and_help) {
  Exposition out;
  out.gauge({"a", "back\\slash and\nnew line"}, {{"x", "quote \" back \\ line \n ü"}}, 1);
  EXPECT_THAT(out.text(), HasSubstr("# HELP a back\\\\slash and\\nnew line\n"));
  EXPECT_EQ(samples_of(out).begin()->first, "a{x=\"quote \" back \\ line \n ü\"}");
}

TEST(Exposition, adds_buckets_up) {
  Exposition out;
  LatencyHistogram latencies;
  for (const std::int64_t ns : {50L, 100L, 101L, 2'000'000'000L, 20'000'000'000L}) latencies.record(ns);
  out.histogram({"h_seconds", "x"}, {{"s", "a"}}, latencies.read());
  const rig::Samples samples = samples_of(out);
  EXPECT_EQ(samples.at("h_seconds_bucket{s=\"a\",le=\"1e-07\"}"), 2);
  EXPECT_EQ(samples.at("h_seconds_bucket{s=\"a\",le=\"1\"}"), 3);
  EXPECT_EQ(samples.at("h_seconds_bucket{s=\"a\",le=\"10\"}"), 4);
  EXPECT_EQ(samples.at("h_seconds_bucket{s=\"a\",le=\"+Inf\"}"), 5);
  EXPECT_EQ(samples.at("h_seconds_count{s=\"a\"}"), 5);
  EXPECT_NEAR(samples.at("h_seconds_sum{s=\"a\"}"), 22.000000251, 1e-9);
}

// The reader is worth something only as far as it refuses.
TEST(Exposition, is_read_strictly) {
  const std::string head = "# HELP a x\n# TYPE a gauge\n";
  EXPECT_THAT(error_of("a 1\n"), HasSubstr("before its TYPE"));
  EXPECT_THAT(error_of(head + "a 1"), HasSubstr("does not end"));
  EXPECT_THAT(error_of(head + "a 1\na 2\n"), HasSubstr("twice"));
  EXPECT_THAT(error_of(head + "a{x=\"1\",x=\"1\"} 1\n"), HasSubstr("twice"));
  EXPECT_THAT(error_of(head + "a{x=\"\\t\"} 1\n"), HasSubstr("expected `\\`"));
  EXPECT_THAT(error_of(head + "a{1=\"\"} 1\n"), HasSubstr("expected a name"));
  EXPECT_THAT(error_of(head + "a one\n"), HasSubstr("no number"));
  EXPECT_THAT(error_of(head + "b 1\n"), HasSubstr("within a"));
  EXPECT_THAT(error_of(head + "a 1\n" + head), HasSubstr("several pieces"));
  EXPECT_THAT(error_of("# HELP a x\n# TYPE a counter\n"), HasSubstr("_total"));
  const std::string histogram = "# HELP h x\n# TYPE h histogram\n";
  EXPECT_THAT(error_of(histogram + "h_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\n"), HasSubstr("cumulative"));
  EXPECT_THAT(error_of(histogram + "h_bucket{le=\"1\"} 2\nh_sum 1\nh_count 2\n"), HasSubstr("+Inf"));
  EXPECT_THAT(error_of(histogram + "h_bucket{le=\"+Inf\"} 2\nh_sum 1\nh_count 3\n"), HasSubstr("_count"));
}

}  // namespace
}  // namespace lodge::control
