#include "service/service_info.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <string>
#include <utility>

namespace lodge::service {

namespace {

using wire::Value;

Value plugin_of(const Instance& instance) {
  const plugin::Descriptor& descriptor = instance.plugin().descriptor;
  return Value::map({{"name", descriptor.name},
                     {"version", descriptor.version},
                     {"summary", descriptor.summary},
                     {"file", instance.plugin().file},
                     {"settings", shown_settings(instance)}});
}

Value callback_of(const Chain& chain) {
  Value::List links;
  Value::List demoted;
  for (const Link& link : chain.links) {
    links.emplace_back(link.instance->name());
    if (link.quick->demoted()) demoted.emplace_back(link.instance->name());
  }
  return Value::map({{"name", chain.name},
                     {"arity", chain.arity},
                     {"kind", chain.function ? "function" : "callback"},
                     {"quick", chain.quick()},
                     {"demoted", std::move(demoted)},
                     {"idempotent", chain.idempotent},
                     {"params", chain.params},
                     {"result", chain.result},
                     {"doc", chain.doc},
                     {"chain", std::move(links)}});
}

Value child_of(const std::string& plugin, const ChildFacts& child) {
  return Value::map({{"plugin", plugin},
                     {"name", child.name},
                     {"restart", restart_name(child.restart)},
                     {"up", child.up},
                     {"since_unix_ms", child.since_wall_ns / 1'000'000},
                     {"restarts", child.restarts},
                     {"last_end", child.last_end ? child.last_end->text() : ""}});
}

/// Equal where the effective settings are, secrets aside: those must not be guessed from it.
std::string config_hash(const Assembly& assembly) {
  Value all = Value::Map{};
  for (const auto& instance : assembly.instances) all.set(instance->name(), shown_settings(*instance));
  const Bytes packed = all.pack();
  return fmt::format("{:016x}", XXH3_64bits(packed.data(), packed.size()));
}

}  // namespace

Value shown_settings(const Instance& instance) {
  Result<Value> settings = Value::unpack(*instance.context().settings());
  Value shown = settings ? *std::move(settings) : Value();
  for (const plugin::Setting& setting : instance.plugin().descriptor.settings) {
    if ((setting.flags & LODGE_SECRET) != 0) shown.set(setting.name, "(secret)");
  }
  return shown;
}

Value service_summary(const Service& service) {
  const Service::State state = service.state();
  const auto spec = service.spec();
  Value::List plugins;
  if (const auto now = service.assembly()) {
    for (const auto& instance : now->instances) plugins.emplace_back(instance->name());
  } else {
    for (const std::string& name : spec->plugins) plugins.emplace_back(name);
  }
  return Value::map({{"name", service.name()},
                     {"status", running_name(state.running)},
                     {"reason", state.reason},
                     {"since_unix_ms", state.since_wall_ns / 1'000'000},
                     {"version", spec->version},
                     {"class", spec->service_class},
                     {"global", spec->global},
                     {"plugins", std::move(plugins)},
                     {"last_error", state.last_error ? state.last_error->text() : ""}});
}

Value service_info(const Service& service, const PluginChildren& all_children, std::int64_t wall_ns) {
  Value out = service_summary(service);
  const Service::State state = service.state();
  out.set("last_error_unix_ms", state.last_error ? Value(state.last_error_wall_ns / 1'000'000) : Value());
  out.set("failures", state.failures);
  out.set("admin", admin_name(state.admin));
  out.set("admin_reason", state.admin_reason);
  out.set("admin_since_unix_ms", state.admin_since_wall_ns / 1'000'000);
  Value::List plugins;
  Value::List callbacks;
  Value::List children;
  Value::List notes;
  std::string hash;
  if (const auto now = service.assembly(); now && now->dispatch) {
    for (const auto& instance : now->instances) {
      plugins.push_back(plugin_of(*instance));
      for (const ChildFacts& child : all_children.list(instance->context().instance_owner())) {
        children.push_back(child_of(instance->name(), child));
      }
    }
    for (const Chain& chain : now->dispatch->chains()) callbacks.push_back(callback_of(chain));
    hash = config_hash(*now);
    notes = Value::List(now->notes.begin(), now->notes.end());
  }
  const auto spec = service.spec();
  out.set("plugins", std::move(plugins));
  out.set("callbacks", std::move(callbacks));
  out.set("children", std::move(children));
  out.set("notes", std::move(notes));
  out.set("config_hash", std::move(hash));
  out.set("node", service.node());
  out.set("uptime_ms", state.running == Running::running ? (wall_ns - state.since_wall_ns) / 1'000'000 : 0);
  out.set("origin", spec->origin);
  out.set("store_entries", service.store().entries());
  out.set("store_bytes", service.store().bytes());
  out.set("store_bytes_max", spec->store_bytes_max);
  return out;
}

}  // namespace lodge::service
