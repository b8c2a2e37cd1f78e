// Counters, gauges and histograms that operators read with those of the host.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include <lodge/host.hpp>

namespace lodge {
inline namespace sdk {

/// One that was opened; a small value to copy. Where it was made by default it counts nothing.
class Metric {
 public:
  Metric() noexcept = default;
  Metric(Link<lodge_metric_v1> link, lodge_handle handle) noexcept : link_(link), handle_(handle) {}

 protected:
  Link<lodge_metric_v1> link_;
  lodge_handle handle_ = 0;
};

class Counter : public Metric {
 public:
  using Metric::Metric;
  /// `by`: 0 or more. [quick]
  void add(double by = 1) const noexcept {
    if (link_.table != nullptr) static_cast<void>(link_.table->add(link_.host, handle_, by));
  }
};

class Gauge : public Metric {
 public:
  using Metric::Metric;
  void set(double value) const noexcept {  ///< [quick]
    if (link_.table != nullptr) static_cast<void>(link_.table->set(link_.host, handle_, value));
  }
};

class Histogram : public Metric {
 public:
  using Metric::Metric;
  void observe(double value) const noexcept {  ///< [quick]
    if (link_.table != nullptr) static_cast<void>(link_.table->observe(link_.host, handle_, value));
  }
};

/// Opens series: once, where the plugin is made or started. Limits and errors: metric.h.
class Metrics {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  explicit Metrics(Link<lodge_metric_v1> link) noexcept : link_(link) {}

  /// `name` ends in _total.
  [[nodiscard]] Result<Counter> counter(std::string_view name, std::string_view help, Labels labels = {}) const {
    return open<Counter>(LODGE_METRIC_COUNTER, name, help, labels, {});
  }
  [[nodiscard]] Result<Gauge> gauge(std::string_view name, std::string_view help, Labels labels = {}) const {
    return open<Gauge>(LODGE_METRIC_GAUGE, name, help, labels, {});
  }
  /// `bounds`: rising; none: those of times in seconds.
  [[nodiscard]] Result<Histogram> histogram(std::string_view name, std::string_view help, Labels labels = {},
                                            const std::vector<double>& bounds = {}) const {
    return open<Histogram>(LODGE_METRIC_HISTOGRAM, name, help, labels, bounds);
  }

 private:
  template <typename Kind>
  Result<Kind> open(std::uint32_t kind, std::string_view name, std::string_view help, Labels labels,
                    const std::vector<double>& bounds) const {
    if (link_.table == nullptr) return missing_interface<lodge_metric_v1>();
    std::vector<lodge_metric_label> raw;
    for (const auto& [label, value] : labels) {
      raw.push_back({{label.data(), label.size()}, {value.data(), value.size()}});
    }
    lodge_metric_series series{};
    series.struct_size = sizeof series;
    series.kind = kind;
    series.name = {name.data(), name.size()};
    series.help = {help.data(), help.size()};
    series.labels = list_of(raw);
    series.bounds = list_of(bounds);
    Buffer<256> why;
    lodge_handle handle = 0;
    const std::int32_t code = link_.table->open(link_.host, &series, &handle, &why);
    if (code == LODGE_OK) return Kind(link_, handle);
    Error error = failed<lodge_metric_v1>("open", name, code);
    if (why.size != 0) error.message += ": " + why.text();
    return error;
  }

  template <typename T>
  static lodge_list list_of(const std::vector<T>& items) noexcept {
    return {items.empty() ? nullptr : items.data(), static_cast<std::uint32_t>(items.size()), sizeof(T)};
  }

  Link<lodge_metric_v1> link_;
};

inline Metrics Host::metrics() const noexcept { return Metrics(link<lodge_metric_v1>()); }

}  // namespace sdk
}  // namespace lodge
