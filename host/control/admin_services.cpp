// Verbs that change what services do.
#include <algorithm>

#include "control/admin.hpp"

namespace lodge::control {

namespace {

using service::Admin;  // what the operator wants, not who
using service::Service;
using wire::Value;

/// How long a verb waits for a service to become what it should. Longer work is asked about again (`service_wait`), so
/// that whoever waits can see it go on.
constexpr std::chrono::milliseconds patience{500};

Result<std::shared_ptr<Service>> service_of(control::Admin& admin, std::span<const Value> args) {
  const Result<std::string> name = text_argument(args, 0);
  if (!name) return name.error();
  if (*name == admin_service) {
    return Error{Code::FAILED_PRECONDITION, "service `lodge` is the host itself; stop lodged to stop it"};
  }
  std::shared_ptr<Service> found = admin.runtime.find(*name);
  if (!found) return no_service(admin, *name);
  return found;
}

/// Where the service stands: `settled` once nothing is being done about it.
Value standing(control::Admin& admin, Service& service) {
  const Service::State state = service.settle(patience);
  Value out = Value::map({{"name", service.name()},
                          {"status", service::running_name(state.running)},
                          {"reason", state.reason},
                          {"admin", service::admin_name(state.admin)},
                          {"settled", !service.busy()},
                          {"last_error", state.last_error ? state.last_error->text() : ""}});
  if (const auto draining = service.draining()) {
    Value::List waits_for(draining->not_drained.begin(), draining->not_drained.end());
    out.set("calls_in_flight", draining->in_flight);
    out.set("not_drained", std::move(waits_for));
    out.set("left_ms", (draining->until - admin.clock.now()) / 1'000'000);
  }
  return out;
}

Result<Value> change(control::Admin& admin, std::span<const Value> args, Admin wanted,
                     MonotonicNs drained_by = no_deadline) {
  Result<std::shared_ptr<Service>> service = service_of(admin, args);
  if (!service) return std::move(service).error();
  if ((*service)->stuck()) {
    return Error{Code::FAILED_PRECONDITION, "service " + (*service)->name() +
                                                " cannot change any more: plugin code in it does not return, and only "
                                                "the end of the host can end that"};
  }
  (void)(*service)->want(wanted, "operator", drained_by);
  return standing(admin, **service);
}

Result<Value> start(control::Admin& admin, std::span<const Value> args) { return change(admin, args, Admin::active); }
Result<Value> pause(control::Admin& admin, std::span<const Value> args) { return change(admin, args, Admin::pause); }
Result<Value> stop(control::Admin& admin, std::span<const Value> args) { return change(admin, args, Admin::inactive); }

Result<Value> drain(control::Admin& admin, std::span<const Value> args) {
  const Result<std::uint64_t> timeout_ms = count_argument(args, 1);
  if (!timeout_ms) return timeout_ms.error();
  constexpr std::uint64_t longest_ms = 86'400'000;
  const auto patience_ns = static_cast<MonotonicNs>(std::min(*timeout_ms, longest_ms) * 1'000'000);
  return change(admin, args, Admin::inactive, admin.clock.now() + patience_ns);
}

Result<Value> wait(control::Admin& admin, std::span<const Value> args) {
  Result<std::shared_ptr<Service>> service = service_of(admin, args);
  if (!service) return std::move(service).error();
  return standing(admin, **service);
}

Result<Value> ready(control::Admin& admin, std::span<const Value> args) {
  Result<std::shared_ptr<Service>> service = service_of(admin, args);
  if (!service) return std::move(service).error();
  return Value((*service)->ready());
}

/// The texts of a list under a key; none where the key is missing.
Result<std::vector<std::string>> texts_under(const Value& map, std::string_view key) {
  std::vector<std::string> out;
  const Value* const value = map.find(key);
  if (value == nullptr) return out;
  if (value->as_list() == nullptr) return Error{Code::INVALID_ARGUMENT, std::string(key) + ": expected a list"};
  for (const Value& each : *value->as_list()) {
    if (each.as_text() == nullptr) return Error{Code::INVALID_ARGUMENT, std::string(key) + ": expected texts"};
    out.push_back(*each.as_text());
  }
  return out;
}

/// {update: {PLUGIN: {SETTING: value}}, add: [plugin], remove: [plugin], upgrade: [plugin], dry_run}
Result<service::Change> change_of(const Value& asked) {
  service::Change out;
  if (asked.as_map() == nullptr) return Error{Code::INVALID_ARGUMENT, "a change is a map"};
  for (const auto& [key, into] : {std::pair("add", &out.add), {"remove", &out.remove}, {"upgrade", &out.upgrade}}) {
    Result<std::vector<std::string>> names = texts_under(asked, key);
    if (!names) return std::move(names).error();
    *into = *std::move(names);
  }
  if (const Value* const update = asked.find("update")) {
    if (update->as_map() == nullptr) return Error{Code::INVALID_ARGUMENT, "update: expected a map"};
    for (const auto& [plugin, table] : *update->as_map()) {
      if (plugin.as_text() == nullptr || table.as_map() == nullptr) {
        return Error{Code::INVALID_ARGUMENT, "update: expected one map of settings a plugin"};
      }
      out.update.emplace(*plugin.as_text(), table);
    }
  }
  const Value* const dry_run = asked.find("dry_run");
  out.dry_run = dry_run != nullptr && *dry_run == Value(true);
  return out;
}

Result<Value> change_parts(control::Admin& admin, std::span<const Value> args) {
  Result<std::shared_ptr<Service>> service = service_of(admin, args);
  if (!service) return std::move(service).error();
  const Result<service::Change> change = change_of(args[1]);
  if (!change) return change.error();
  const Result<service::Changed> changed = (*service)->change(*change);
  if (!changed) return changed.error();
  return changed_value(*changed);
}

constexpr AdminVerb verbs[] = {
    {"service_start", 1, "name: str", "makes a service active; a failed one is tried again at once", start},
    {"service_pause", 1, "name: str", "lets no call in; what the service has started lives on", pause},
    {"service_stop", 1, "name: str", "makes a service inactive; its store lives on", stop},
    {"service_drain", 2, "name: str, timeout_ms: int", "the same, waiting so long for what is under way", drain},
    {"service_wait", 1, "name: str", "waits a little for a service to become what it should", wait},
    {"service_change", 2, "name: str, change: map", "changes settings and plugins of a service while it runs",
     change_parts},
    {"service_ready", 1, "name: str", "whether it runs and every plugin of it is ready for calls", ready},
};

}  // namespace

Value changed_value(const service::Changed& changed) {
  const auto list = [](const std::vector<std::string>& names) { return Value::List(names.begin(), names.end()); };
  Value::List replaced;
  for (const service::Changed::Replaced& each : changed.replaced) {
    replaced.push_back(Value::map({{"plugin", each.plugin}, {"from", each.from}, {"to", each.to}}));
  }
  return Value::map({{"settings", list(changed.settings)},
                     {"added", list(changed.added)},
                     {"removed", list(changed.removed)},
                     {"replaced", std::move(replaced)}});
}

std::span<const AdminVerb> service_verbs() { return verbs; }

}  // namespace lodge::control
