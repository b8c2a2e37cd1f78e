// The host as a service: `lodge`, whose functions are what lodgectl asks.
#pragma once

#include <lodge/call.h>
#include <lodge/descriptor.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "base/worker_pool.hpp"
#include "control/catalog_source.hpp"
#include "control/plugin_watch.hpp"
#include "control/reload.hpp"
#include "control/server.hpp"
#include "names/names.hpp"
#include "names/node_config.hpp"
#include "service/plugin_metrics.hpp"
#include "service/runtime.hpp"

namespace lodge::control {

/// The service's name, and the built-in plugin's.
constexpr std::string_view admin_service = service::host_service;
constexpr std::string_view admin_plugin_name = "control";

class Follow;

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
  PluginWatch& plugin_watch;
  Follow& log_follow;
  Follow& span_follow;
  service::PluginMetrics& plugin_metrics;
  MonotonicNs started_at;
};

/// The answer to one verb that comes later. A small value to keep and copy.
class VerbAnswer {
 public:
  VerbAnswer() = default;
  /// Takes the ticket for `call`, which the instance that has `host` is answering on this thread.
  [[nodiscard]] static Result<VerbAnswer> take(const lodge_host* host, const lodge_call& call);

  /// Answers it, unless it has been answered or nobody waits any more.
  void operator()(const Result<wire::Value>& result) const;
  /// Whether anybody waits for it.
  [[nodiscard]] bool awaited() const;

 private:
  const lodge_host* host_ = nullptr;
  const lodge_call_v1* calls_ = nullptr;
  lodge_handle ticket_ = 0;
};

/// For verbs that may answer later: takes the ticket when they see that they must. Only within the verb.
using TakeAnswer = std::function<Result<VerbAnswer>()>;

/// One verb: a function of the service `lodge`.
struct AdminVerb {
  const char* name;
  std::uint32_t arity;
  const char* params;
  const char* doc;
  Result<wire::Value> (*run)(Admin& admin, std::span<const wire::Value> args);
  /// Runs on the loop thread: an operator hears from a host whose workers are all taken. Short whatever there is.
  bool quick = false;
  /// In place of `run`, for verbs that wait: nothing means that the answer has been taken.
  std::optional<Result<wire::Value>> (*begin)(Admin& admin, std::span<const wire::Value> args,
                                              const TakeAnswer& take) = nullptr;
};

/// By topic; each in a file of its own.
[[nodiscard]] std::span<const AdminVerb> status_verbs();
[[nodiscard]] std::span<const AdminVerb> service_verbs();
[[nodiscard]] std::span<const AdminVerb> entry_verbs();
[[nodiscard]] std::span<const AdminVerb> names_verbs();
[[nodiscard]] std::span<const AdminVerb> metrics_verbs();
[[nodiscard]] std::span<const AdminVerb> log_verbs();
[[nodiscard]] std::span<const AdminVerb> calls_verbs();
[[nodiscard]] std::span<const AdminVerb> trace_verbs();

/// The built-in plugin. Its instances find the Admin at Place::admin.
[[nodiscard]] const lodge_plugin& admin_plugin();

/// The text argument at that place. INVALID_ARGUMENT: it is none.
[[nodiscard]] Result<std::string> text_argument(std::span<const wire::Value> args, std::size_t index);
/// The whole number from 0 at that place.
[[nodiscard]] Result<std::uint64_t> count_argument(std::span<const wire::Value> args, std::size_t index);

}  // namespace lodge::control
