#include "service/runtime.hpp"

#include <algorithm>
#include <utility>

namespace lodge::service {

Runtime::Runtime(RuntimeParts parts)
    : parts_(parts),
      node_{.ground = {.clock = parts.clock,
                       .executor = parts.executor,
                       .tickets = tickets_,
                       .patience_ns = parts.call_timeout_ns,
                       .answer_bytes_max = parts.answer_bytes_max,
                       .quick_since = quick_since_},
            .interfaces = parts.interfaces,
            .listeners = {},
            .hash_seed = parts.hash_seed,
            .contexts = contexts_},
      deadlines_(parts.clock, parts.timers),
      calls_(node_.ground, deadlines_, services_),
      call_interface_(calls_),
      plugin_timers_(parts.clock, parts.timers, parts.executor) {
  offer_calls(parts_.interfaces, call_interface_);
  offer_timers(parts_.interfaces, plugin_timers_);
  listen(call_interface_);
  listen(plugin_timers_);
}

Runtime::~Runtime() = default;

std::vector<Finding> Runtime::check(const ServiceSpec& spec) {
  return plan_chain(spec, parts_.plugins, parts_.interfaces).findings;
}

Status Runtime::start(const ServiceSpec& spec) {
  if (const std::shared_ptr<Service> present = find(spec.name);
      present && present->state().running != Running::failed && present->state().running != Running::stopped) {
    return Error{Code::ALREADY_EXISTS,
                 "service " + spec.name + " is " + std::string(running_name(present->state().running)) + " already"};
  }
  ChainPlan plan = plan_chain(spec, parts_.plugins, parts_.interfaces);
  if (!plan.findings.empty()) return error_of(plan.findings);
  std::vector<LoadedPlugin> plugins;
  for (PlannedPlugin& each : plan.plugins) {
    const std::string& name = each.descriptor->name;
    Result<std::shared_ptr<const plugin::Plugin>> loaded = parts_.plugins.load(name);
    if (!loaded) return Error{loaded.error().code, "service " + spec.name + ": " + loaded.error().message};
    plugins.push_back({*std::move(loaded), parts_.plugins.denied(name), std::move(each.settings)});
  }
  auto made = std::make_shared<Service>(node_, calls_.cell(spec.name), spec, std::move(plugins), std::move(plan.notes));
  services_.put(made);
  return made->start();
}

bool Runtime::stop_all(std::chrono::nanoseconds patience) {
  const MonotonicNs deadline = parts_.clock.now() + patience.count();
  std::vector<std::shared_ptr<Service>> all = services();
  // No new work anywhere first, so that all of them drain at the same time.
  for (const std::shared_ptr<Service>& each : all) each->cell().close();
  bool clean = true;
  for (auto each = all.rbegin(); each != all.rend(); ++each) {
    const Running running = (*each)->state().running;
    if (running == Running::failed || running == Running::stopped) continue;
    const auto left = std::chrono::nanoseconds(std::max<MonotonicNs>(0, deadline - parts_.clock.now()));
    clean = (*each)->stop(left) && clean;
  }
  return clean;
}

std::optional<Runtime::RunningHook> Runtime::running_hook() const {
  for (const std::shared_ptr<Service>& service : services()) {
    for (const std::unique_ptr<Instance>& instance : service->instances()) {
      if (const char* const hook = instance->running_hook()) {
        return RunningHook{service->spec().name, instance->name(), hook};
      }
    }
  }
  return std::nullopt;
}

}  // namespace lodge::service
