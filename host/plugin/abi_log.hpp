// The host's side of lodge.log/1.
#pragma once

#include "plugin/interface_registry.hpp"

namespace lodge::plugin {

/// Offers the host's log to plugins: module "service.SERVICE.PLUGIN".
void offer_log(InterfaceRegistry& interfaces);

}  // namespace lodge::plugin
