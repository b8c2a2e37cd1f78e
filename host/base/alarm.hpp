// One time to be woken at, which may move.
#pragma once

#include <functional>
#include <utility>

#include "base/timers.hpp"

namespace lodge {

/// Used under a lock of its owner's, which `ring` takes for itself.
class Alarm {
 public:
  explicit Alarm(Timers& timers) : timers_(timers) {}

  /// Moves it; no_deadline: it is off. `ring` says `rang` first.
  void set(MonotonicNs when, std::function<void()> ring) {
    if (when == at_) return;
    if (at_ != no_deadline) (void)timers_.cancel(id_);
    at_ = when;
    if (when != no_deadline) id_ = timers_.at(when, std::move(ring));
  }
  void rang() { at_ = no_deadline; }

 private:
  Timers& timers_;
  TimerId id_ = 0;
  MonotonicNs at_ = no_deadline;
};

}  // namespace lodge
