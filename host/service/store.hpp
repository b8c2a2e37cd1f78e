// A service's private store.
#pragma once

#include <atomic>
#include <string>

#include "base/value_table.hpp"
#include "service/store_metrics.hpp"

namespace lodge::service {

/// All operations, their codes and their threads: `ValueTable`. Bytes against the quota: keys, values, and
/// `entry_overhead` for each entry. That a write did not fit is logged, once a minute at most.
class Store final : public ValueTable {
 public:
  static constexpr std::size_t key_bytes_max = 1024;
  static constexpr std::size_t value_bytes_max = std::size_t{16} << 20;

  Store(const Clock& clock, Executor& executor, HashSeed seed, std::string service, std::uint64_t bytes_max);

  /// Ends the watches of an instance (`HostContext::instance_owner`): none of them is running when this returns.
  void release_instance(std::uint64_t instance_owner) { watches().remove_owner(instance_owner); }

  /// How full it is, and which limit that is: "holds 990 of 1000 bytes (service.s.store_bytes_max)".
  [[nodiscard]] std::string fill_text();

  /// Of what plugins ask; an operator's looks are not in it.
  [[nodiscard]] StoreMetrics& metrics() { return metrics_; }

 private:
  void note_refused() override;

  const Clock& clock_;
  const std::string service_;
  StoreMetrics metrics_;
  std::atomic<MonotonicNs> silent_until_{0};  ///< after it the next refusal is logged
};

}  // namespace lodge::service
