// Applying a changed configuration to the host that runs.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "control/config_file.hpp"
#include "control/host_config.hpp"
#include "service/runtime.hpp"
#include "wire/value.hpp"

namespace lodge::control {

/// What a reload works on; outlives it.
struct ReloadParts {
  const HostConfig& running;  ///< what the host was started with
  const ConfigSource& source;
  service::Runtime& runtime;
  service::PluginSource& plugins;
};

/// Thread-safe; one at a time. Waits for what it changes: not on the loop thread.
class Reload {
 public:
  explicit Reload(ReloadParts parts)
      : parts_(parts),
        services_(parts.running.services),
        wanted_(services_),
        origins_(parts.running.origins),
        log_(parts.running.log) {}

  /// The host has started: from now on there is something to reload.
  void open();
  /// No reload begins any more, and none is under way when this returns.
  void close();

  /// Reads the configuration again. What is wrong with it is the error, and nothing changes. Else each service becomes
  /// what it says by now, for itself: {services: [{name, did, ...}], restart_needed: [section]}; `did` is `started`,
  /// `stopped`, `changed` or `failed`, which has `error`. A service that did not change is left alone.
  [[nodiscard]] Result<wire::Value> run();
  /// A plugin has come: loads it, applies once more what the last reading said and could not be applied, and has
  /// services that have failed and name it try again.
  void take_in(const std::string& plugin);

 private:
  [[nodiscard]] wire::Value::List apply_services(const std::vector<service::ServiceSpec>& wanted);
  [[nodiscard]] wire::Value start(const service::ServiceSpec& spec);
  [[nodiscard]] wire::Value stop(const std::string& name);
  [[nodiscard]] wire::Value change(const service::ServiceSpec& before, const service::ServiceSpec& spec);
  [[nodiscard]] wire::Value failed(const service::ServiceSpec& spec, const Error& error) const;
  static void report(const wire::Value::List& services);
  void apply_log(const LogSection& log);
  [[nodiscard]] std::vector<std::string> restart_needed(const HostConfig& wanted) const;

  const ReloadParts parts_;
  std::mutex mutex_;
  bool open_ = false;
  std::vector<service::ServiceSpec> services_;  ///< as they were last applied
  std::vector<service::ServiceSpec> wanted_;    ///< as the last reading has them
  Origins origins_;                             ///< where it has that
  LogSection log_;
};

}  // namespace lodge::control
