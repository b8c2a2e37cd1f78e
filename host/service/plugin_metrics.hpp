// The series of all plugins: what lodge.metric/1 opens.
#pragma once

#include <lodge/metric.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/sharded_counters.hpp"
#include "base/status.hpp"
#include "plugin/host_context.hpp"
#include "service/node_parts.hpp"

namespace lodge::service {

enum class MetricKind : std::uint32_t {
  counter = LODGE_METRIC_COUNTER,
  gauge = LODGE_METRIC_GAUGE,
  histogram = LODGE_METRIC_HISTOGRAM
};

/// A series as a plugin describes it, checked.
struct SeriesSpec {
  MetricKind kind = MetricKind::counter;
  std::string family;  ///< as it is shown: plugin_counter_words_total
  std::string help;
  std::vector<std::pair<std::string, std::string>> labels;  ///< by name, `service` first
  std::vector<double> bounds;                               ///< of a histogram
};

/// Thread-safe.
class PluginMetrics final : public OwnerListener {
 public:
  static constexpr std::uint32_t all_max = 16'384;

  PluginMetrics();
  ~PluginMetrics() override;

  /// Errors: those of `open` in metric.h.
  [[nodiscard]] Result<lodge_handle> open(const plugin::HostContext& owner, SeriesSpec spec);

  [[nodiscard]] std::int32_t add(std::uint64_t owner, lodge_handle metric, double by);
  [[nodiscard]] std::int32_t set(std::uint64_t owner, lodge_handle metric, double value);
  [[nodiscard]] std::int32_t observe(std::uint64_t owner, lodge_handle metric, double value);

  void instance_ended(std::uint64_t instance_owner) override;
  void service_ended(std::uint64_t) override {}

  struct Reading {
    SeriesSpec spec;
    double value = 0;                    ///< of a counter or gauge; a histogram's sum
    std::vector<std::uint64_t> buckets;  ///< of a histogram: one a bound and one for the rest
  };
  /// Each series once: where two instances have the same one (the old and the new of an upgrade), counts are added up
  /// and the younger's gauge holds.
  [[nodiscard]] std::vector<Reading> read() const;

 private:
  struct Series;
  struct Family {
    std::string plugin;
    MetricKind kind;
    std::vector<double> bounds;
    std::size_t series = 0;
  };
  using Key = std::pair<std::uint64_t, std::string>;  // owner; family and labels

  [[nodiscard]] Series* find(std::uint64_t owner, lodge_handle metric) const;
  [[nodiscard]] Status fits(const plugin::HostContext& owner, const SeriesSpec& spec) const;
  [[nodiscard]] Series& free_series();

  mutable std::mutex mutex_;
  // Kept for ever and used again, so that a handle, however old, leads to something that can be looked at.
  std::vector<std::unique_ptr<Series>> all_;
  std::vector<Series*> free_;
  std::vector<std::atomic<Series*>> by_index_;
  std::map<Key, Series*> live_;
  std::map<std::string, Family> families_;
  std::map<std::uint64_t, std::size_t> counts_;  // by owner
};

}  // namespace lodge::service
