// The configuration of one service, layer upon layer.
#pragma once

#include <map>
#include <set>
#include <string>

#include "wire/value.hpp"

namespace lodge::service {

/// One map a plugin, by its name.
using PluginTables = std::map<std::string, wire::Value>;

/// `over` upon `base`, as wire::deep_merge does it for one table. A nil takes a setting back to its default.
[[nodiscard]] PluginTables deep_merge(PluginTables base, const PluginTables& over);

/// Each layer is kept for itself, so that a later one never loses what an earlier one said. The defaults of the
/// plugins lie below all of them, and are not known here.
struct Layers {
  PluginTables file;       ///< of the configuration file
  PluginTables overrides;  ///< given when the service was started
  PluginTables run_time;   ///< all reconfigurations so far
  PluginTables merged_by;  ///< tables that a plugin's own `merge` has made: they stand for all layers

  std::set<std::string> hidden;  ///< plugins that were taken out of the service: their tables wait for their return

  /// All layers as one, without what is hidden.
  [[nodiscard]] PluginTables visible() const;
};

}  // namespace lodge::service
