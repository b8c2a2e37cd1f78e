// The parts of a node that services are made of.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "base/table_entry.hpp"
#include "plugin/interface_registry.hpp"
#include "service/instance_context.hpp"
#include "service/walk.hpp"

namespace lodge::service {

/// Whoever holds something for instances or services is told when they end. Owners are those of HostContext.
class OwnerListener {
 public:
  virtual ~OwnerListener() = default;
  /// Its hooks are over, and it may start nothing new: what it still waits for is given up. Its code may run.
  virtual void instance_stopped(std::uint64_t) {}
  /// No code of the instance runs or will run on behalf of what is held for it.
  virtual void instance_ended(std::uint64_t instance_owner) = 0;
  virtual void service_ended(std::uint64_t service_owner) = 0;
};

/// All of it outlives the services.
struct NodeParts {
  WalkGround ground;
  plugin::InterfaceRegistry& interfaces;
  std::vector<OwnerListener*> listeners;
  HashSeed hash_seed;  ///< of the private stores
  /// Contexts of all instances there have ever been: plugins may come with one at any time.
  std::deque<std::unique_ptr<InstanceContext>>& contexts;
};

}  // namespace lodge::service
