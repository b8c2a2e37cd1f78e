// The loop thread: one uv_loop_t, its timers, and the door through which other threads reach it.
#pragma once

#include <uv.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/status.hpp"
#include "base/timers.hpp"

namespace lodge {

/// Something to be done once at the end of this turn of the loop: what was collected is written, what was read is
/// handed over. Stays alive until it was called.
class TurnEnd {
 public:
  virtual void at_turn_end() = 0;

 protected:
  ~TurnEnd() = default;
};

/// `post`, `stop`, `at` and `cancel` from any thread; everything else on the thread that runs the loop (or before it
/// runs). Destroyed after `run` has returned and every handle on `raw` is closed.
class Loop final : public Timers {
 public:
  /// `clock` must tell CLOCK_MONOTONIC (SystemClock). `spin_us`: how long to go on polling after something happened
  /// before sleeping.
  [[nodiscard]] static Result<std::unique_ptr<Loop>> create(const Clock& clock, std::uint32_t spin_us = 0);
  ~Loop() override;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Runs until `stop`. May be called again.
  void run();
  /// Ends `run` after the turn that is going on.
  void stop();

  /// Runs `what` on the loop thread, in the order posted: one wake-up for many.
  void post(std::function<void()> what);

  TimerId at(MonotonicNs when, std::function<void()> fire) override;
  bool cancel(TimerId id) override;

  /// Calls `what.at_turn_end()` once, after this turn's events and before the loop sleeps.
  void at_turn_end(TurnEnd& what) { turn_ends_.push_back(&what); }

  /// Calls `handle` on the loop thread for each such signal, until the loop is destroyed.
  [[nodiscard]] Status on_signal(int signum, std::function<void()> handle);

  /// Something happened: with spin_us, the loop polls that much longer before it sleeps.
  void note_activity();

  [[nodiscard]] const Clock& clock() const { return clock_; }
  [[nodiscard]] uv_loop_t* raw() { return &loop_; }

 private:
  struct Signal;
  Loop(const Clock& clock, std::uint32_t spin_us);
  [[nodiscard]] Status open();
  void run_posted();
  void fire_due();
  void arm();
  void end_turn();

  const Clock& clock_;
  const std::int64_t spin_ns_;
  uv_loop_t loop_{};
  uv_async_t wake_{};
  uv_timer_t timer_{};
  uv_prepare_t prepare_{};
  uv_check_t check_{};
  uv_idle_t idle_{};
  bool open_ = false;
  bool spinning_ = false;
  bool pass_over_ = false;  ///< timers have fired, and the uv_timer is to be armed for the next
  MonotonicNs spin_until_ = 0;
  std::vector<TurnEnd*> turn_ends_;
  std::vector<TurnEnd*> ending_;
  std::vector<std::unique_ptr<Signal>> signals_;

  std::mutex posted_mutex_;
  std::vector<std::function<void()>> posted_;
  std::vector<std::function<void()>> running_;

  std::mutex timers_mutex_;
  TimerQueue<std::function<void()>> timers_;
  MonotonicNs armed_for_ = no_deadline;  // guarded by timers_mutex_
};

}  // namespace lodge
