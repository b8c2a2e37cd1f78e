// The parts of a node that services are made of.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/table_entry.hpp"
#include "base/timers.hpp"
#include "plugin/interface_registry.hpp"
#include "service/instance_context.hpp"
#include "service/lifecycle.hpp"
#include "service/plugin_source.hpp"
#include "service/status_watches.hpp"
#include "service/walk.hpp"

namespace lodge::service {

class Calls;
class PluginChildren;

/// Whoever holds something for instances or services is told when they end. Owners are those of HostContext. Services
/// end on threads of their own: several may tell at a time.
class OwnerListener {
 public:
  virtual ~OwnerListener() = default;
  /// Its hooks are over, and it may start nothing new: what it still waits for is given up. Its code may run.
  virtual void instance_stopped(std::uint64_t) {}
  /// No code of the instance runs or will run on behalf of what is held for it.
  virtual void instance_ended(std::uint64_t instance_owner) = 0;
  virtual void service_ended(std::uint64_t service_owner) = 0;
};

/// Contexts of all instances there have ever been: plugins may come with one at any time. Thread-safe.
class Contexts {
 public:
  InstanceContext& keep(std::unique_ptr<InstanceContext> context) {
    std::lock_guard lock(mutex_);
    return *all_.emplace_back(std::move(context));
  }

 private:
  std::mutex mutex_;
  std::deque<std::unique_ptr<InstanceContext>> all_;
};

/// All of it outlives the services.
struct NodeParts {
  const std::string name;
  WalkGround ground;
  Executor& turns;  ///< where services start and stop
  Timers& timers;
  plugin::InterfaceRegistry& interfaces;
  PluginSource& plugins;
  std::vector<OwnerListener*> listeners;
  HashSeed hash_seed;  ///< of the private stores
  Lifecycle::Options lifecycle;
  MonotonicNs drain_patience_ns;  ///< how long a service that stops waits for its calls
  Contexts& contexts;
  PluginChildren& children;
  StatusWatches& status_watches;
  Calls* calls = nullptr;  ///< set before the first service
};

}  // namespace lodge::service
