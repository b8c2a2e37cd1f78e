// Verbs about the host, its services and its plugins.
#include <unistd.h>

#include "base/log.hpp"
#include "control/admin.hpp"
#include "service/service_info.hpp"

namespace lodge::control {

namespace {

using wire::Value;

Result<Value> status(Admin& admin, std::span<const Value>) {
  const WorkerPool::Stats threads = admin.workers.stats();
  return Value::map({
      {"node", admin.config.host.name},
      {"version", LODGE_SDK_VERSION},
      {"pid", std::int64_t{getpid()}},
      {"uptime_ms", (admin.clock.now() - admin.started_at) / 1'000'000},
      {"services", admin.runtime.services().size()},
      {"connections", admin.server.connection_count()},
      {"calls_accepted", admin.server.accepted()},
      {"calls_in_flight", admin.server.in_flight()},
      {"queued", threads.queued},
      {"threads", threads.threads},
      {"threads_running", threads.running},
      {"threads_blocked", threads.blocked},
      {"threads_stuck", threads.stuck},
      {"calls_refused", threads.rejected},
      {"names", admin.names.size()},
      {"plugins_misbehaved", log::misbehaved_count()},
  });
}

Result<Value> services(Admin& admin, std::span<const Value>) {
  Value::List out;
  for (const auto& each : admin.runtime.services()) out.push_back(service::service_summary(*each));
  return Value(std::move(out));
}

Result<Value> service_show(Admin& admin, std::span<const Value> args) {
  const Result<std::string> name = text_argument(args, 0);
  if (!name) return name.error();
  const std::shared_ptr<service::Service> found = admin.runtime.find(*name);
  if (!found) return admin.runtime.no_service(*name);
  return service::service_info(*found, admin.runtime.children(), admin.clock.wall());
}

Result<Value> plugins(Admin& admin, std::span<const Value>) {
  const BlockedScope blocked(admin.workers);
  Value::List out;
  for (const plugin::Catalog::Entry& entry : admin.plugins.scan()) {
    const plugin::Descriptor* const descriptor = entry.descriptor();
    out.push_back(Value::map({{"name", descriptor != nullptr ? descriptor->name : ""},
                              {"version", descriptor != nullptr ? descriptor->version : ""},
                              {"state", plugin::state_name(entry.state)},
                              {"misbehaved", descriptor != nullptr ? log::misbehaved_count(descriptor->name) : 0},
                              {"summary", descriptor != nullptr ? descriptor->summary : ""},
                              {"file", entry.path},
                              {"error", entry.error ? entry.error->message : ""}}));
  }
  return Value(std::move(out));
}

Result<Value> plugins_scan(Admin& admin, std::span<const Value>) {
  const BlockedScope blocked(admin.workers);
  Value::List out;
  for (const PluginNews& each : admin.plugin_watch.scan()) {
    out.push_back(Value::map({{"name", each.name},
                              {"version", each.version},
                              {"what", each.what},
                              {"file", each.file},
                              {"error", each.error}}));
  }
  return Value(std::move(out));
}

Result<Value> reload(Admin& admin, std::span<const Value>) { return admin.reload.run(); }

constexpr AdminVerb verbs[] = {
    {"status", 0, "", "the host at a glance", status, true},
    {"services", 0, "", "all services", services, true},
    {"service", 1, "name: str", "one service: chain, callbacks, settings", service_show},
    {"plugins", 0, "", "all plugin files and built-in plugins", plugins},
    {"plugins_scan", 0, "", "look at plugin files that have changed now", plugins_scan},
    {"reload", 0, "", "apply the changed configuration", reload},
};

}  // namespace

std::span<const AdminVerb> status_verbs() { return verbs; }

}  // namespace lodge::control
