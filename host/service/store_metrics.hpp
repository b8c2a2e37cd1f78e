// What is counted of what plugins ask of a private store.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/latency_histogram.hpp"
#include "base/sharded_counters.hpp"
#include "service/call_metrics.hpp"

namespace lodge::service {

enum class StoreOperation : std::uint32_t {
  get,
  put,
  put_new,
  remove,
  take,
  compare_and_put,
  increment,
  append,
  update,
  scan
};

/// Thread-safe.
class StoreMetrics {
 public:
  static constexpr std::array<std::string_view, 10> operation_names = {
      "get", "put", "put_new", "remove", "take", "compare_and_put", "increment", "append", "update", "scan"};
  /// One of so many of a kind is timed, on each thread. A power of two.
  static constexpr std::uint64_t sample_every = 256;

  explicit StoreMetrics(const Clock& clock) : clock_(clock) {}

  /// Runs `operation()`, counts it, and by its code if that is not OK. Returns the code.
  template <typename Operation>
  Code count(StoreOperation kind, Operation&& operation) {
    const std::uint64_t so_many = operations_.add(static_cast<std::uint32_t>(kind));
    if (so_many % sample_every == 0) [[unlikely]] {
      const MonotonicNs began = clock_.now();
      const Code code = noted(operation());
      sampled.record(clock_.now() - began);
      return code;
    }
    return noted(operation());
  }

  /// By `StoreOperation`.
  [[nodiscard]] std::vector<std::uint64_t> operations() const { return operations_.read(); }

  CodeCounts errors;         ///< answers other than OK: a key that is not there among them
  LatencyHistogram sampled;  ///< what a plugin's function takes in `update` and `scan` included

 private:
  Code noted(Code code) const {
    if (code != Code::OK) errors.add(code);
    return code;
  }

  const Clock& clock_;
  ShardedCounters operations_{operation_names.size()};
};

}  // namespace lodge::service
