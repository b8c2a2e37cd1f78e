#include "service/abi_service.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/utf8.hpp"
#include "base/writer.hpp"
#include "names/border.hpp"
#include "plugin/lent_struct.hpp"
#include "plugin/name_forms.hpp"
#include "plugin/thread_tags.hpp"
#include "service/own_code.hpp"
#include "service/runtime.hpp"
#include "service/service_definition.hpp"
#include "service/service_info.hpp"

namespace lodge::service {

namespace {

using names::lent;
using plugin::Entry;
using plugin::HostContext;
using plugin::Place;
using wire::Value;

constexpr std::size_t reason_bytes_max = 256;
constexpr std::size_t message_bytes_max = 1024;

std::string who(const HostContext& by) { return "plugin " + by.plugin() + " of service " + by.service(); }

}  // namespace

// The service, unless whoever asks would wait for itself.
Result<std::shared_ptr<Service>> PluginServices::to_change(const HostContext& by, const std::string& name,
                                                           bool waits) const {
  if (name == host_service) {
    return Error{Code::PERMISSION_DENIED, "service `lodge` is the host itself: it is its operator's alone"};
  }
  if (in_hook_of(name) || (waits && (by.service() == name || in_code_of(name)))) {
    return Error{Code::DEADLOCK, "service " + name + " would wait for itself: it is its own code that asks"};
  }
  std::shared_ptr<Service> found = runtime_.find(name);
  if (!found) return runtime_.no_service(name);
  if (found->stuck()) {
    return Error{Code::FAILED_PRECONDITION, "plugin code in service " + name + " does not return; it cannot change"};
  }
  return found;
}

Status PluginServices::want(const HostContext& by, const std::string& name, const Order& order) {
  const bool waits = order.wait.count() > 0 || order.overrides;
  Result<std::shared_ptr<Service>> found = to_change(by, name, waits);
  if (!found) return std::move(found).error();
  Service& service = **found;
  if (Status given = service.override(order.overrides); !given) return given;
  (void)service.want(order.admin, order.reason.empty() ? who(by) : order.reason);
  if (order.wait.count() <= 0) return {};
  const Service::State state = service.settle(order.wait);
  if (service.busy()) {
    return Error{Code::DEADLINE_EXCEEDED,
                 fmt::format("service {} is still {}; it goes on", name, running_name(state.running)), Executed::maybe};
  }
  if (state.running == Running::failed && order.admin != Admin::inactive) return *state.last_error;
  return {};
}

Result<Changed> PluginServices::change(const HostContext& by, const std::string& name, const Change& change) {
  Result<std::shared_ptr<Service>> found = to_change(by, name, true);
  if (!found) return std::move(found).error();
  return (*found)->change(change);
}

Status PluginServices::create(const HostContext& by, ServiceSpec spec) {
  if (spec.name == host_service) {
    return Error{Code::ALREADY_EXISTS, "service `lodge` is the host itself; choose another name"};
  }
  if (by.service() == spec.name) return Error{Code::ALREADY_EXISTS, "service " + spec.name + " asks for itself"};
  spec.origin = who(by);
  return runtime_.start(spec);
}

Status PluginServices::remove(const HostContext& by, const std::string& name, std::chrono::nanoseconds drain) {
  Result<std::shared_ptr<Service>> found = to_change(by, name, true);
  if (!found) return std::move(found).error();
  if (!(*found)->spec()->by_plugin) {
    return Error{Code::FAILED_PRECONDITION,
                 "service " + name + " stands in the configuration; make it inactive instead"};
  }
  return runtime_.remove(name, drain);
}

void PluginServices::instance_ended(std::uint64_t instance_owner) {
  runtime_.status_watches().remove_owner(instance_owner);
}

namespace {

PluginServices& services_of(const Entry& entry) { return entry->state<PluginServices>(Place::service); }

std::int32_t answer(lodge_writer* error, const Status& status) {
  return status ? LODGE_OK : write_error(error, status.error());
}

std::int32_t answer_value(lodge_writer* out, const Value& value) {
  if (out == nullptr || append(*out, value.pack())) return LODGE_OK;
  return LODGE_RESOURCE_EXHAUSTED;
}

/// Runs `verb(PluginServices&, HostContext&)`, which waits, for a live instance.
template <typename Verb>
std::int32_t waiting(const lodge_host* host, const char* what, const Verb& verb) {
  const Entry entry(host);
  if (!entry.live()) return LODGE_STALE;
  if (!plugin::may_wait(what)) return LODGE_FAILED_PRECONDITION;
  return verb(services_of(entry), entry.context());
}

std::int32_t status(const lodge_host* host, const char* name, std::size_t name_size, lodge_service_visit_fn fn,
                    void* user) {
  const Entry entry(host);
  if (!entry.live()) return LODGE_STALE;
  if (fn == nullptr) return LODGE_INVALID_ARGUMENT;
  const std::string_view wanted = lent(name, name_size);
  const Runtime& runtime = services_of(entry).runtime();
  std::vector<std::shared_ptr<Service>> shown;
  if (wanted.empty()) {
    shown = runtime.services();
  } else if (std::shared_ptr<Service> found = runtime.find(wanted)) {
    shown.push_back(std::move(found));
  }
  for (const std::shared_ptr<Service>& each : shown) {
    const Service::State state = each->state();
    std::string error;
    const lodge_service_status now = status_of(each->name(), state, error);
    if (plugin::run_foreign([&] { return fn(user, &now); }) != 0) break;
  }
  return shown.empty() && !wanted.empty() ? LODGE_NOT_FOUND : LODGE_OK;
}

std::int32_t info(const lodge_host* host, const char* name, std::size_t name_size, lodge_writer* out) {
  return waiting(host, LODGE_SERVICE_V1 " info", [&](PluginServices& services, auto&) -> std::int32_t {
    const Runtime& runtime = services.runtime();
    const std::shared_ptr<Service> found = runtime.find(lent(name, name_size));
    if (!found) return write_error(out, runtime.no_service(lent(name, name_size)));
    return answer_value(out, service_info(*found, runtime.children(), runtime.clock().wall()));
  });
}

Result<PluginServices::Order> order_of(const lodge_service_order* order) {
  if (order == nullptr || !plugin::means_the_same(*order) || order->reserved != 0 || order->wait_ns < 0) {
    return Error{Code::INVALID_ARGUMENT,
                 "the order: struct_size, reserved, wait_ns or a tail that this host does not "
                 "know is wrong"};
  }
  if (order->admin > LODGE_SERVICE_INACTIVE) {
    return Error{Code::INVALID_ARGUMENT, "admin is none of LODGE_SERVICE_ACTIVE, _PAUSE and _INACTIVE"};
  }
  const std::string_view reason = text_of(order->reason);
  if (reason.size() > reason_bytes_max || !is_utf8(reason)) {
    return Error{Code::INVALID_ARGUMENT, "a reason has at most 256 bytes of UTF-8"};
  }
  PluginServices::Order out{.admin = Admin{static_cast<std::uint8_t>(order->admin)},
                            .reason = escape_for_terminal(reason),
                            .overrides = std::nullopt,
                            .wait = std::chrono::nanoseconds(order->wait_ns)};
  if (order->overrides.size == 0) return out;
  const Result<Value> value = Value::unpack(view_of(order->overrides));
  if (!value) return value.error();
  Result<PluginTables> tables = tables_of(*value, "overrides");
  if (!tables) return std::move(tables).error();
  out.overrides = *std::move(tables);
  return out;
}

std::int32_t want(const lodge_host* host, const char* name, std::size_t name_size, const lodge_service_order* order,
                  lodge_writer* error) {
  return waiting(host, LODGE_SERVICE_V1 " want", [&](PluginServices& services, HostContext& by) {
    const Result<PluginServices::Order> read = order_of(order);
    if (!read) return write_error(error, read.error());
    return answer(error, services.want(by, std::string(lent(name, name_size)), *read));
  });
}

std::int32_t change(const lodge_host* host, const char* name, std::size_t name_size, const std::uint8_t* change,
                    std::size_t change_size, lodge_writer* out) {
  return waiting(host, LODGE_SERVICE_V1 " change", [&](PluginServices& services, HostContext& by) {
    const Result<Value> value = Value::unpack(lent(change, change_size));
    if (!value) return write_error(out, value.error());
    const Result<Change> read = change_of(*value);
    if (!read) return write_error(out, read.error());
    const Result<Changed> changed = services.change(by, std::string(lent(name, name_size)), *read);
    return changed ? answer_value(out, value_of(*changed)) : write_error(out, changed.error());
  });
}

std::int32_t create(const lodge_host* host, const char* name, std::size_t name_size, const std::uint8_t* definition,
                    std::size_t definition_size, lodge_writer* error) {
  return waiting(host, LODGE_SERVICE_V1 " create", [&](PluginServices& services, HostContext& by) {
    const Result<Value> value = Value::unpack(lent(definition, definition_size));
    if (!value) return write_error(error, value.error());
    Result<ServiceSpec> spec = defined_service(std::string(lent(name, name_size)), *value);
    if (!spec) return write_error(error, spec.error());
    return answer(error, services.create(by, *std::move(spec)));
  });
}

std::int32_t remove(const lodge_host* host, const char* name, std::size_t name_size, std::int64_t drain_ns,
                    lodge_writer* error) {
  return waiting(host, LODGE_SERVICE_V1 " remove", [&](PluginServices& services, HostContext& by) {
    if (drain_ns < 0) return write_error(error, {Code::INVALID_ARGUMENT, "drain_ns is 0 or more"});
    // More than a day is as good as for ever, and does not overflow.
    constexpr std::int64_t longest_ns = 86'400'000'000'000;
    const std::chrono::nanoseconds drain(std::min(drain_ns, longest_ns));
    return answer(error, services.remove(by, std::string(lent(name, name_size)), drain));
  });
}

std::int32_t fail(const lodge_host* host, std::int32_t code, const char* message, std::size_t message_size) {
  const Entry entry(host);
  if (!entry.begins()) return LODGE_STALE;
  if (code >= 0 || !is_code(code)) return LODGE_INVALID_ARGUMENT;
  Error how{code_from(code), escape_for_terminal(lent(message, message_size).substr(0, message_bytes_max)),
            Executed::yes};
  if (how.message.empty()) how.message = "plugin " + entry->plugin() + " says so";
  if (const std::shared_ptr<Service> own = services_of(entry).runtime().find(entry->service())) {
    own->fail(how, who(entry.context()));
  }
  return LODGE_OK;
}

std::int32_t watch(const lodge_host* host, const char* name, std::size_t name_size, lodge_service_watch_fn fn,
                   void* user, lodge_handle* watch) {
  const Entry entry(host);
  if (!entry.begins()) return LODGE_STALE;
  const std::string_view wanted = lent(name, name_size);
  if (fn == nullptr || watch == nullptr || (!wanted.empty() && !plugin::is_name(wanted))) return LODGE_INVALID_ARGUMENT;
  HostContext& context = entry.context();
  const auto tell = [&context, fn, user](const lodge_service_status* status) {
    const plugin::Visit visit(context, "watch of services");
    if (visit.live()) plugin::run_foreign([&] { fn(user, status); });
  };
  *watch = services_of(entry).runtime().status_watches().add(wanted, context.instance_owner(), tell);
  return *watch != 0 ? LODGE_OK : LODGE_RESOURCE_EXHAUSTED;
}

std::int32_t unwatch(const lodge_host* host, lodge_handle watch) {
  return waiting(host, LODGE_SERVICE_V1 " unwatch", [&](PluginServices& services, HostContext& by) {
    return static_cast<std::int32_t>(services.runtime().status_watches().remove(watch, by.instance_owner()));
  });
}

constexpr lodge_service_v1 table{.status = status,
                                 .info = info,
                                 .want = want,
                                 .change = change,
                                 .create = create,
                                 .remove = remove,
                                 .fail = fail,
                                 .watch = watch,
                                 .unwatch = unwatch};

}  // namespace

void offer_services(plugin::InterfaceRegistry& registry, PluginServices& services) {
  registry.offer(Place::service, LODGE_SERVICE_V1, &table, &services);
}

}  // namespace lodge::service
