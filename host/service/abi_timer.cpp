#include "service/abi_timer.hpp"

#include <algorithm>

#include "plugin/thread_tags.hpp"
#include "service/plugin_timer.hpp"

namespace lodge::service {

std::int32_t PluginTimers::start(plugin::HostContext& context, std::int64_t delay_ns, std::int64_t period_ns,
                                 lodge_timer_fn fn, void* user, lodge_handle& timer) {
  {
    std::lock_guard lock(counts_mutex_);
    std::size_t& count = counts_[context.instance_owner()];
    if (count >= per_instance_max) return LODGE_RESOURCE_EXHAUSTED;
    ++count;
  }
  auto made = std::make_shared<PluginTimer>(*this, context, period_ns, fn, user);
  timer = slots_.add(made);
  const MonotonicNs now = clock_.now();
  made->arm(timer, delay_ns < no_deadline - now ? now + delay_ns : no_deadline);
  return LODGE_OK;
}

std::int32_t PluginTimers::cancel(plugin::HostContext& context, lodge_handle timer) {
  const auto found = slots_.find(timer);
  if (!found || (*found)->owner() != context.instance_owner()) return LODGE_STALE;
  over(**found);
  (*found)->cancel();
  return LODGE_OK;
}

// Its handle is stale from now on.
void PluginTimers::over(const PluginTimer& timer) {
  if (!slots_.remove(timer.handle())) return;
  std::lock_guard lock(counts_mutex_);
  const auto count = counts_.find(timer.owner());
  if (count != counts_.end() && --count->second == 0) counts_.erase(count);
}

void PluginTimers::instance_ended(std::uint64_t instance_owner) {
  const auto ended = slots_.remove_where(
      [instance_owner](const std::shared_ptr<PluginTimer>& each) { return each->owner() == instance_owner; });
  for (const std::shared_ptr<PluginTimer>& each : ended) each->cancel();
  std::lock_guard lock(counts_mutex_);
  counts_.erase(instance_owner);
}

namespace {

using plugin::Entry;
using plugin::Place;

std::int64_t now(const lodge_host* host) { return Entry(host)->state<PluginTimers>(Place::timer).clock().now(); }

std::int64_t wall(const lodge_host* host) { return Entry(host)->state<PluginTimers>(Place::timer).clock().wall(); }

std::int32_t start(const lodge_host* host, std::int64_t delay_ns, std::int64_t period_ns, lodge_timer_fn fn, void* user,
                   lodge_handle* timer) {
  const Entry entry(host);
  if (!entry.begins()) return LODGE_STALE;
  if (delay_ns < 0 || period_ns < 0 || fn == nullptr || timer == nullptr) return LODGE_INVALID_ARGUMENT;
  return entry->state<PluginTimers>(Place::timer).start(entry.context(), delay_ns, period_ns, fn, user, *timer);
}

std::int32_t cancel(const lodge_host* host, lodge_handle timer) {
  const Entry entry(host);
  if (!entry.live()) return LODGE_STALE;
  if (!plugin::may_wait(LODGE_TIMER_V1 " cancel")) return LODGE_FAILED_PRECONDITION;
  return entry->state<PluginTimers>(Place::timer).cancel(entry.context(), timer);
}

constexpr lodge_timer_v1 table{.now = now, .wall = wall, .start = start, .cancel = cancel};

}  // namespace

void offer_timers(plugin::InterfaceRegistry& registry, PluginTimers& timers) {
  registry.offer(Place::timer, LODGE_TIMER_V1, &table, &timers);
}

}  // namespace lodge::service
