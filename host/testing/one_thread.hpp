// What a host in a library runs on: one thread, on which all plugin code takes turns, and virtual time.
//
// Each task runs on a stack of its own. Where plugin code waits for something of the host's (an answer, a serial
// instance, the end of a timer), its stack stands still and others get their turn, as other workers would; it goes on
// when what it waits for is there, in whatever order that comes. Time passes only where the one who drives says so, and
// only when nothing is left to do at the present.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "base/executor.hpp"
#include "base/timers.hpp"
#include "platform/fiber.hpp"
#include "platform/threads.hpp"
#include "plugin/frame.hpp"
#include "testing/virtual_clock.hpp"

namespace lodge::testing {

struct OneThreadOptions {
  std::uint32_t queue_depth_max = 10'000;  ///< tasks waiting, beyond which `submit` takes no more
  /// Stacks, as a host has threads: while all of them wait, tasks wait for one to come back.
  std::uint32_t stacks_max = 66;
  /// How long, in real time and in one wait, threads that are not ours get before time passes without them. Those that
  /// wait for ours get none.
  std::int64_t thread_patience_ns = 2'000'000'000;
};

/// Made, driven and destroyed by one thread. Other threads may submit tasks, set timers and wait.
class OneThread final : public Executor, public Timers {
 public:
  OneThread(VirtualClock& clock, const OneThreadOptions& options);
  /// Whoever destroys it has seen to it that nothing is queued and nothing stands.
  ~OneThread() override;
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

  /// Runs all that can run at the present time. False, and nothing done: called from a task.
  bool settle();
  /// Lets `ns` pass: what comes due meanwhile happens at its time, in order. False, and nothing done: called from a
  /// task.
  bool advance(std::int64_t ns);
  /// Runs what comes while time stands still, until `condition` holds or real time is over. False: it does not hold.
  bool hold_until(const std::function<bool()>& condition, std::int64_t real_patience_ns);

  /// Whether stacks stand still, waiting.
  [[nodiscard]] bool standing() const { return !standing_.empty(); }

  [[nodiscard]] std::size_t submit(std::span<Task* const> tasks) override;
  [[nodiscard]] std::size_t queue_depth_max() const override { return options_.queue_depth_max; }
  void submit_always(Task& task) override;
  void enter_blocked() override {}
  void leave_blocked() override {}
  /// On the thread's own stack: lets time pass as needed. On a task's: its stack stands still. On a thread that is not
  /// ours: really waits.
  bool wait(std::unique_lock<std::mutex>& lock, std::condition_variable& changed, std::int64_t patience_ns,
            const std::function<bool()>& ready) override;
  [[nodiscard]] bool on_loop_thread() const override;

  TimerId at(MonotonicNs when, std::function<void()> fire) override;
  bool cancel(TimerId id) override;

 private:
  /// Turns at one instant after which it is said that something goes in circles, and time is let pass.
  static constexpr std::uint64_t turns_max = 1'000'000;

  /// Who stands still, and until when.
  struct Wait {
    std::mutex& mutex;
    const std::function<bool()>& ready;
    MonotonicNs deadline;
  };

  /// A stack, and the task that is on it.
  struct Lane {
    std::unique_ptr<platform::Fiber> fiber;
    Task* task = nullptr;
    const Wait* wait = nullptr;          ///< where it stands still
    const plugin::Frame* top = nullptr;  ///< its innermost plugin code, while it is not its turn
  };

  [[nodiscard]] bool over(const Wait& wait) const;
  /// False: there was nothing to run.
  bool run_present();
  bool resume_one();
  bool start_one();
  [[nodiscard]] bool has_task();
  Task* take_task();
  Lane* free_lane();
  void turn(Lane& lane);
  void run_lane(Lane& lane);
  void stand(const Wait& wait);
  void drive(const Wait& goal);
  [[nodiscard]] bool wait_for_others(std::int64_t& left_ns);
  [[nodiscard]] MonotonicNs next_event();
  void fire_due();

  VirtualClock& clock_;
  const OneThreadOptions options_;
  const std::thread::id owner_ = std::this_thread::get_id();

  std::mutex mutex_;  ///< over tasks_
  std::condition_variable came_;
  std::deque<Task*> tasks_;

  std::mutex timers_mutex_;
  TimerQueue<std::function<void()>> timers_;

  // The owner's alone.
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::vector<Lane*> idle_;
  std::vector<Lane*> standing_;  ///< in the order in which they came to stand
  Lane* in_turn_ = nullptr;
  platform::OtherThreads others_;
  bool all_wait_told_ = false;
  bool ending_ = false;
};

}  // namespace lodge::testing
