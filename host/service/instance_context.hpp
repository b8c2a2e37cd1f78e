// What the service layer adds to an instance's identity.
#pragma once

#include "plugin/host_context.hpp"

namespace lodge::service {

class Store;

struct InstanceContext : plugin::HostContext {
  using plugin::HostContext::HostContext;

  Store* store = nullptr;  ///< the service's; set before the instance is created, outlives it
};

}  // namespace lodge::service
