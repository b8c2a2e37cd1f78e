#include "service/plugin_metrics.hpp"

#include <algorithm>
#include <cmath>

namespace lodge::service {

namespace {

std::string_view name_of(MetricKind kind) {
  switch (kind) {
    case MetricKind::counter:
      return "counter";
    case MetricKind::gauge:
      return "gauge";
    case MetricKind::histogram:
      break;
  }
  return "histogram";
}

std::string key_of(const SeriesSpec& spec) {
  std::string out = spec.family;
  for (const auto& [name, value] : spec.labels) out.append(1, '\0').append(name).append(1, '\0').append(value);
  return out;
}

}  // namespace

/// `owner` and `handle` say whose it is now: what they guard is written while they are 0.
struct PluginMetrics::Series {
  std::uint32_t index = 0;
  std::uint32_t generation = 0;
  std::atomic<std::uint64_t> owner{0};
  std::atomic<lodge_handle> handle{0};
  SeriesSpec spec;
  std::unique_ptr<const ShardedCounters> counters;  // a histogram's buckets, then the sum; a counter's sum
  std::atomic<double> gauge{0};

  [[nodiscard]] std::uint32_t cells() const {
    return spec.kind == MetricKind::histogram ? static_cast<std::uint32_t>(spec.bounds.size()) + 2 : 1;
  }
};

PluginMetrics::PluginMetrics() : by_index_(all_max) {}
PluginMetrics::~PluginMetrics() = default;

Status PluginMetrics::fits(const plugin::HostContext& owner, const SeriesSpec& spec) const {
  if (const auto found = families_.find(spec.family); found != families_.end()) {
    const Family& family = found->second;
    if (family.plugin != owner.plugin()) {
      return Error{Code::ALREADY_EXISTS, spec.family + " is shown for plugin " + family.plugin + " already; rename it"};
    }
    if (family.kind != spec.kind) {
      return Error{Code::ALREADY_EXISTS, spec.family + " is a " + std::string(name_of(family.kind)) + " already"};
    }
    if (family.bounds != spec.bounds) return Error{Code::ALREADY_EXISTS, spec.family + " has other bounds already"};
  }
  const auto count = counts_.find(owner.instance_owner());
  if (count != counts_.end() && count->second >= LODGE_METRIC_SERIES_MAX) {
    return Error{Code::RESOURCE_EXHAUSTED,
                 "this instance has " + std::to_string(LODGE_METRIC_SERIES_MAX) +
                     " series already; label values must come from a small set, not from what users say"};
  }
  if (free_.empty() && all_.size() >= all_max) {
    return Error{Code::RESOURCE_EXHAUSTED, "the plugins of this host have " + std::to_string(all_max) + " series"};
  }
  return {};
}

PluginMetrics::Series& PluginMetrics::free_series() {
  if (free_.empty()) {
    Series& made = *all_.emplace_back(std::make_unique<Series>());
    made.index = static_cast<std::uint32_t>(all_.size()) - 1;
    by_index_[made.index].store(&made, std::memory_order_release);
    return made;
  }
  Series& out = *free_.back();
  free_.pop_back();
  return out;
}

Result<lodge_handle> PluginMetrics::open(const plugin::HostContext& owner, SeriesSpec spec) {
  Key key(owner.instance_owner(), key_of(spec));
  std::lock_guard lock(mutex_);
  if (const auto found = live_.find(key); found != live_.end()) {
    const SeriesSpec& present = found->second->spec;
    if (present.kind == spec.kind && present.bounds == spec.bounds) return lodge_handle{found->second->handle};
  }
  if (const Status may = fits(owner, spec); !may) return may.error();
  Series& series = free_series();
  series.spec = std::move(spec);
  series.gauge.store(0, std::memory_order_relaxed);
  series.counters = series.spec.kind != MetricKind::gauge ? std::make_unique<ShardedCounters>(series.cells()) : nullptr;
  if (series.counters != nullptr && !series.counters->counts()) {
    free_.push_back(&series);
    return Error{Code::RESOURCE_EXHAUSTED, "this host has no room for more counters"};
  }
  Family& family = families_.try_emplace(series.spec.family).first->second;
  if (family.series++ == 0) family = {owner.plugin(), series.spec.kind, series.spec.bounds, 1};
  ++counts_[owner.instance_owner()];
  live_.emplace(std::move(key), &series);
  const lodge_handle handle = (lodge_handle{++series.generation} << 32) | series.index;
  series.owner.store(owner.instance_owner(), std::memory_order_release);
  series.handle.store(handle, std::memory_order_release);
  return handle;
}

// While it is its owner's, nobody takes it away: that instance is in the host now, and ends only when it has left.
PluginMetrics::Series* PluginMetrics::find(std::uint64_t owner, lodge_handle metric) const {
  const auto index = static_cast<std::uint32_t>(metric);
  Series* const series = index < all_max ? by_index_[index].load(std::memory_order_acquire) : nullptr;
  if (series == nullptr || metric == 0) return nullptr;
  const bool ours = series->handle.load(std::memory_order_acquire) == metric &&
                    series->owner.load(std::memory_order_acquire) == owner;
  return ours ? series : nullptr;
}

std::int32_t PluginMetrics::add(std::uint64_t owner, lodge_handle metric, double by) {
  const Series* const series = find(owner, metric);
  if (series == nullptr) return LODGE_STALE;
  if (series->spec.kind != MetricKind::counter) return LODGE_FAILED_PRECONDITION;
  if (!std::isfinite(by) || by < 0) return LODGE_INVALID_ARGUMENT;
  series->counters->add_double(0, by);
  return LODGE_OK;
}

std::int32_t PluginMetrics::set(std::uint64_t owner, lodge_handle metric, double value) {
  Series* const series = find(owner, metric);
  if (series == nullptr) return LODGE_STALE;
  if (series->spec.kind != MetricKind::gauge) return LODGE_FAILED_PRECONDITION;
  if (std::isnan(value)) return LODGE_INVALID_ARGUMENT;
  series->gauge.store(value, std::memory_order_relaxed);
  return LODGE_OK;
}

std::int32_t PluginMetrics::observe(std::uint64_t owner, lodge_handle metric, double value) {
  const Series* const series = find(owner, metric);
  if (series == nullptr) return LODGE_STALE;
  if (series->spec.kind != MetricKind::histogram) return LODGE_FAILED_PRECONDITION;
  if (!std::isfinite(value)) return LODGE_INVALID_ARGUMENT;
  const std::vector<double>& bounds = series->spec.bounds;
  ShardedCounters::Cell* const cells = series->counters->mine();
  ShardedCounters::bump(cells[std::lower_bound(bounds.begin(), bounds.end(), value) - bounds.begin()]);
  ShardedCounters::bump_double(cells[bounds.size() + 1], value);
  return LODGE_OK;
}

void PluginMetrics::instance_ended(std::uint64_t instance_owner) {
  std::lock_guard lock(mutex_);
  for (auto each = live_.lower_bound({instance_owner, ""}); each != live_.end() && each->first.first == instance_owner;
       each = live_.erase(each)) {
    Series& series = *each->second;
    series.handle.store(0, std::memory_order_release);
    series.owner.store(0, std::memory_order_release);
    series.counters = nullptr;
    const auto family = families_.find(series.spec.family);
    if (--family->second.series == 0) families_.erase(family);
    free_.push_back(&series);
  }
  counts_.erase(instance_owner);
}

std::vector<PluginMetrics::Reading> PluginMetrics::read() const {
  std::map<std::string, Reading> out;  // families in one piece
  std::lock_guard lock(mutex_);
  // Owners rise: the youngest comes last.
  for (const auto& [key, series] : live_) {
    Reading& of = out[key.second];
    const std::size_t buckets = series->spec.bounds.size() + 1;
    of.spec = series->spec;
    switch (series->spec.kind) {
      case MetricKind::counter:
        of.value += series->counters->value_double();
        break;
      case MetricKind::gauge:
        of.value = series->gauge.load(std::memory_order_relaxed);
        break;
      case MetricKind::histogram: {
        const std::vector<std::uint64_t> counts = series->counters->read();
        of.buckets.resize(buckets);
        for (std::size_t i = 0; i < buckets; ++i) of.buckets[i] += counts[i];
        of.value += series->counters->value_double(static_cast<std::uint32_t>(buckets));
        break;
      }
    }
  }
  std::vector<Reading> list;
  list.reserve(out.size());
  for (auto& [key, reading] : out) list.push_back(std::move(reading));
  return list;
}

}  // namespace lodge::service
