// A host: all layers put together, from the configuration to the last goodbye.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/loop.hpp"
#include "base/worker_pool.hpp"
#include "control/admin.hpp"
#include "control/catalog_source.hpp"
#include "control/exit_code.hpp"
#include "control/follow.hpp"
#include "control/host_config.hpp"
#include "control/reload.hpp"
#include "control/server.hpp"
#include "names/names.hpp"
#include "names/node_config.hpp"
#include "platform/file_lock.hpp"
#include "plugin/catalog.hpp"
#include "service/name_ties.hpp"
#include "service/plugin_metrics.hpp"
#include "service/runtime.hpp"
#include "state/committer.hpp"

namespace lodge::control {

/// Why a host does not run: what to tell, and how to end.
struct Failure {
  ExitCode exit = ExitCode::internal;
  std::string message;  ///< one line a problem; what belongs to the line above is indented
};

/// Used by the thread that makes it, which becomes the loop thread.
class Host {
 public:
  /// `source`: what a reload reads again; outlives the host, as `config` does. `hash_seed`: random, and told to nobody.
  /// `span_seed`: random.
  Host(const HostConfig& config, const ConfigSource& source, HashSeed hash_seed, std::uint64_t span_seed);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  /// Whether every service could start, as far as that shows without running plugins. All that is wrong is told, that
  /// in `problems` too, in the order of the text; the first decides how to end. Touches no file of the host's own.
  [[nodiscard]] std::optional<Failure> check(std::vector<Problem> problems = {});

  /// Takes the data directory and the socket, starts the services, serves until it is told to stop (SIGTERM, SIGINT),
  /// drains, stops. Nothing: it ended well.
  [[nodiscard]] std::optional<Failure> run();

 private:
  void seed_config(std::vector<Problem>& problems);
  void check_plugin_rules(std::vector<Problem>& problems);
  void check_services(std::vector<Problem>& problems);
  [[nodiscard]] std::optional<Failure> take_data_dir();
  [[nodiscard]] std::optional<Failure> open_state();
  [[nodiscard]] std::optional<Failure> listen();
  [[nodiscard]] std::optional<Failure> add_builtins();
  void start_services();
  void remove_unused_copies();
  void reload();
  void began(std::optional<Failure> failure);
  void sweep_stores();
  void begin_drain();
  void stop_services();
  void begin_watching_hooks();
  void watch_hooks(const std::optional<service::Runtime::RunningHook>& before, MonotonicNs since);
  void end();
  void keep_watchdog();

  const HostConfig& config_;
  SystemClock clock_;
  std::unique_ptr<Loop> loop_;
  WorkerPool workers_;
  WorkerPool hooks_;  ///< where services start and stop: they can even when plugins hold all workers
  plugin::InterfaceRegistry interfaces_;
  names::Names names_;
  std::unique_ptr<state::Committer> committer_;  ///< nullptr: nothing is kept on disk
  names::NodeConfig node_config_;
  plugin::Catalog catalog_;
  CatalogSource plugins_;
  service::Runtime runtime_;
  service::NameTies name_ties_;
  service::PluginMetrics plugin_metrics_;
  Server server_;
  Follow log_follow_;
  Follow span_follow_;
  Reload reload_;
  PluginWatch plugin_watch_;
  Admin admin_;
  std::optional<platform::FileLock> lock_;
  std::thread services_thread_;  ///< starts services, later stops them, while the loop goes on
  bool stopping_ = false;
  bool begun_ = false;
  bool services_stopping_ = false;
  bool hooks_watched_ = false;
  std::optional<Failure> failure_;
};

}  // namespace lodge::control
