// lodge.timer/1, the host's side.
#pragma once

#include <lodge/timer.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

#include "base/executor.hpp"
#include "base/slots.hpp"
#include "base/timers.hpp"
#include "plugin/host_context.hpp"
#include "service/node_parts.hpp"

namespace lodge::service {

class PluginTimer;

/// All timers of all instances. Thread-safe.
class PluginTimers final : public OwnerListener {
 public:
  PluginTimers(const Clock& clock, Timers& timers, Executor& executor)
      : clock_(clock), timers_(timers), executor_(executor) {}

  static constexpr std::size_t per_instance_max = 65'536;

  [[nodiscard]] std::int32_t start(plugin::HostContext& context, std::int64_t delay_ns, std::int64_t period_ns,
                                   lodge_timer_fn fn, void* user, lodge_handle& timer);
  [[nodiscard]] std::int32_t cancel(plugin::HostContext& context, lodge_handle timer);

  void instance_ended(std::uint64_t instance_owner) override;
  void service_ended(std::uint64_t) override {}

  [[nodiscard]] const Clock& clock() const { return clock_; }

 private:
  friend class PluginTimer;
  void over(const PluginTimer& timer);

  const Clock& clock_;
  Timers& timers_;
  Executor& executor_;
  Slots<std::shared_ptr<PluginTimer>> slots_;
  std::mutex counts_mutex_;
  std::map<std::uint64_t, std::size_t> counts_;  // by instance
};

void offer_timers(plugin::InterfaceRegistry& registry, PluginTimers& timers);

}  // namespace lodge::service
