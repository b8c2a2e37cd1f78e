#include "service/chain_plan.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "base/closest.hpp"
#include "service/chain_order.hpp"
#include "service/settings.hpp"

namespace lodge::service {

namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

Status check_needs(const plugin::Descriptor& plugin, const std::vector<std::string>& denied,
                   const plugin::InterfaceRegistry& interfaces) {
  for (const std::string& need : plugin.needs) {
    if (interfaces.find(need) == nullptr) {
      return Error{Code::FAILED_PRECONDITION, "plugin " + plugin.name + " " + plugin.version + " needs the interface " +
                                                  need + ", which this host does not have; it has " +
                                                  joined(interfaces.ids()) + ". Use a plugin built for this host"};
    }
    if (std::find(denied.begin(), denied.end(), need) != denied.end()) {
      return Error{Code::PERMISSION_DENIED, "plugin " + plugin.name + " needs the interface " + need +
                                                ", which plugin." + plugin.name + ".deny denies it"};
    }
  }
  return {};
}

Status check_config_names(const ServiceSpec& spec, const std::vector<std::string>& chain) {
  for (const auto& [name, given] : spec.config) {
    if (std::find(chain.begin(), chain.end(), name) != chain.end()) continue;
    return Error{Code::INVALID_ARGUMENT, "service." + spec.name + ".config." + name +
                                             ": no plugin of that name is in the service's chain" +
                                             did_you_mean(name, chain)};
  }
  return {};
}

// A function has one plugin that answers it; the dispatch would refuse the service otherwise, but only at its start.
Status check_functions(const ChainPlan& plan) {
  std::map<std::pair<std::string_view, std::uint32_t>, std::pair<const plugin::Descriptor*, bool>> seen;
  for (const PlannedPlugin& each : plan.plugins) {
    for (const plugin::Callback& callback : each.descriptor->callbacks) {
      const auto [at, fresh] =
          seen.try_emplace({callback.name, callback.arity}, std::pair(each.descriptor, callback.function()));
      if (fresh || (!at->second.second && !callback.function())) continue;
      return Error{Code::ALREADY_EXISTS, "plugins " + at->second.first->name + " and " + each.descriptor->name +
                                             " both offer " + callback.name + "/" + std::to_string(callback.arity) +
                                             ", and at least one as a function, which only one plugin answers; leave "
                                             "one of them out"};
    }
  }
  return {};
}

Result<ChainPlan> plan(const ServiceSpec& spec, PluginSource& source, const plugin::InterfaceRegistry& interfaces) {
  std::optional<Error> missing;
  bool listed = false;  // the missing plugin is one of the list, not what another one needs
  Result<ChainOrder> order = order_chain(spec.plugins, [&](std::string_view name) -> const plugin::Descriptor* {
    Result<const plugin::Descriptor*> found = source.describe(name);
    if (found) return *found;
    if (!missing) {
      missing = std::move(found).error();
      listed = std::find(spec.plugins.begin(), spec.plugins.end(), name) != spec.plugins.end();
    }
    return nullptr;
  });
  if (!order) {
    // Why a plugin could not be had says more than that it is missing.
    if (!missing) return std::move(order).error();
    if (listed) return *missing;
    return Error{missing->code, order.error().message + ": " + missing->message};
  }
  ChainPlan out{.plugins = {}, .notes = order->notes};
  if (Status named = check_config_names(spec, order->plugins); !named) return std::move(named).error();
  for (const std::string& name : order->plugins) {
    const Result<const plugin::Descriptor*> found = source.describe(name);
    if (!found) return found.error();
    const plugin::Descriptor* const descriptor = *found;
    if (Status met = check_needs(*descriptor, source.denied(name), interfaces); !met) return std::move(met).error();
    const auto given = spec.config.find(name);
    Result<wire::Value> settings =
        effective_settings(*descriptor, given != spec.config.end() ? given->second : wire::Value(),
                           "service." + spec.name + ".config." + name);
    if (!settings) return std::move(settings).error();
    out.plugins.push_back({descriptor, *std::move(settings)});
  }
  if (Status single = check_functions(out); !single) return std::move(single).error();
  return out;
}

}  // namespace

Result<ChainPlan> plan_chain(const ServiceSpec& spec, PluginSource& source,
                             const plugin::InterfaceRegistry& interfaces) {
  Result<ChainPlan> out = plan(spec, source, interfaces);
  // What begins with a path of the configuration says itself where it is.
  if (!out && !out.error().message.starts_with("service.")) {
    const std::string where = spec.origin.empty() ? "" : spec.origin + ": ";
    out.error().message = where + "service " + spec.name + ": " + out.error().message;
  }
  return out;
}

}  // namespace lodge::service
