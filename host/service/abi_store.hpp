// lodge.store/1: how plugins reach their service's private store.
#pragma once

#include <lodge/store.h>

#include "plugin/interface_registry.hpp"

namespace lodge::service {

/// Every host that plugins hold is an `InstanceContext`, with its store set.
extern const lodge_store_v1 store_table;

void offer_store(plugin::InterfaceRegistry& registry);

}  // namespace lodge::service
