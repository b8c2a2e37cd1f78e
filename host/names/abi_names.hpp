// lodge.names/1: how plugins reach the names of this node.
#pragma once

#include <lodge/names.h>

#include "names/names.hpp"
#include "plugin/interface_registry.hpp"

namespace lodge::names {

extern const lodge_names_v1 names_table;

/// `names` outlives the registry's users.
void offer_names(plugin::InterfaceRegistry& registry, Names& names);

}  // namespace lodge::names
