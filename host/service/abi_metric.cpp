#include "service/abi_metric.hpp"

#include <algorithm>
#include <cmath>

#include "base/latency_histogram.hpp"
#include "base/utf8.hpp"
#include "base/writer.hpp"
#include "plugin/thread_tags.hpp"

namespace lodge::service {

namespace {

using plugin::Entry;
using plugin::Place;

constexpr std::size_t name_bytes_max = 64;
constexpr std::size_t help_bytes_max = 256;
constexpr std::size_t label_value_bytes_max = 128;

PluginMetrics& metrics_of(const Entry& entry) { return entry->state<PluginMetrics>(Place::metric); }

Error wrong(std::string message) { return {Code::INVALID_ARGUMENT, std::move(message)}; }

bool letter(char c) { return c >= 'a' && c <= 'z'; }

/// `first`: what may stand first beside letters.
bool is_name(std::string_view text, std::string_view first) {
  if (text.empty() || text.size() > name_bytes_max) return false;
  if (!letter(text.front()) && first.find(text.front()) == std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

/// Text that may be quoted in a message.
std::string quoted(std::string_view text) {
  return "`" + escape_for_terminal(text.substr(0, 2 * name_bytes_max)) + "`";
}

Status check_name(std::string_view name, MetricKind kind) {
  if (!is_name(name, "")) return wrong("name " + quoted(name) + ": a-z first, then a-z, 0-9 and _, at most 64 bytes");
  const bool total = name.ends_with("_total");
  if (total != (kind == MetricKind::counter)) {
    return wrong("name " + quoted(name) + ": that of a counter ends in _total, and no other one does");
  }
  for (const std::string_view end : {"_bucket", "_sum", "_count"}) {
    if (name.ends_with(end)) return wrong("name " + quoted(name) + " ends in " + std::string(end));
  }
  return {};
}

Status check_label(std::string_view name, std::string_view value) {
  if (!is_name(name, "_") || name.starts_with("__") || name == "service" || name == "le") {
    return wrong("label " + quoted(name) +
                 ": a-z or _ first, then a-z, 0-9 and _, at most 64 bytes; not service, le nor __...");
  }
  if (value.size() > label_value_bytes_max || !is_utf8(value)) {
    return wrong("label " + quoted(name) + ": its value is UTF-8 of at most 128 bytes");
  }
  return {};
}

Status read_labels(const lodge_list& list, SeriesSpec& spec) {
  if (list.count == 0) return {};
  if (list.count > LODGE_METRIC_LABELS_MAX || list.item_size != sizeof(lodge_metric_label) || list.items == nullptr) {
    return wrong("labels: at most " + std::to_string(LODGE_METRIC_LABELS_MAX) + " of lodge_metric_label");
  }
  const auto* const labels = static_cast<const lodge_metric_label*>(list.items);
  for (std::uint32_t i = 0; i < list.count; ++i) {
    const std::string_view name = text_of(labels[i].name);
    if (Status checked = check_label(name, text_of(labels[i].value)); !checked) return checked;
    spec.labels.emplace_back(name, text_of(labels[i].value));
  }
  std::sort(spec.labels.begin(), spec.labels.end());
  const auto same = [](const auto& one, const auto& other) { return one.first == other.first; };
  const auto twice = std::adjacent_find(spec.labels.begin(), spec.labels.end(), same);
  if (twice != spec.labels.end()) return wrong("label " + quoted(twice->first) + " stands twice");
  return {};
}

Status read_bounds(const lodge_list& list, SeriesSpec& spec) {
  if (list.count != 0 && spec.kind != MetricKind::histogram) return wrong("bounds: only a histogram has any");
  if (list.count > LODGE_METRIC_BOUNDS_MAX ||
      (list.count != 0 && (list.item_size != sizeof(double) || list.items == nullptr))) {
    return wrong("bounds: at most " + std::to_string(LODGE_METRIC_BOUNDS_MAX) + " of double");
  }
  const auto* const bounds = static_cast<const double*>(list.items);
  for (std::uint32_t i = 0; i < list.count; ++i) {
    const bool rises = spec.bounds.empty() || bounds[i] > spec.bounds.back();
    if (!std::isfinite(bounds[i]) || !rises) return wrong("bounds: finite, each greater than the one before it");
    spec.bounds.push_back(bounds[i]);
  }
  if (spec.kind != MetricKind::histogram || !spec.bounds.empty()) return {};
  for (const std::int64_t ns : LatencyHistogram::bounds_ns) spec.bounds.push_back(static_cast<double>(ns) / 1e9);
  return {};
}

Result<SeriesSpec> spec_from(const plugin::HostContext& owner, const lodge_metric_series& series) {
  if (series.struct_size < sizeof(lodge_metric_series) || series.reserved != 0) {
    return wrong("struct_size or reserved is wrong");
  }
  if (series.kind < LODGE_METRIC_COUNTER || series.kind > LODGE_METRIC_HISTOGRAM) {
    return wrong("kind " + std::to_string(series.kind) + " is none of LODGE_METRIC_...");
  }
  SeriesSpec out;
  out.kind = static_cast<MetricKind>(series.kind);
  const std::string_view name = text_of(series.name);
  out.help = text_of(series.help);
  if (const Status checked = check_name(name, out.kind); !checked) return checked.error();
  if (out.help.size() > help_bytes_max || !is_utf8(out.help)) return wrong("help: UTF-8 of at most 256 bytes");
  if (const Status read = read_labels(series.labels, out); !read) return read.error();
  if (const Status read = read_bounds(series.bounds, out); !read) return read.error();
  out.labels.insert(out.labels.begin(), {"service", owner.service()});
  out.family = "plugin_" + owner.plugin() + "_" + std::string(name);
  std::replace(out.family.begin(), out.family.end(), '-', '_');
  return out;
}

std::int32_t open(const lodge_host* host, const lodge_metric_series* series, lodge_handle* metric, lodge_writer* why) {
  const Entry entry(host);
  if (!entry.begins()) return LODGE_STALE;
  if (!plugin::may_wait(LODGE_METRIC_V1 " open")) return LODGE_FAILED_PRECONDITION;
  if (series == nullptr || metric == nullptr) return LODGE_INVALID_ARGUMENT;
  Result<SeriesSpec> spec = spec_from(entry.context(), *series);
  const Result<lodge_handle> opened =
      spec ? metrics_of(entry).open(entry.context(), *std::move(spec)) : Result<lodge_handle>(spec.error());
  if (opened) {
    *metric = *opened;
    return LODGE_OK;
  }
  return write_error(why, opened.error());
}

std::int32_t add(const lodge_host* host, lodge_handle metric, double by) {
  const Entry entry(host);
  return entry.live() ? metrics_of(entry).add(entry->instance_owner(), metric, by) : std::int32_t{LODGE_STALE};
}

std::int32_t set(const lodge_host* host, lodge_handle metric, double value) {
  const Entry entry(host);
  return entry.live() ? metrics_of(entry).set(entry->instance_owner(), metric, value) : std::int32_t{LODGE_STALE};
}

std::int32_t observe(const lodge_host* host, lodge_handle metric, double value) {
  const Entry entry(host);
  return entry.live() ? metrics_of(entry).observe(entry->instance_owner(), metric, value) : std::int32_t{LODGE_STALE};
}

constexpr lodge_metric_v1 table{.open = open, .add = add, .set = set, .observe = observe};

}  // namespace

void offer_metrics(plugin::InterfaceRegistry& registry, PluginMetrics& metrics) {
  registry.offer(Place::metric, LODGE_METRIC_V1, &table, &metrics);
}

}  // namespace lodge::service
