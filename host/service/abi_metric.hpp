// lodge.metric/1, the host's side.
#pragma once

#include "plugin/interface_registry.hpp"
#include "service/plugin_metrics.hpp"

namespace lodge::service {

void offer_metrics(plugin::InterfaceRegistry& registry, PluginMetrics& metrics);

}  // namespace lodge::service
