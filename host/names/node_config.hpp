// The configuration that the whole node shares: values by (domain, key), changed at run time. Gone with the host, but
// for the domains that are persisted.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/value_table.hpp"
#include "names/config_keeper.hpp"
#include "names/config_path.hpp"
#include "names/packed_value.hpp"
#include "wire/value.hpp"

namespace lodge::names {

/// Thread-safe; reads take no lock. Operations answer a code, with the meanings that <lodge/config.h> gives them.
class NodeConfig {
 public:
  static constexpr std::size_t domain_bytes_max = ConfigPath::domain_bytes_max;
  static constexpr std::uint64_t entries_max = 100'000;

  NodeConfig(Clock& clock, Executor& executor, HashSeed seed, std::uint64_t limit = entries_max);

  ~NodeConfig();
  NodeConfig(const NodeConfig&) = delete;
  NodeConfig& operator=(const NodeConfig&) = delete;

  /// Which domains are persisted. Before anybody writes.
  void persist(ConfigDomains domains) { persisted_ = std::move(domains); }
  /// Whether writing there waits for the disk, and must not be done by quick code. (Without `keep_in`, as in unit tests
  /// of plugins, nothing is kept, and the rule is the same.)
  [[nodiscard]] bool persists(std::string_view domain) const { return persisted_.contains(domain); }
  /// Keeps the persisted domains there from now on, once they have what is there already: that comes before what was
  /// seeded. After the seeds, before anybody else writes. `committer` outlives this. Errors as of Environment::open.
  [[nodiscard]] Status keep_in(state::Committer& committer);

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
  /// Why a write was answered RESOURCE_EXHAUSTED or UNAVAILABLE: too many entries, or what the disk said.
  [[nodiscard]] std::string refusal_text();

 private:
  /// nullptr: the domain is not kept.
  [[nodiscard]] ConfigKeeper* keeper_of(std::string_view domain) const {
    return keeper_ && persists(domain) ? keeper_.get() : nullptr;
  }

  Executor& executor_;
  ValueTable table_;
  ConfigDomains persisted_;
  std::unique_ptr<ConfigKeeper> keeper_;
};

}  // namespace lodge::names
