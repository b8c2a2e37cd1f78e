#include "control/exposition.hpp"

#include <prometheus/text_serializer.h>

#include <limits>

namespace lodge::control {

namespace {

// The serialiser escapes label values, and writes help as it is.
std::string escaped_help(std::string_view help) {
  std::string out;
  for (const char each : help) {
    if (each == '\\') {
      out += "\\\\";
    } else if (each == '\n') {
      out += "\\n";
    } else {
      out += each;
    }
  }
  return out;
}

}  // namespace

prometheus::ClientMetric& Exposition::add(const Family& family, prometheus::MetricType type, const Labels& labels) {
  auto found = by_name_.find(family.name);
  if (found == by_name_.end()) {
    found = by_name_.emplace(family.name, families_.size()).first;
    families_.push_back({std::string(family.name), escaped_help(family.help), type, {}});
  }
  prometheus::ClientMetric& metric = families_[found->second].metric.emplace_back();
  for (const auto& [name, value] : labels) metric.label.push_back({name, value});
  return metric;
}

void Exposition::counter(const Family& family, const Labels& labels, double value) {
  add(family, prometheus::MetricType::Counter, labels).counter.value = value;
}

void Exposition::gauge(const Family& family, const Labels& labels, double value) {
  add(family, prometheus::MetricType::Gauge, labels).gauge.value = value;
}

void Exposition::histogram(const Family& family, const Labels& labels, std::span<const double> bounds,
                           std::span<const std::uint64_t> buckets, double sum) {
  prometheus::ClientMetric::Histogram& out = add(family, prometheus::MetricType::Histogram, labels).histogram;
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    out.sample_count += buckets[i];
    out.bucket.push_back({out.sample_count, i < bounds.size() ? bounds[i] : std::numeric_limits<double>::infinity()});
  }
  out.sample_sum = sum;
}

void Exposition::histogram(const Family& family, const Labels& labels, const LatencyHistogram::Counts& counts) {
  std::vector<double> bounds;
  bounds.reserve(LatencyHistogram::bounds_ns.size());
  for (const std::int64_t bound_ns : LatencyHistogram::bounds_ns) bounds.push_back(static_cast<double>(bound_ns) / 1e9);
  histogram(family, labels, bounds, counts.buckets, static_cast<double>(counts.sum_ns) / 1e9);
}

std::string Exposition::text() const { return prometheus::TextSerializer().Serialize(families_); }

}  // namespace lodge::control
