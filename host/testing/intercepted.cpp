#include "testing/intercepted.hpp"

#include <lodge/lodge.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/closest.hpp"
#include "base/log.hpp"
#include "base/status.hpp"
#include "testing/forwards.hpp"

namespace lodge::testing {

namespace {

using plugin::HostContext;
using plugin::Place;

/// The plugin `base` is the host's own, and the test's way into a service: it is left in peace.
bool is_ours(const HostContext& context) { return context.plugin() == "base"; }

void tell(const HostContext& caller, const Function& function, const Faults::Struck& struck) {
  std::string text = "injected: " + std::string(function.interface_id) + " " + std::string(function.name) + ": " +
                     std::string(code_name(code_from(struck.code)));
  if (!struck.message.empty()) text += ": " + struck.message;
  log::info("service." + caller.service() + "." + caller.plugin(), text);
}

// Where an answer has room for a message, it is the fault's.
template <typename... Args>
void explain(const Faults::Struck& struck, Args... args) {
  const auto one = [&struck](auto arg) {
    if constexpr (std::is_same_v<decltype(arg), lodge_writer*>) {
      if (arg != nullptr) (void)append(*arg, view_of(struck.message));
    } else if constexpr (std::is_same_v<decltype(arg), std::int32_t*>) {
      if (arg != nullptr) *arg = LODGE_EXECUTED_NO;
    }
  };
  (one(args), ...);
}

template <auto member>
struct Intercepted;

template <typename Table, typename R, typename... Args, R (*Table::*member)(const lodge_host*, Args...)>
struct Intercepted<member> {
  // Where a function's writer takes the message of an error; any other takes values.
  static constexpr bool tells_why = std::is_same_v<Table, lodge_call_v1> || std::is_same_v<Table, lodge_child_v1> ||
                                    std::is_same_v<Table, lodge_metric_v1> || std::is_same_v<Table, lodge_service_v1> ||
                                    name_of<member> == "register_name";
  static constexpr bool answers_code = !std::is_same_v<R, std::int64_t> && name_of<member> != "enabled" &&
                                       name_of<member> != "wanted" && name_of<member> != "listened";

  static R run(const lodge_host* host, Args... args) {
    if (host == nullptr) return (real_table<Table>.load()->*member)(host, args...);
    HostContext& context = HostContext::from(host);
    if (is_ours(context)) return (real_table<Table>.load()->*member)(host, args...);
    auto& in = context.state<Interception>(Place::testing);
    const LogBook::Reading reading(in.book);
    const Function function{interface_of<Table>, name_of<member>};
    if (const std::optional<Faults::Struck> struck = in.faults.strike(function, context)) {
      tell(context, function, *struck);
      if constexpr (tells_why) explain(*struck, args...);
      return static_cast<R>(struck->code);
    }
    return forward(Tag<member>(), in.holdings, host, args...);
  }
};

/// What can_fail asks.
struct Listed {
  Function function;
  bool answers_code;
};

template <typename Table, auto... members>
struct Table_ {
  static_assert(sizeof(Table) == sizeof...(members) * sizeof(void*), "a function of the table is missing here");

  static constexpr Table make() {
    Table out{};
    ((out.*members = &Intercepted<members>::run), ...);
    return out;
  }
  static constexpr Table table = make();
  static constexpr std::array<Listed, sizeof...(members)> listed{
      Listed{{interface_of<Table>, name_of<members>}, Intercepted<members>::answers_code}...};

