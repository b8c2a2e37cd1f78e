// The configuration that the whole node shares: values by (domain, key), changed at run time, gone with the host.
#pragma once

#include <string>
#include <string_view>

#include "base/value_table.hpp"
#include "names/packed_value.hpp"
#include "wire/value.hpp"

namespace lodge::names {

/// Thread-safe; reads take no lock. Operations answer a code, with the meanings that <lodge/config.h> gives them.
class NodeConfig {
 public:
  static constexpr std::size_t domain_bytes_max = 64;
  static constexpr std::size_t key_bytes_max = 255;
  static constexpr std::uint64_t entries_max = 100'000;

  NodeConfig(Clock& clock, Executor& executor, HashSeed seed, std::uint64_t limit = entries_max);

  /// A value from the host's file. INVALID_ARGUMENT says which domain or key is impossible, and why.
  [[nodiscard]] Status seed(std::string_view domain, std::string_view key, const wire::Value& value);

  [[nodiscard]] Code get(std::string_view domain, ByteView key, lodge_writer& value) const;
  [[nodiscard]] Code put(std::string_view domain, ByteView key, ByteView value);
  [[nodiscard]] Code put_new(std::string_view domain, ByteView key, ByteView value);
  [[nodiscard]] Code remove(std::string_view domain, ByteView key);
  [[nodiscard]] Code increment(std::string_view domain, ByteView key, std::int64_t by, std::int64_t* result);
  [[nodiscard]] Code add(std::string_view domain, ByteView key, ByteView element);
  [[nodiscard]] Code update(std::string_view domain, ByteView key, const ValueTable::Change& change);
  [[nodiscard]] Code scan(std::string_view domain, const ValueTable::Visit& visit) const;

  /// All entries of all domains, for administration. False from the visitor: stop.
  using VisitAll = std::function<bool(std::string_view domain, ByteView key, ByteView value)>;
  void scan_all(const VisitAll& visit) const;

  /// Watches one key of a domain, or with `prefix` those that begin so. `owner`: see `release_instance`.
  [[nodiscard]] Code watch(std::string_view domain, ByteView key, bool prefix, std::uint64_t owner, WatchHub::Tell tell,
                           lodge_handle& watch);
  [[nodiscard]] Code unwatch(lodge_handle watch, std::uint64_t owner) { return table_.watches().remove(watch, owner); }

  /// Ends the watches of an instance: none of them is running when this returns.
  void release_instance(std::uint64_t instance_owner) { table_.watches().remove_owner(instance_owner); }

  [[nodiscard]] std::uint64_t entries() { return table_.entries(); }

  /// How full it is, and which limit that is: "holds 10 of 10 entries (limits.config_entries_max)".
  [[nodiscard]] std::string fill_text();

 private:
  ValueTable table_;
};

}  // namespace lodge::names
