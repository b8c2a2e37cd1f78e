// How long things took, in buckets from 100 ns to 10 s.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "base/sharded_counters.hpp"

namespace lodge {

/// Thread-safe. Recording costs two additions of the thread's own.
class LatencyHistogram {
 public:
  /// Upper bounds, inclusive; what took longer has a bucket of its own.
  static constexpr std::array<std::int64_t, 13> bounds_ns = {
      100,       1'000,      10'000,      50'000,        100'000,       250'000,       1'000'000,
      5'000'000, 10'000'000, 100'000'000, 1'000'000'000, 5'000'000'000, 10'000'000'000};

  void record(std::int64_t ns) const {
    ns = std::max<std::int64_t>(ns, 0);
    ShardedCounters::Cell* const cells = counters_.mine();
    const auto* const bound = std::lower_bound(bounds_ns.begin(), bounds_ns.end(), ns);
    ShardedCounters::bump(cells[bound - bounds_ns.begin()]);
    ShardedCounters::bump(cells[sum_at], static_cast<std::uint64_t>(ns));
  }

  struct Counts {
    std::vector<std::uint64_t> buckets;  ///< one for each bound, and the rest; not cumulative
    std::uint64_t sum_ns = 0;
  };
  [[nodiscard]] Counts read() const {
    Counts out{counters_.read(), 0};
    out.sum_ns = out.buckets.back();
    out.buckets.pop_back();
    return out;
  }

 private:
  static constexpr std::uint32_t sum_at = bounds_ns.size() + 1;
  ShardedCounters counters_{sum_at + 1};
};

}  // namespace lodge
