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
  if (!found) return admin.runtime.no_service(*name);
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
Result<Value> start_with(control::Admin& admin, std::span<const Value> args) {
  Result<std::shared_ptr<Service>> service = service_of(admin, args);
  if (!service) return std::move(service).error();
  const Result<service::PluginTables> overrides = service::tables_of(args[1], "overrides");
  if (!overrides) return overrides.error();
  if (Status given = (*service)->override(*overrides); !given) return std::move(given).error();
  return change(admin, args, Admin::active);
}
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

Result<Value> change_parts(control::Admin& admin, std::span<const Value> args) {
  Result<std::shared_ptr<Service>> service = service_of(admin, args);
  if (!service) return std::move(service).error();
  const Result<service::Change> change = service::change_of(args[1]);
  if (!change) return change.error();
  const Result<service::Changed> changed = (*service)->change(*change);
  if (!changed) return changed.error();
  return service::value_of(*changed);
}

constexpr AdminVerb verbs[] = {
    {"service_start", 1, "name: str", "makes a service active; a failed one is tried again at once", start},
    {"service_start", 2, "name: str, overrides: map", "the same of one that is down, with settings of its own",
     start_with},
    {"service_pause", 1, "name: str", "lets no call in; what the service has started lives on", pause},
    {"service_stop", 1, "name: str", "makes a service inactive; its store lives on", stop},
    {"service_drain", 2, "name: str, timeout_ms: int", "the same, waiting so long for what is under way", drain},
    {"service_wait", 1, "name: str", "waits a little for a service to become what it should", wait},
    {"service_change", 2, "name: str, change: map", "changes settings and plugins of a service while it runs",
     change_parts},
    {"service_ready", 1, "name: str", "whether it runs and every plugin of it is ready for calls", ready},
};

}  // namespace

std::span<const AdminVerb> service_verbs() { return verbs; }

}  // namespace lodge::control
