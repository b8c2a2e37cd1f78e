// What a service is assembled from: its plugins, loaded, in chain order, with their settings.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "plugin/interface_registry.hpp"
#include "plugin/plugin.hpp"
#include "service/plugin_source.hpp"
#include "service/service_spec.hpp"
#include "wire/value.hpp"

namespace lodge::service {

/// A plugin that the service will have an instance of.
struct LoadedPlugin {
  std::shared_ptr<const plugin::Plugin> plugin;
  std::vector<std::string> denied;  ///< interface ids that `query` answers NULL for
  wire::Value settings;             ///< effective
};

struct Recipe {
  std::vector<LoadedPlugin> plugins;  ///< top first
  std::vector<std::string> notes;     ///< what a reader of `service show` should know
};

/// Plans the chain, and brings the code of its plugins into the process. Errors: those of `plan_chain`, all in one; a
/// file that cannot be loaded.
[[nodiscard]] Result<Recipe> make_recipe(const ServiceSpec& spec, PluginSource& source,
                                         const plugin::InterfaceRegistry& interfaces);

}  // namespace lodge::service
