// The host as a service: `lodge`, whose functions are what lodgectl asks.
#pragma once

#include <lodge/descriptor.h>

#include <cstdint>
#include <span>
#include <string>

#include "base/worker_pool.hpp"
#include "control/catalog_source.hpp"
#include "control/reload.hpp"
#include "control/server.hpp"
#include "names/names.hpp"
#include "names/node_config.hpp"
#include "service/runtime.hpp"

namespace lodge::control {

/// The service's name, and the built-in plugin's.
constexpr std::string_view admin_service = "lodge";
constexpr std::string_view admin_plugin_name = "control";

/// What the verbs look at; outlives the service.
struct Admin {
  const HostConfig& config;
  const Clock& clock;
  WorkerPool& workers;
  service::Runtime& runtime;
  names::Names& names;
  names::NodeConfig& node_config;
  CatalogSource& plugins;
  Server& server;
  Reload& reload;
  MonotonicNs started_at;
};

/// One verb: a function of the service `lodge`.
struct AdminVerb {
  const char* name;
  std::uint32_t arity;
  const char* params;
  const char* doc;
  Result<wire::Value> (*run)(Admin& admin, std::span<const wire::Value> args);
  /// Runs on the loop thread: an operator hears from a host whose workers are all taken. Short whatever there is.
  bool quick = false;
};

/// By topic; each in a file of its own.
[[nodiscard]] std::span<const AdminVerb> status_verbs();
[[nodiscard]] std::span<const AdminVerb> service_verbs();
[[nodiscard]] std::span<const AdminVerb> entry_verbs();
[[nodiscard]] std::span<const AdminVerb> names_verbs();

/// {settings: [plugin.setting], added: [plugin], removed: [plugin], replaced: [{plugin, from, to}]}
[[nodiscard]] wire::Value changed_value(const service::Changed& changed);

/// The built-in plugin. Its instances find the Admin at Place::admin.
[[nodiscard]] const lodge_plugin& admin_plugin();

/// The text argument at that place. INVALID_ARGUMENT: it is none.
[[nodiscard]] Result<std::string> text_argument(std::span<const wire::Value> args, std::size_t index);
/// The whole number from 0 at that place.
[[nodiscard]] Result<std::uint64_t> count_argument(std::span<const wire::Value> args, std::size_t index);

/// NOT_FOUND, with the nearest name there is.
[[nodiscard]] Error no_service(Admin& admin, const std::string& name);

}  // namespace lodge::control
