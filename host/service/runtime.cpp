#include "service/runtime.hpp"

#include <algorithm>
#include <utility>

namespace lodge::service {

namespace {

/// How long code that was held is waited for once everything that it may have waited for has stopped.
constexpr std::int64_t held_patience_ns = 500'000'000;

}  // namespace

Runtime::Runtime(RuntimeParts parts)
    : parts_(parts),
      spans_(parts.clock, parts.span_seed),
      children_({.clock = parts.clock,
                 .executor = parts.executor,
                 .turns = parts.turns,
                 .timers = parts.timers,
                 .fail =
                     [this](const plugin::HostContext& instance, const Error& error, const std::string& reason) {
                       if (const std::shared_ptr<Service> found = find(instance.service())) found->fail(error, reason);
                     }}),
      status_watches_(parts.executor),
      node_{.name = parts.name,
            .ground = {.clock = parts.clock,
                       .executor = parts.executor,
                       .tickets = tickets_,
                       .patience_ns = parts.call_timeout_ns,
                       .answer_bytes_max = parts.answer_bytes_max,
                       .quick_since = quick_since_,
                       .metrics = metrics_,
                       .in_flight = in_flight_,
                       .spans = spans_},
            .turns = parts.turns,
            .timers = parts.timers,
            .interfaces = parts.interfaces,
            .plugins = parts.plugins,
            .listeners = {},
            .hash_seed = parts.hash_seed,
            .lifecycle = parts.lifecycle,
            .drain_patience_ns = parts.drain_patience_ns,
            .contexts = contexts_,
            .children = children_,
            .status_watches = status_watches_},
      deadlines_(parts.clock, parts.timers),
      calls_(node_.ground, deadlines_, services_),
      call_interface_(calls_),
      plugin_timers_(parts.clock, parts.timers, parts.executor),
      plugin_services_(*this),
      plugin_spans_(spans_, calls_) {
  node_.calls = &calls_;
  offer_calls(parts_.interfaces, call_interface_);
  offer_timers(parts_.interfaces, plugin_timers_);
  offer_children(parts_.interfaces, children_);
  offer_services(parts_.interfaces, plugin_services_);
  offer_trace(parts_.interfaces, plugin_spans_);
  listen(children_);
  listen(call_interface_);
  listen(plugin_timers_);
  listen(plugin_services_);
  listen(plugin_spans_);
}

Runtime::~Runtime() = default;

std::vector<Finding> Runtime::check(const ServiceSpec& spec) {
  return plan_chain(spec, parts_.plugins, parts_.interfaces).findings;
}

Result<std::shared_ptr<Service>> Runtime::make(const ServiceSpec& spec) {
  // Before its plugins are looked for, and once more when they have been found.
  if (Status free = services_.vacant(spec.name); !free) return std::move(free).error();
  Result<Recipe> recipe = make_recipe(spec, parts_.plugins, parts_.interfaces);
  if (!recipe) return std::move(recipe).error();
  auto made = std::make_shared<Service>(node_, calls_.cell(spec.name), spec, *std::move(recipe));
  if (Status put = services_.put(made); !put) return std::move(put).error();
  return made;
}

Status Runtime::start(const ServiceSpec& spec) {
  const Result<std::shared_ptr<Service>> made = make(spec);
  if (!made) return made.error();
  Service& service = **made;
  (void)service.want(spec.paused ? Admin::pause : Admin::active, spec.paused ? "paused in the configuration" : "init");
  const Service::State state = service.settle(std::chrono::nanoseconds(without_end));
  if (state.running != Running::failed) return {};
  // Nobody else would look after it.
  if (spec.by_plugin) (void)remove(spec.name, std::chrono::nanoseconds(0));
  return *state.last_error;
}

Status Runtime::stop(std::string_view name, std::chrono::nanoseconds patience) {
  const std::shared_ptr<Service> found = find(name);
  if (!found) return Error{Code::NOT_FOUND, services_.refusal(name).message};
  found->end("stop", parts_.clock.now() + patience.count());
  if (!found->settle_unless_held()) found->give_up();
  (void)found->settle(std::chrono::nanoseconds(without_end));
  if (!found->stuck()) return {};
  return Error{Code::FAILED_PRECONDITION, "service " + std::string(name) +
                                              " did not stop: plugin code in it did not "
                                              "return by limits.drain_timeout_ms"};
}

Status Runtime::remove(std::string_view name, std::chrono::nanoseconds patience) {
  Status stopped = stop(name, patience);
  if (stopped) services_.remove(name);
  return stopped;
}

bool Runtime::stop_all(std::chrono::nanoseconds patience) {
  const MonotonicNs until = parts_.clock.now() + patience.count();
  std::vector<std::shared_ptr<Service>> all = services_.close();
  // No new work anywhere first, so that all of them drain at the same time.
  for (const std::shared_ptr<Service>& each : all) each->drain(until);
  for (const std::shared_ptr<Service>& each : all) (void)each->settle(std::chrono::nanoseconds(without_end));
  std::reverse(all.begin(), all.end());
  // What is held inside one may wait for another that stops later: all of them get their turn before any is given up.
  for (const std::shared_ptr<Service>& each : all) {
    each->end("stop", until);
    (void)each->settle_unless_held();
  }
  bool clean = true;
  for (const std::shared_ptr<Service>& each : all) {
    (void)each->settle(std::chrono::nanoseconds(held_patience_ns));
    each->give_up();
    (void)each->settle(std::chrono::nanoseconds(without_end));
    clean = !each->stuck() && clean;
  }
  services_.open();
  return clean;
}

std::optional<Runtime::RunningHook> Runtime::running_hook() const {
  for (const std::shared_ptr<Service>& service : services()) {
    const std::shared_ptr<const Assembly> now = service->assembly();
    if (!now) continue;
    for (const std::shared_ptr<Instance>& instance : now->instances) {
      if (const char* const hook = instance->running_hook()) {
        return RunningHook{service->name(), instance->name(), hook};
      }
    }
  }
  if (const auto child = children_.running()) {
    return RunningHook{child->instance.service(), child->instance.plugin(), child->what};
  }
  return std::nullopt;
}

}  // namespace lodge::service
