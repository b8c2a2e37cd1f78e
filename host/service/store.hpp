// A service's private store.
#pragma once

#include "base/value_table.hpp"

namespace lodge::service {

/// All operations, their codes and their threads: `ValueTable`. Bytes against the quota: keys, values, and
/// `entry_overhead` for each entry.
class Store final : public ValueTable {
 public:
  static constexpr std::size_t key_bytes_max = 1024;
  static constexpr std::size_t value_bytes_max = std::size_t{16} << 20;

  Store(const Clock& clock, Executor& executor, std::uint64_t bytes_max)
      : ValueTable(clock, executor, {key_bytes_max, value_bytes_max, bytes_max}) {}

  /// Ends the watches of an instance (`HostContext::instance_owner`): none of them is running when this returns.
  void release_instance(std::uint64_t instance_owner) { watches().remove_owner(instance_owner); }
};

}  // namespace lodge::service
