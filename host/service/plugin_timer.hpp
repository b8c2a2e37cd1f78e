// One timer of a plugin.
#pragma once

#include <lodge/timer.h>

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "service/abi_timer.hpp"

namespace lodge::service {

/// Due on the loop, run on a worker, one firing at a time. Thread-safe.
class PluginTimer final : public Task, public std::enable_shared_from_this<PluginTimer> {
 public:
  /// Shorter periods are made as long: the loop is precise to about a millisecond, and has others to serve.
  static constexpr std::int64_t period_ns_min = 1'000'000;

  PluginTimer(PluginTimers& all, plugin::HostContext& context, std::int64_t period_ns, lodge_timer_fn fn, void* user)
      : all_(all),
        context_(context),
        period_ns_(period_ns == 0 ? 0 : std::max(period_ns, period_ns_min)),
        fn_(fn),
        user_(user) {}

  /// Under `handle`, first due at `when`.
  void arm(lodge_handle handle, MonotonicNs when);

  /// It never fires again, and is not running when this returns, unless on this thread.
  void cancel();

  void run() noexcept override;

  [[nodiscard]] std::uint64_t owner() const { return context_.instance_owner(); }
  [[nodiscard]] lodge_handle handle() const { return handle_; }

 private:
  void schedule();
  void due();

  PluginTimers& all_;
  plugin::HostContext& context_;
  const std::int64_t period_ns_;
  const lodge_timer_fn fn_;
  void* const user_;
  lodge_handle handle_ = 0;
  std::mutex mutex_;
  std::condition_variable idle_;
  MonotonicNs when_ = 0;
  TimerId scheduled_ = 0;
  bool cancelled_ = false;
  std::shared_ptr<PluginTimer> firing_;  ///< itself, from due until it has run
  const void* runs_on_ = nullptr;        ///< the stack that `fn` runs on now
};

}  // namespace lodge::service
