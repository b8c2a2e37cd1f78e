// A node in the test's own process: the real layers on real threads, plugins as the test scripts them.
#pragma once

#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/loop.hpp"
#include "base/worker_pool.hpp"
#include "names/names.hpp"
#include "names/node_config.hpp"
#include "rig/eventually.hpp"
#include "rig/scripted_plugin.hpp"
#include "service/name_ties.hpp"
#include "service/plugin_metrics.hpp"
#include "service/runtime.hpp"

namespace lodge::rig {

/// The one answer to a call.
struct Answer {
  Code code = Code::UNKNOWN;
  Executed executed = Executed::maybe;
  wire::Value value;    ///< where code is OK
  std::string message;  ///< where it is not
};

/// Plugins known to the node by name.
class ScriptedSource final : public service::PluginSource {
 public:
  void add(ScriptedPlugin& plugin);
  void add(std::shared_ptr<const plugin::Plugin> plugin) { plugins_[plugin->descriptor.name] = std::move(plugin); }
  void add_builtin(const lodge_plugin& plugin);
  void deny(const std::string& plugin, const std::string& interface) { denied_[plugin].push_back(interface); }

  [[nodiscard]] Result<const plugin::Descriptor*> describe(std::string_view name) override;
  [[nodiscard]] Result<std::shared_ptr<const plugin::Plugin>> load(std::string_view name) override;
  [[nodiscard]] std::vector<std::string> denied(std::string_view name) const override;

 private:
  std::map<std::string, std::shared_ptr<const plugin::Plugin>, std::less<>> plugins_;
  std::map<std::string, std::vector<std::string>, std::less<>> denied_;
};

struct NodeOptions {
  WorkerPoolOptions threads{.workers = 2};
  MonotonicNs call_timeout_ns = 15'000'000'000;
  HashSeed hash_seed{1};
  std::size_t answer_bytes_max = Writer::default_limit;
  service::Lifecycle::Options lifecycle = {};
};

class Node {
 public:
  explicit Node(const NodeOptions& options = {});
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  /// Makes plugins known. Before a service names them.
  template <typename... Plugins>
  void add(Plugins&... plugins) {
    (source_.add(plugins), ...);
  }
  ScriptedSource& plugins() { return source_; }

  /// Starts a service of those plugins; `config` is its configuration, one map a plugin.
  Status start(const std::string& service, const std::vector<std::string>& plugins,
               const std::map<std::string, wire::Value>& config = {});

  /// Tells a service what is wanted of it, and waits until it is that; what it does then.
  service::Running want(const std::string& service, service::Admin admin);

  /// Calls from outside and waits for the answer.
  Answer call(const std::string& service, const std::string& name, const std::vector<wire::Value>& args = {},
              MonotonicNs timeout_ns = 10'000'000'000);
  /// Calls from outside; a call whose chain is quick runs on the loop thread, as one from a connection would.
  std::future<Answer> send(const std::string& service, const std::string& name,
                           const std::vector<wire::Value>& args = {}, MonotonicNs timeout_ns = 10'000'000'000);

  service::Runtime& runtime() { return *runtime_; }
  names::Names& names() { return *names_; }
  names::NodeConfig& config() { return *config_; }
  service::PluginMetrics& plugin_metrics() { return plugin_metrics_; }
  /// To offer more before the first service is started.
  plugin::InterfaceRegistry& interfaces() { return interfaces_; }
  const Clock& clock() const { return clock_; }
  WorkerPool& workers() { return workers_; }
  Loop& loop() { return *loop_; }

  /// The chain of a service, by plugin names.
  [[nodiscard]] std::vector<std::string> chain(const std::string& service) const;

 private:
  SystemClock clock_;
  std::unique_ptr<Loop> loop_;
  WorkerPool workers_;
  WorkerPool hooks_{{.workers = 1}};
  plugin::InterfaceRegistry interfaces_;
  ScriptedSource source_;
  std::unique_ptr<names::Names> names_;
  std::unique_ptr<names::NodeConfig> config_;
  service::PluginMetrics plugin_metrics_;
  std::unique_ptr<service::Runtime> runtime_;
  std::unique_ptr<service::NameTies> name_ties_;
  std::thread loop_thread_;
};

}  // namespace lodge::rig
