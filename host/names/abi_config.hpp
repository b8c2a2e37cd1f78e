// lodge.config/1: how plugins reach their settings and the node's configuration.
#pragma once

#include <lodge/config.h>

#include "names/node_config.hpp"
#include "plugin/interface_registry.hpp"

namespace lodge::names {

extern const lodge_config_v1 config_table;

/// `config` outlives the registry's users.
void offer_config(plugin::InterfaceRegistry& registry, NodeConfig& config);

}  // namespace lodge::names
