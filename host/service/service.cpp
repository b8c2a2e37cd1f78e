#include "service/service.hpp"

#include <algorithm>
#include <utility>

#include "base/function_task.hpp"
#include "base/log.hpp"
#include "service/own_code.hpp"
#include "service/transition.hpp"

namespace lodge::service {

Service::Service(const NodeParts& node, Cell& cell, ServiceSpec spec, Recipe recipe)
    : node_(node),
      cell_(cell),
      store_(std::make_unique<Store>(node.ground.clock, node.ground.executor, node.hash_seed, spec.name,
                                     spec.store_bytes_max)),
      recipe_(std::move(recipe)),
      lifecycle_(node.lifecycle, static_cast<std::uint64_t>(node.hash_seed) ^ std::hash<std::string>()(spec.name),
                 moment()),
      alarm_(node.timers),
      spec_(std::make_shared<const ServiceSpec>(std::move(spec))) {
  layers_.file = spec_->config;
}

Service::~Service() = default;

bool Service::want(Admin admin, std::string_view reason, MonotonicNs drained_by) {
  std::lock_guard lock(mutex_);
  drained_by_ = drained_by;
  const bool news = lifecycle_.want(admin, reason, moment());
  if (news) poke();
  return news;
}

void Service::end(std::string_view reason, MonotonicNs drained_by) {
  std::lock_guard lock(mutex_);
  drained_by_ = drained_by;
  lifecycle_.end(reason, moment());
  poke();
}

void Service::give_up() {
  std::lock_guard lock(mutex_);
  given_up_ = true;
}

void Service::fail(const Error& error, std::string_view reason) {
  std::lock_guard lock(mutex_);
  lifecycle_.fail(error, reason, moment());
  poke();
}

void Service::drain(MonotonicNs until) {
  std::lock_guard lock(mutex_);
  errands_.emplace_back([this, until] {
    if (assembly()) drain_until(until);
  });
  poke();
}

Result<Changed> Service::change(const Change& change) {
  if (in_code_of(name())) {
    return Error{Code::DEADLOCK, "service " + name() + " cannot wait for a change of itself from its own code"};
  }
  std::optional<Result<Changed>> out;
  std::unique_lock lock(mutex_);
  if (lifecycle_.ended()) return Error{Code::UNAVAILABLE, "service " + name() + " has been stopped for good"};
  errands_.emplace_back([&] {
    Result<Changed> changed = Transition(*this, change).run();
    const std::lock_guard done(mutex_);
    out = std::move(changed);
    idle_.notify_all();
  });
  poke();
  (void)node_.ground.executor.wait(lock, idle_, without_end, [&out] { return out.has_value(); });
  return *std::move(out);
}

Status Service::override(const std::optional<PluginTables>& settings) {
  if (!settings) return {};
  if (const Running running = state().running; running != Running::stopped && running != Running::failed) {
    return Error{Code::FAILED_PRECONDITION, "service " + name() + " is " + std::string(running_name(running)) +
                                                "; overrides are given at a start: reconfigure it instead"};
  }
  Change given;
  given.overrides = settings;
  const Result<Changed> changed = change(given);
  return changed ? Status() : Status(changed.error());
}

std::shared_ptr<const ServiceSpec> Service::spec() const {
  std::lock_guard lock(mutex_);
  return spec_;
}

void Service::adopt(std::shared_ptr<const ServiceSpec> spec, const Layers& layers) {
  layers_ = layers;
  std::lock_guard lock(mutex_);
  spec_ = std::move(spec);
}

Service::State Service::settle(std::chrono::nanoseconds patience) {
  std::unique_lock lock(mutex_);
  (void)node_.ground.executor.wait(lock, idle_, patience.count(), [this] { return !busy_; });
  return lifecycle_.state();
}

bool Service::settle_unless_held() {
  std::unique_lock lock(mutex_);
  (void)node_.ground.executor.wait(lock, idle_, without_end, [this] { return !busy_ || held_; });
  return !busy_;
}

Service::State Service::state() const {
  std::lock_guard lock(mutex_);
  return lifecycle_.state();
}

bool Service::busy() const {
  std::lock_guard lock(mutex_);
  return busy_;
}

bool Service::stuck() const {
  std::lock_guard lock(mutex_);
  return lifecycle_.is_stuck();
}

std::shared_ptr<const Assembly> Service::assembly() const {
  std::lock_guard lock(mutex_);
  return assembly_;
}

std::optional<Service::Draining> Service::draining() const {
  std::lock_guard lock(mutex_);
  return draining_;
}

void Service::show(std::shared_ptr<const Assembly> assembly) {
  std::lock_guard lock(mutex_);
  assembly_ = std::move(assembly);
}

void Service::show_draining(std::optional<Draining> draining) {
  std::lock_guard lock(mutex_);
  draining_ = std::move(draining);
}

Moment Service::moment() const { return {node_.ground.clock.now(), node_.ground.clock.wall()}; }

// Under the lock: sees to it that somebody looks at what is due.
void Service::poke() {
  if (std::exchange(busy_, true)) return;
  node_.turns.submit_always(task_of([self = shared_from_this()] { self->take_turn(); }));
}

// All that is due, one thing after the other.
void Service::take_turn() {
  std::unique_lock lock(mutex_);
  for (;;) {
    const std::optional<Lifecycle::Due> due = lifecycle_.next(moment());
    if (const std::vector<State> changes = lifecycle_.take_changes(); !changes.empty()) {
      lock.unlock();
      tell(changes);
      lock.lock();
      if (!due) continue;  // something may have been wanted meanwhile
    }
    std::function<void()> errand;
    if (!due && !errands_.empty()) {
      errand = std::move(errands_.front());
      errands_.pop_front();
    }
    if (!due && !errand) {
      // Whoever waits for this may take the node away next: nothing of it is touched any more.
      busy_ = false;
      wake_later();
      idle_.notify_all();
      return;
    }
    lock.unlock();
    Status how;
    bool returned = true;
    if (due) {
      how = perform(*due, returned);
    } else {
      errand();
    }
    lock.lock();
    if (!returned) {
      lifecycle_.stuck(moment());
    } else if (due) {
      lifecycle_.done(how, moment());
    }
  }
}

// Under the lock.
void Service::wake_later() {
  alarm_.set(lifecycle_.wakes_at(), [weak = weak_from_this()] {
    const std::shared_ptr<Service> service = weak.lock();
    if (!service) return;
    std::lock_guard lock(service->mutex_);
    service->alarm_.rang();
    service->poke();
  });
}

void Service::tell(const std::vector<State>& changes) const {
  const std::string module = log_module();
  for (const State& each : changes) {
    node_.status_watches.publish(name(), each);
    const std::string status(running_name(each.running));
    if (each.running == Running::failed) {
      log::error(module, status + " (" + each.reason + "): " + each.last_error->text());
    } else {
      log::info(module, status + " (" + each.reason + ")");
    }
  }
}

}  // namespace lodge::service
