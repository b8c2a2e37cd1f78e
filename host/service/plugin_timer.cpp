#include "service/plugin_timer.hpp"

#include <utility>

#include "base/stack_id.hpp"
#include "plugin/foreign_code.hpp"

namespace lodge::service {

void PluginTimer::arm(lodge_handle handle, MonotonicNs when) {
  std::lock_guard lock(mutex_);
  handle_ = handle;
  when_ = when;
  schedule();
}

void PluginTimer::schedule() {
  scheduled_ = all_.timers_.at(when_, [weak = weak_from_this()] {
    if (const std::shared_ptr<PluginTimer> self = weak.lock()) self->due();
  });
}

void PluginTimer::due() {
  {
    std::lock_guard lock(mutex_);
    if (cancelled_) return;
    if (period_ns_ > 0) {
      // What was missed is skipped, and the rhythm kept.
      const MonotonicNs now = all_.clock_.now();
      when_ += period_ns_ * (1 + (now > when_ ? (now - when_) / period_ns_ : 0));
      schedule();
    }
    if (firing_) return;
    firing_ = shared_from_this();
  }
  all_.executor_.submit_always(*this);
}

void PluginTimer::run() noexcept {
  bool fires = false;
  {
    std::lock_guard lock(mutex_);
    fires = !cancelled_;
    runs_on_ = this_stack();
  }
  if (fires) {
    if (period_ns_ == 0) all_.over(*this);
    const plugin::Visit visit(context_, "timer");
    if (visit.live()) plugin::run_foreign([this] { fn_(user_, handle_); });
  }
  std::shared_ptr<PluginTimer> self;
  std::lock_guard lock(mutex_);
  runs_on_ = nullptr;
  self = std::move(firing_);
  firing_ = nullptr;
  idle_.notify_all();
}

void PluginTimer::cancel() {
  std::unique_lock lock(mutex_);
  cancelled_ = true;
  (void)all_.timers_.cancel(scheduled_);
  if (runs_on_ == nullptr || runs_on_ == this_stack()) return;
  (void)all_.executor_.wait(lock, idle_, without_end, [this] { return runs_on_ == nullptr; });
}

}  // namespace lodge::service
