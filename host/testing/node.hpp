// One host in a library: the layers put together, on one thread and virtual time.
#pragma once

#include <lodge/testing_core.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control/host_config.hpp"
#include "names/names.hpp"
#include "names/node_config.hpp"
#include "plugin/interface_registry.hpp"
#include "service/name_ties.hpp"
#include "service/plugin_metrics.hpp"
#include "service/runtime.hpp"
#include "testing/intercepted.hpp"
#include "testing/one_thread.hpp"
#include "testing/shelf.hpp"
#include "testing/virtual_clock.hpp"

namespace lodge::testing {

struct Drive;

/// What a node is made on; outlives it.
struct NodeGround {
  VirtualClock& clock;
  Shelf& shelf;
  Interception& interception;
};

/// Used by the thread that made it.
class Node {
 public:
  /// `config`: its limits and threads. The services of it are not started, nor is node configuration seeded.
  Node(const NodeGround& ground, const control::HostConfig& config, std::int64_t thread_patience_ns);
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  ~Node() = default;

  [[nodiscard]] OneThread& thread() { return thread_; }
  [[nodiscard]] service::Runtime& runtime() { return runtime_; }
  [[nodiscard]] names::NodeConfig& node_config() { return node_config_; }
  [[nodiscard]] const plugin::InterfaceRegistry& interfaces() const { return interfaces_; }

  /// NOT_FOUND: it does not run. FAILED_PRECONDITION: plugin code did not return, and was left alone.
  [[nodiscard]] Status stop(const std::string& service);
  /// False: plugin code did not return.
  [[nodiscard]] bool stop_all();

  /// Submits it; what it answers comes from `thread()`.
  [[nodiscard]] std::shared_ptr<UnderWay> start_call(const CallParts& call);

 private:
  void sweep_stores();

  VirtualClock& clock_;
  const std::int64_t call_timeout_ns_;
  const std::int64_t drain_timeout_ns_;
  OneThread thread_;
  plugin::InterfaceRegistry interfaces_;
  names::Names names_;
  names::NodeConfig node_config_;
  service::Runtime runtime_;
  service::NameTies name_ties_;
  service::PluginMetrics plugin_metrics_;
  const std::shared_ptr<const Drive> drive_;
};

}  // namespace lodge::testing
