// What a service will consist of, worked out before any of its plugins runs.
#pragma once

#include <string>
#include <vector>

#include "plugin/interface_registry.hpp"
#include "service/finding.hpp"
#include "service/plugin_source.hpp"
#include "service/service_spec.hpp"
#include "wire/value.hpp"

namespace lodge::service {

struct PlannedPlugin {
  const plugin::Descriptor* descriptor = nullptr;
  wire::Value settings;               ///< effective: checked, defaults filled in
  std::vector<std::string> withheld;  ///< interface ids that `query` answers NULL for: denied, or drafts not its own
};

struct ChainPlan {
  std::vector<PlannedPlugin> plugins;  ///< top first, `base` last
  std::vector<std::string> notes;      ///< what a reader of `service show` should know
  std::vector<Finding> findings;       ///< with any, the service cannot be started
};

/// Finds and orders the plugins of `spec`, and checks what can be checked without running them: dependencies, builds of
/// the SDK, needs against what the host has and the operator denies, settings, functions offered twice. The findings
/// are all there are; each names the cause and the remedy.
[[nodiscard]] ChainPlan plan_chain(const ServiceSpec& spec, PluginSource& source,
                                   const plugin::InterfaceRegistry& interfaces);

}  // namespace lodge::service
