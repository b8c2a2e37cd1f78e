// What is to change in a service that exists, and what has.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"
#include "service/layers.hpp"
#include "service/service_spec.hpp"

namespace lodge::service {

struct Change {
  PluginTables update;                      ///< settings, to be merged over what there is
  std::vector<std::string> add;             ///< plugins, to the end of the list
  std::vector<std::string> remove;          ///< plugins; with one to add, that takes the place of the first one
  std::vector<std::string> upgrade;         ///< plugins whose file has been replaced
  std::optional<PluginTables> overrides;    ///< settings given at a start, in place of those given so before
  std::shared_ptr<const ServiceSpec> file;  ///< what the configuration file says by now; nullptr: as before
  bool dry_run = false;                     ///< only find out whether it can be done, and what it would be
};

/// Of a dry run: what would.
struct Changed {
  struct Replaced {
    std::string plugin;
    std::string from;  ///< version
    std::string to;
  };
  std::vector<std::string> added;
  std::vector<std::string> removed;
  std::vector<Replaced> replaced;     ///< a new instance took the place of another
  std::vector<std::string> settings;  ///< "greeter.salutation"
};

/// One map a plugin, out of a map of maps. INVALID_ARGUMENT: it is none; `what` is how the message calls it.
[[nodiscard]] Result<PluginTables> tables_of(const wire::Value& value, std::string_view what);

/// {update: {PLUGIN: {SETTING: value}}, add: [plugin], remove: [plugin], upgrade: [plugin], dry_run}, each optional.
[[nodiscard]] Result<Change> change_of(const wire::Value& asked);

/// {settings: [plugin.setting], added: [plugin], removed: [plugin], replaced: [{plugin, from, to}]}
[[nodiscard]] wire::Value value_of(const Changed& changed);

}  // namespace lodge::service
