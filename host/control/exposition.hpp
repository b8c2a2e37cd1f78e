// Metrics as Prometheus reads them: families of series, written as its text format.
#pragma once

#include <prometheus/metric_family.h>

#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/latency_histogram.hpp"

namespace lodge::control {

/// Collects families in the order in which they are first named. Names and labels are those of Prometheus; label values
/// and help may hold any text.
class Exposition {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;

  struct Family {
    std::string_view name;  ///< counters end in _total, times in _seconds
    std::string_view help;
  };

  void counter(const Family& family, const Labels& labels, double value);
  void gauge(const Family& family, const Labels& labels, double value);
  void histogram(const Family& family, const Labels& labels, const LatencyHistogram::Counts& counts);
  /// `buckets`: one for each bound and one for the rest, not cumulative.
  void histogram(const Family& family, const Labels& labels, std::span<const double> bounds,
                 std::span<const std::uint64_t> buckets, double sum);

  [[nodiscard]] std::string text() const;

 private:
  prometheus::ClientMetric& add(const Family& family, prometheus::MetricType type, const Labels& labels);

  std::vector<prometheus::MetricFamily> families_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
};

}  // namespace lodge::control
