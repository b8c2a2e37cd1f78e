#include "service/service.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "service/settings.hpp"

namespace lodge::service {

namespace {

/// How long code of a plugin that has no deadline of its own is waited for: timers, watches, completions, threads.
constexpr std::chrono::seconds code_patience{2};

}  // namespace

std::string_view running_name(Running running) {
  switch (running) {
    case Running::starting:
      return "starting";
    case Running::running:
      return "running";
    case Running::paused:
      return "paused";
    case Running::stopping:
      return "stopping";
    case Running::stopped:
      return "stopped";
    case Running::failed:
      return "failed";
  }
  return "unknown";
}

Service::Service(const NodeParts& node, Cell& cell, ServiceSpec spec, std::vector<LoadedPlugin> plugins,
                 std::vector<std::string> notes)
    : node_(node),
      cell_(cell),
      spec_(std::move(spec)),
      notes_(std::move(notes)),
      owner_(plugin::HostContext::new_owner()),
      store_(std::make_unique<Store>(node.ground.clock, node.ground.executor, node.hash_seed, spec_.name,
                                     spec_.store_bytes_max)) {
  for (LoadedPlugin& each : plugins) {
    auto context = std::make_unique<InstanceContext>(node_.interfaces, spec_.name, each.plugin->descriptor.name,
                                                     std::move(each.denied));
    context->set_service_owner(owner_);
    context->set_settings(each.settings.pack());
    context->store = store_.get();
    context->service_object = this;
    instances_.push_back(std::make_unique<Instance>(std::move(each.plugin), *context, node_.ground.executor));
    node_.contexts.push_back(std::move(context));
  }
  state_.since_wall_ns = node_.ground.clock.wall();
}

Service::~Service() = default;

Status Service::start() {
  enter_state(Running::starting, "init");
  Status done = create_instances();
  if (done) done = ask_config();
  if (done) {
    dispatch_ = Dispatch::build(instances_);
    done = start_instances();
  }
  if (!done) {
    stop_instances();
    // With code of it still running it cannot be replaced by another try.
    const bool ended = destroy_instances(code_patience);
    enter_state(ended ? Running::failed : Running::stopping, "start failed", &done.error());
    return done;
  }
  if (!spec_.paused) cell_.open(*this);
  enter_state(spec_.paused ? Running::paused : Running::running,
              spec_.paused ? "paused in the configuration" : "started");
  return {};
}

bool Service::stop(std::chrono::nanoseconds patience) {
  const MonotonicNs deadline = node_.ground.clock.now() + patience.count();
  enter_state(Running::stopping, "stop");
  cell_.close();
  bool empty = cell_.gate().wait_empty_for(node_.ground.executor, patience.count());
  if (!empty) {
    void_tickets();
    // Those that only waited for a ticket leave now; this long is for their answers to be written.
    constexpr std::int64_t half_a_second = 500'000'000;
    empty = cell_.gate().wait_empty_for(node_.ground.executor, half_a_second);
  }
  if (!empty) {
    log::error("service." + spec_.name,
               "plugin code still runs after the drain deadline; its instances are left alone");
    enter_state(Running::stopping, "plugin code does not return");
    return false;
  }
  stop_instances();
  const auto left = std::chrono::nanoseconds(deadline - node_.ground.clock.now());
  if (!destroy_instances(std::max<std::chrono::nanoseconds>(left, code_patience))) {
    enter_state(Running::stopping, "plugin code does not return");
    return false;
  }
  enter_state(Running::stopped, "stop");
  return true;
}

Status Service::create_instances() {
  for (auto each = instances_.rbegin(); each != instances_.rend(); ++each) {
    if (Status made = (*each)->create(); !made) return made;
  }
  return {};
}

// Each sees the whole configuration as its predecessor left it; what comes out is checked like what came in.
Status Service::ask_config() {
  wire::Value config = wire::Value::Map{};
  for (const std::unique_ptr<Instance>& instance : instances_) {
    Result<wire::Value> settings = wire::Value::unpack(*instance->context().settings());
    if (!settings) return std::move(settings).error();
    config.set(instance->name(), *std::move(settings));
  }
  Bytes packed = config.pack();
  for (const std::unique_ptr<Instance>& instance : instances_) {
    Result<Bytes> answered = instance->config(std::move(packed));
    if (!answered) return std::move(answered).error();
    packed = *std::move(answered);
  }
  Result<wire::Value> checked = wire::Value::unpack(packed);
  if (!checked) return std::move(checked).error();
  std::vector<Finding> findings;
  for (const std::unique_ptr<Instance>& instance : instances_) {
    const wire::Value* const given = checked->find(instance->name());
    const wire::Value settings =
        effective_settings(instance->plugin().descriptor, given != nullptr ? *given : wire::Value(),
                           "service." + spec_.name + ".config." + instance->name(), findings);
    instance->context().set_settings(settings.pack());
  }
  if (!findings.empty()) return error_of(findings);
  return {};
}

Status Service::start_instances() {
  for (auto each = instances_.rbegin(); each != instances_.rend(); ++each) {
    if (Status started = (*each)->start(); !started) return started;
  }
  return {};
}

void Service::stop_instances() {
  for (const std::unique_ptr<Instance>& instance : instances_) {
    if (Status stopped = instance->stop(); !stopped) log::warn("service." + spec_.name, stopped.error().text());
  }
}

bool Service::destroy_instances(std::chrono::nanoseconds patience) {
  BlockedScope blocked(node_.ground.executor);
  bool all = true;
  for (const std::unique_ptr<Instance>& instance : instances_) {
    if (!quiesce(*instance, patience)) {
      log::misbehaved(instance->name(), "a timer, a watch, a completion or a thread of its own in service " +
                                            spec_.name +
                                            " has not come back after the service stopped; the instance is left alone");
      all = false;
      continue;
    }
    store_->release_instance(instance->context().instance_owner());
    for (OwnerListener* each : node_.listeners) each->instance_ended(instance->context().instance_owner());
    instance->destroy();
  }
  if (!all) return false;
  for (OwnerListener* each : node_.listeners) each->service_ended(owner_);
  dispatch_ = nullptr;
  return true;
}

// Nothing new is started; each call that the instance has started is answered; nobody is in its code any more.
bool Service::quiesce(Instance& instance, std::chrono::nanoseconds patience) {
  InstanceContext& context = instance.context();
  context.owed_answers.close();
  for (OwnerListener* each : node_.listeners) each->instance_stopped(context.instance_owner());
  return context.owed_answers.wait_empty_for(node_.ground.executor, patience.count()) && instance.seal(patience);
}

void Service::void_tickets() {
  for (const std::unique_ptr<Instance>& instance : instances_) {
    const std::uint64_t owner = instance->context().instance_owner();
    for (const std::shared_ptr<Deferral>& each : node_.ground.tickets.remove_where(
             [owner](const std::shared_ptr<Deferral>& ticket) { return ticket->facts().instance_owner == owner; })) {
      (void)each->complete(LODGE_UNAVAILABLE, view_of("the service stopped before the answer came"), Executed::maybe);
    }
  }
}

void Service::enter_state(Running running, std::string_view reason, const Error* error) {
  {
    std::lock_guard lock(state_mutex_);
    state_.running = running;
    state_.reason = reason;
    state_.since_wall_ns = node_.ground.clock.wall();
    if (error != nullptr) state_.last_error = error->text();
  }
  const std::string module = "service." + spec_.name;
  if (error != nullptr) {
    log::error(module, std::string(running_name(running)) + ": " + error->text());
  } else {
    log::info(module, std::string(running_name(running)) + " (" + std::string(reason) + ")");
  }
}

Service::State Service::state() const {
  std::lock_guard lock(state_mutex_);
  return state_;
}

}  // namespace lodge::service
