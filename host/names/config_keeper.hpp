// The entries of node configuration that outlive the host: on disk first, then in the table that everybody reads.
//
// All of them are written by the committer's thread, one after another: what a change makes of an entry it decides
// there, by what the changes before it have written, and the table sees it once it is on disk. So readers never see
// what a failed commit would take back, and counting writers share transactions.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/executor.hpp"
#include "base/status.hpp"
#include "base/value_table.hpp"
#include "names/config_path.hpp"
#include "state/committer.hpp"

namespace lodge::names {

/// Thread-safe. Writing waits for the disk: not on the loop thread.
class ConfigKeeper {
 public:
  /// `kept`: a table of the committer's environment.
  ConfigKeeper(ValueTable& table, Executor& executor, state::Committer& committer, state::Table kept)
      : table_(table), executor_(executor), committer_(committer), kept_(kept) {}

  /// Fills the table with what is on disk of these domains. `seeded`: the paths of what the host's file has put into it
  /// before. DATA_LOSS names file and entry, and nothing has changed on disk.
  [[nodiscard]] Status load(const ConfigDomains& domains, std::set<Bytes> seeded);

  /// Returns when it is on disk. `change` is the host's own and waits for nothing: it runs on the committer's thread,
  /// and again where a transaction failed. Beside its codes RESOURCE_EXHAUSTED: no room; UNAVAILABLE: not writable any
  /// more.
  [[nodiscard]] Code write(ByteView path, const ValueTable::Change& change);
  /// NOT_FOUND.
  [[nodiscard]] Code remove(ByteView path);

  [[nodiscard]] std::string last_failure() const { return committer_.last_failure(); }

 private:
  class Write;
  [[nodiscard]] Code run(ByteView path, const ValueTable::Change* change);
  [[nodiscard]] Code present(const state::Transaction& in, ByteView path, lodge_writer& value) const;
  [[nodiscard]] Status take(const state::Entry& entry, const ConfigDomains& domains, std::vector<Bytes>& outdated);
  void forget(const std::vector<Bytes>& paths);

  ValueTable& table_;
  Executor& executor_;
  state::Committer& committer_;
  const state::Table kept_;
  std::set<Bytes> seeded_;  ///< constant once loaded
};

}  // namespace lodge::names