  static void offer(plugin::InterfaceRegistry& interfaces, Place place) {
    const plugin::Interface* const real = interfaces.find(interface_of<Table>);
    if (real == nullptr) return;
    real_table<Table>.store(static_cast<const Table*>(real->table));
    interfaces.offer(place, real->id, &table, real->state);
  }
};

using Calls =
    Table_<lodge_call_v1, &lodge_call_v1::resolve, &lodge_call_v1::call, &lodge_call_v1::start, &lodge_call_v1::cancel,
           &lodge_call_v1::defer, &lodge_call_v1::complete, &lodge_call_v1::awaited, &lodge_call_v1::ticket_awaited>;
using Children = Table_<lodge_child_v1, &lodge_child_v1::start, &lodge_child_v1::stop, &lodge_child_v1::exit,
                        &lodge_child_v1::supervise, &lodge_child_v1::list>;
using Store = Table_<lodge_store_v1, &lodge_store_v1::get, &lodge_store_v1::put, &lodge_store_v1::put_new,
                     &lodge_store_v1::remove, &lodge_store_v1::take, &lodge_store_v1::compare_and_put,
                     &lodge_store_v1::increment, &lodge_store_v1::append, &lodge_store_v1::update,
                     &lodge_store_v1::scan, &lodge_store_v1::size, &lodge_store_v1::watch, &lodge_store_v1::unwatch>;
using Names = Table_<lodge_names_v1, &lodge_names_v1::open_owner, &lodge_names_v1::close_owner,
                     &lodge_names_v1::register_name, &lodge_names_v1::unregister, &lodge_names_v1::whereis,
                     &lodge_names_v1::store, &lodge_names_v1::unstore, &lodge_names_v1::values, &lodge_names_v1::count,
                     &lodge_names_v1::send, &lodge_names_v1::watch, &lodge_names_v1::unwatch>;
using Config =
    Table_<lodge_config_v1, &lodge_config_v1::own, &lodge_config_v1::get, &lodge_config_v1::put,
           &lodge_config_v1::put_new, &lodge_config_v1::remove, &lodge_config_v1::increment, &lodge_config_v1::add,
           &lodge_config_v1::update, &lodge_config_v1::scan, &lodge_config_v1::watch, &lodge_config_v1::unwatch>;
using Log = Table_<lodge_log_v1, &lodge_log_v1::enabled, &lodge_log_v1::write>;
using Timers = Table_<lodge_timer_v1, &lodge_timer_v1::now, &lodge_timer_v1::wall, &lodge_timer_v1::start,
                      &lodge_timer_v1::cancel>;
using Metrics = Table_<lodge_metric_v1, &lodge_metric_v1::open, &lodge_metric_v1::add, &lodge_metric_v1::set,
                       &lodge_metric_v1::observe>;
using Services = Table_<lodge_service_v1, &lodge_service_v1::status, &lodge_service_v1::info, &lodge_service_v1::want,
                        &lodge_service_v1::change, &lodge_service_v1::create, &lodge_service_v1::remove,
                        &lodge_service_v1::fail, &lodge_service_v1::watch, &lodge_service_v1::unwatch>;
using Traces = Table_<lodge_trace_v1, &lodge_trace_v1::wanted, &lodge_trace_v1::begin, &lodge_trace_v1::set,
                      &lodge_trace_v1::event, &lodge_trace_v1::end, &lodge_trace_v1::discard, &lodge_trace_v1::listened,
                      &lodge_trace_v1::tell>;

template <typename... Tables>
std::vector<Listed> all_listed() {
  std::vector<Listed> out;
  (out.insert(out.end(), Tables::listed.begin(), Tables::listed.end()), ...);
  return out;
}

}  // namespace

void intercept(plugin::InterfaceRegistry& interfaces, Interception& interception) {
  interfaces.offer(Place::testing, "", nullptr, &interception);
  Calls::offer(interfaces, Place::call);
  Children::offer(interfaces, Place::child);
  Store::offer(interfaces, Place::store);
  Names::offer(interfaces, Place::names);
  Config::offer(interfaces, Place::config);
  Log::offer(interfaces, Place::log);
  Timers::offer(interfaces, Place::timer);
  Metrics::offer(interfaces, Place::metric);
  Services::offer(interfaces, Place::service);
  Traces::offer(interfaces, Place::trace);
}

Status can_fail(const Function& function) {
  const std::vector<Listed> all =
      all_listed<Calls, Children, Store, Names, Config, Log, Timers, Metrics, Services, Traces>();
  std::vector<std::string> ids;
  std::vector<std::string> names;
  for (const Listed& each : all) {
    ids.emplace_back(each.function.interface_id);
    if (each.function.interface_id != function.interface_id) continue;
    names.emplace_back(each.function.name);
    if (each.function.name != function.name) continue;
    if (each.answers_code) return {};
    return Error{Code::INVALID_ARGUMENT, std::string(function.interface_id) + " " + std::string(function.name) +
                                             " answers no code, so that it cannot fail"};
  }
  if (names.empty()) {
    return Error{Code::INVALID_ARGUMENT, "there is no interface `" + std::string(function.interface_id) + "`" +
                                             did_you_mean(function.interface_id, ids)};
  }
  return Error{Code::INVALID_ARGUMENT, std::string(function.interface_id) + " has no function `" +
                                           std::string(function.name) + "`" + did_you_mean(function.name, names)};
}

}  // namespace lodge::testing
