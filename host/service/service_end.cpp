// The steps of a service's life that lead down.
#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "service/abi_child.hpp"
#include "service/poll.hpp"
#include "service/service.hpp"

namespace lodge::service {

namespace {

/// How long code of a plugin that has no deadline of its own is waited for: timers, watches, completions, threads.
constexpr std::chrono::seconds code_patience{2};
/// Those that only waited for a ticket leave once it is void; this long is for their answers to be written.
constexpr MonotonicNs leaving_patience_ns = 500'000'000;
/// Between two times of asking whether plugins have drained.
constexpr MonotonicNs drain_pause_ns = 50'000'000;
constexpr MonotonicNs drain_poll_patience_ns = 1'000'000'000;

}  // namespace

// Waits until nobody is inside any door that is closed.
bool Service::left_by(MonotonicNs until) {
  const auto is_closed = [](const Entrance& each) { return each.door->gate().closed(); };
  std::erase_if(entrances_, [&](const Entrance& each) {
    if (!is_closed(each)) return false;
    const MonotonicNs left = std::max<MonotonicNs>(0, until - node_.ground.clock.now());
    if (!each.door->gate().wait_empty_for(node_.ground.executor, left)) return false;
    Cell::release(*each.door);
    return true;
  });
  return std::none_of(entrances_.begin(), entrances_.end(), is_closed);
}

std::vector<std::string> Service::not_drained(const Dispatch& dispatch) const {
  std::vector<std::string> out;
  for (const Polled& each : poll(node_.ground, cell_, dispatch, "service_drain", {}, drain_poll_patience_ns)) {
    // Who fails at the question has nothing to wait for that anybody knows of.
    if (each.says_no()) out.push_back(each.plugin);
  }
  return out;
}

// Calls may wait for what plugins finish only once they are asked to drain: both are looked at in turn.
void Service::drain_until(MonotonicNs until) {
  cell_.close();
  const Clock& clock = node_.ground.clock;
  const std::shared_ptr<const Assembly> now = assembly();
  bool drained = false;
  bool last = false;
  while (!drained && !last) {
    last = clock.now() >= until;
    Draining seen{.in_flight = 0, .not_drained = not_drained(*now->dispatch), .until = until};
    const bool empty = left_by(std::min(until, clock.now() + drain_pause_ns));
    for (const Entrance& each : entrances_) seen.in_flight += each.door->gate().inside();
    drained = empty && seen.not_drained.empty();
    if (empty && !drained && !last) pause_until(std::min(until, clock.now() + drain_pause_ns));
    show_draining(std::move(seen));
  }
  show_draining(std::nullopt);
}

void Service::pause_until(MonotonicNs when) {
  std::unique_lock lock(mutex_);
  const MonotonicNs left = std::max<MonotonicNs>(0, when - node_.ground.clock.now());
  (void)node_.ground.executor.wait(lock, idle_, left, [] { return false; });
}

bool Service::stop() {
  MonotonicNs until = node_.ground.clock.now() + node_.drain_patience_ns;
  {
    std::lock_guard lock(mutex_);
    if (drained_by_ != no_deadline) until = drained_by_;
  }
  drain_until(until);
  if (!left_by(node_.ground.clock.now()) &&
      !left_without_tickets_by(node_.ground.clock.now() + leaving_patience_ns, all_instances()) &&
      !wait_for_the_held()) {
    return false;
  }
  stop_instances();
  return true;
}

// Calls that get to run only now may still take tickets: those are void too. Looks once at least, a pause long.
bool Service::left_without_tickets_by(MonotonicNs until, const std::vector<std::shared_ptr<Instance>>& of) {
  for (;;) {
    for (const std::shared_ptr<Instance>& each : of) void_tickets_of(*each);
    const MonotonicNs now = node_.ground.clock.now();
    if (left_by(now + drain_pause_ns)) return true;
    if (now + drain_pause_ns >= until) return false;
  }
}

// Nobody can take their code away; but what they wait for may still come, when another service stops for one.
bool Service::wait_for_the_held() {
  log::error(log_module(), "plugin code still runs after the drain deadline");
  const auto hold = [this](bool held) {
    std::lock_guard lock(mutex_);
    held_ = held;
    idle_.notify_all();
    return given_up_;
  };
  bool given_up = hold(true);
  while (!given_up && !left_without_tickets_by(node_.ground.clock.now(), all_instances())) given_up = hold(true);
  (void)hold(false);
  if (given_up) log::error(log_module(), "plugin code does not return; its instances are left alone");
  return !given_up;
}

void Service::stop_instances() {
  for (const std::shared_ptr<Instance>& instance : assembly()->instances) stop_instance(*instance);
}

// It releases first what it holds; its children end behind that, those of a start that failed half way too.
void Service::stop_instance(Instance& instance) {
  node_.children.close(instance.context());
  if (Status stopped = instance.stop(); !stopped) log::warn(log_module(), stopped.error().text());
  node_.children.end(instance.context());
}

bool Service::destroy() {
  BlockedScope blocked(node_.ground.executor);
  bool all = end_retired();
  for (const std::shared_ptr<Instance>& instance : assembly()->instances) all = destroy_instance(*instance) && all;
  if (!all) return false;
  for (OwnerListener* each : node_.listeners) each->service_ended(owner_);
  show(nullptr);
  return true;
}

bool Service::destroy_instance(Instance& instance) {
  if (!quiesce(instance, code_patience)) {
    log::misbehaved(instance.name(), "a timer, a watch, a completion or a thread of its own in service " + name() +
                                         " has not come back after it stopped; the instance is left alone");
    return false;
  }
  store_->release_instance(instance.context().instance_owner());
  for (OwnerListener* each : node_.listeners) each->instance_ended(instance.context().instance_owner());
  instance.destroy();
  return true;
}

bool Service::hold_calls(const std::shared_ptr<Hold>& hold) {
  open_door_ = &cell_.open(*hold->dispatch());
  entrances_.push_back({open_door_, assembly(), hold});
  if (left_by(node_.ground.clock.now() + node_.drain_patience_ns)) return true;
  open();
  hold->release();
  return false;
}

// What is in no chain, or has never been. False: its code has not returned, and it is left alone.
bool Service::bury(const std::shared_ptr<Instance>& instance) {
  const bool destroyed = destroy_instance(*instance);
  if (!destroyed) left_alone_.push_back(instance);
  return destroyed;
}

// Calls that began before the swap go on in them; the chain that calls come in by now has them no more.
void Service::retire(std::vector<std::shared_ptr<Instance>> old) {
  retired_.insert(retired_.end(), old.begin(), old.end());
  if (retired_.empty() && left_by(node_.ground.clock.now())) return;
  const MonotonicNs until = node_.ground.clock.now() + node_.drain_patience_ns;
  const std::unique_ptr<const Dispatch> alone = Dispatch::build(retired_, node_.ground.metrics);
  while (node_.ground.clock.now() < until && !not_drained(*alone).empty()) {
    pause_until(node_.ground.clock.now() + drain_pause_ns);
  }
  if (!left_by(until)) {
    if (!left_without_tickets_by(node_.ground.clock.now() + leaving_patience_ns, retired_)) {
      log::warn(log_module(), "calls are still in plugins that were taken out of it; those end once the calls have");
      return;
    }
  }
  (void)end_retired();
}

// Once nobody is inside of them any more.
bool Service::end_retired() {
  bool all = true;
  for (const std::shared_ptr<Instance>& each : retired_) stop_instance(*each);
  for (const std::shared_ptr<Instance>& each : std::exchange(retired_, {})) all = bury(each) && all;
  return all;
}

// Nothing new is started; each call that the instance has started is answered; nobody is in its code any more.
bool Service::quiesce(Instance& instance, std::chrono::nanoseconds patience) {
  InstanceContext& context = instance.context();
  context.owed_answers.close();
  for (OwnerListener* each : node_.listeners) each->instance_stopped(context.instance_owner());
  return context.owed_answers.wait_empty_for(node_.ground.executor, patience.count()) && instance.seal(patience);
}

std::vector<std::shared_ptr<Instance>> Service::all_instances() const {
  std::vector<std::shared_ptr<Instance>> out = assembly()->instances;
  out.insert(out.end(), retired_.begin(), retired_.end());
  return out;
}

void Service::void_tickets_of(Instance& instance) {
  const std::uint64_t owner = instance.context().instance_owner();
  for (const std::shared_ptr<Deferral>& each : node_.ground.tickets.remove_where(
           [owner](const std::shared_ptr<Deferral>& ticket) { return ticket->facts().instance_owner == owner; })) {
    (void)each->complete(LODGE_UNAVAILABLE, view_of("the service stopped before the answer came"), Executed::maybe);
  }
}

}  // namespace lodge::service
