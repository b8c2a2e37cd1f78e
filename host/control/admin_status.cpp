// Verbs about the host, its services and its plugins.
#include <unistd.h>

#include "base/log.hpp"
#include "control/admin.hpp"

namespace lodge::control {

namespace {

using wire::Value;

Value::List texts(const std::vector<std::string>& items) { return {items.begin(), items.end()}; }

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

Value summary(service::Service& each) {
  const service::Service::State state = each.state();
  const auto spec = each.spec();
  Value::List plugins;
  if (const auto now = each.assembly()) {
    for (const auto& instance : now->instances) plugins.emplace_back(instance->name());
  } else {
    for (const std::string& name : spec->plugins) plugins.emplace_back(name);
  }
  return Value::map({{"name", each.name()},
                     {"status", service::running_name(state.running)},
                     {"reason", state.reason},
                     {"since_unix_ms", state.since_wall_ns / 1'000'000},
                     {"version", spec->version},
                     {"class", spec->service_class},
                     {"global", spec->global},
                     {"plugins", std::move(plugins)},
                     {"last_error", state.last_error ? state.last_error->text() : ""}});
}

Result<Value> services(Admin& admin, std::span<const Value>) {
  Value::List out;
  for (const auto& each : admin.runtime.services()) out.push_back(summary(*each));
  return Value(std::move(out));
}

Value plugin_of_service(service::Instance& instance) {
  const plugin::Descriptor& descriptor = instance.plugin().descriptor;
  Result<Value> settings = Value::unpack(*instance.context().settings());
  Value shown = settings ? *std::move(settings) : Value();
  for (const plugin::Setting& setting : descriptor.settings) {
    if ((setting.flags & LODGE_SECRET) != 0) shown.set(setting.name, "(secret)");
  }
  return Value::map({{"name", descriptor.name},
                     {"version", descriptor.version},
                     {"summary", descriptor.summary},
                     {"file", instance.plugin().file},
                     {"settings", std::move(shown)}});
}

Value callback_of_service(const service::Chain& chain) {
  Value::List links;
  Value::List demoted;
  for (const service::Link& link : chain.links) {
    links.emplace_back(link.instance->name());
    if (link.quick->demoted()) demoted.emplace_back(link.instance->name());
  }
  return Value::map({{"name", chain.name},
                     {"arity", chain.arity},
                     {"kind", chain.function ? "function" : "callback"},
                     {"quick", chain.quick()},
                     {"demoted", std::move(demoted)},
                     {"params", chain.params},
                     {"result", chain.result},
                     {"doc", chain.doc},
                     {"chain", std::move(links)}});
}

Value child_of_service(const std::string& plugin, const service::ChildFacts& child) {
  return Value::map({{"plugin", plugin},
                     {"name", child.name},
                     {"restart", service::restart_name(child.restart)},
                     {"up", child.up},
                     {"since_unix_ms", child.since_wall_ns / 1'000'000},
                     {"restarts", child.restarts},
                     {"last_end", child.last_end ? child.last_end->text() : ""}});
}

Result<Value> service_show(Admin& admin, std::span<const Value> args) {
  const Result<std::string> name = text_argument(args, 0);
  if (!name) return name.error();
  const std::shared_ptr<service::Service> found = admin.runtime.find(*name);
  if (!found) return no_service(admin, *name);
  Value out = summary(*found);
  const service::Service::State state = found->state();
  out.set("last_error_unix_ms", state.last_error ? Value(state.last_error_wall_ns / 1'000'000) : Value());
  out.set("failures", state.failures);
  out.set("admin", service::admin_name(state.admin));
  out.set("admin_reason", state.admin_reason);
  out.set("admin_since_unix_ms", state.admin_since_wall_ns / 1'000'000);
  Value::List plugins;
  Value::List callbacks;
  Value::List children;
  Value::List notes;
  if (const auto now = found->assembly(); now && now->dispatch) {
    for (const auto& instance : now->instances) {
      plugins.push_back(plugin_of_service(*instance));
      for (const service::ChildFacts& child : admin.runtime.children().list(instance->context().instance_owner())) {
        children.push_back(child_of_service(instance->name(), child));
      }
    }
    for (const service::Chain& chain : now->dispatch->chains()) callbacks.push_back(callback_of_service(chain));
    notes = texts(now->notes);
  }
  out.set("plugins", std::move(plugins));
  out.set("callbacks", std::move(callbacks));
  out.set("children", std::move(children));
  out.set("notes", std::move(notes));
  out.set("origin", found->spec()->origin);
  out.set("store_entries", found->store().entries());
  out.set("store_bytes", found->store().bytes());
  out.set("store_bytes_max", found->spec()->store_bytes_max);
  return out;
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

Result<Value> reload(Admin& admin, std::span<const Value>) { return admin.reload.run(); }

constexpr AdminVerb verbs[] = {
    {"status", 0, "", "the host at a glance", status, true},
    {"services", 0, "", "all services", services, true},
    {"service", 1, "name: str", "one service: chain, callbacks, settings", service_show},
    {"plugins", 0, "", "all plugin files and built-in plugins", plugins},
    {"reload", 0, "", "apply the changed configuration", reload},
};

}  // namespace

std::span<const AdminVerb> status_verbs() { return verbs; }

}  // namespace lodge::control
