// What is counted of calls: for each callback, for each service, and for the node.
#pragma once

#include <lodge/status.h>

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "base/latency_histogram.hpp"
#include "base/sharded_counters.hpp"
#include "base/status.hpp"

namespace lodge::service {

/// How many calls ended with each code.
class CodeCounts {
 public:
  static constexpr std::uint32_t codes = -LODGE_FENCED + 1;  ///< they run from 0 downwards

  void add(Code code) const { counters_.add(static_cast<std::uint32_t>(-static_cast<std::int32_t>(code))); }
  /// By the negated code.
  [[nodiscard]] std::vector<std::uint64_t> read() const { return counters_.read(); }

 private:
  ShardedCounters counters_{codes};
};

/// Of one service, from its first start on: a restart goes on counting.
struct ServiceMetrics {
  explicit ServiceMetrics(std::string named) : name(std::move(named)) {}
  const std::string name;
  CodeCounts errors;
  LatencyHistogram outside;  ///< every call from outside, from its arrival to its answer
  LatencyHistogram started;  ///< every call that a plugin started without waiting
  LatencyHistogram sampled;  ///< calls that plugins wait for on their stack: one of `sample_every` on each thread
};

/// Of one callback or function of a service.
struct ChainMetrics {
  ChainMetrics(ServiceMetrics& of, std::string named) : service(of), name(std::move(named)) {}
  ServiceMetrics& service;
  const std::string name;  ///< "greet/1"
  ShardedCounters counters{2};

  static constexpr std::uint32_t calls = 0;  ///< that came in
  static constexpr std::uint32_t links = 1;  ///< that ran for them, but for calls that were given up
};

/// One of so many calls on the stack is timed. A power of two.
constexpr std::uint64_t sample_every = 64;

/// Thread-safe. What it hands out lives as long as it does.
class CallMetrics {
 public:
  /// So many callbacks are counted on their own; those that come later, as one service of the name "other".
  static constexpr std::size_t chains_max = 16'384;
  static constexpr std::size_t services_max = 4'096;

  [[nodiscard]] ChainMetrics& of(std::string_view service, std::string_view callback, std::uint32_t arity);

  /// Calls that came to no chain: nobody there, or no such callback.
  CodeCounts refused;
  LatencyHistogram queue_wait;  ///< of calls that a worker was to run, until one did

  /// Visitors run under a lock.
  template <typename Visit>
  void each_chain(const Visit& visit) const {
    std::lock_guard lock(mutex_);
    for (const ChainMetrics& each : chains_) visit(each);
  }
  template <typename Visit>
  void each_service(const Visit& visit) const {
    std::lock_guard lock(mutex_);
    for (const ServiceMetrics& each : services_) visit(each);
  }

 private:
  [[nodiscard]] ServiceMetrics& service_of(std::string_view name);

  mutable std::mutex mutex_;
  std::deque<ServiceMetrics> services_;  // stable addresses
  std::deque<ChainMetrics> chains_;
  std::map<std::string, ServiceMetrics*, std::less<>> by_service_;
  std::map<std::pair<std::string, std::string>, ChainMetrics*> by_chain_;
};

}  // namespace lodge::service
