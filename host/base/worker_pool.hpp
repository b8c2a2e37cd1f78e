// The threads that run plugin code: one bounded queue, one worker a core, spares for those that are stuck.
//
// What must hold:
// 1. Tasks start in the order in which they were taken.
// 2. At most `workers` threads run tasks, plus one for each that is blocked (enter_blocked) or stuck (in the same task
//    for a whole `stall_ns` while the queue stood still), up to `workers + spares_max` threads in all.
// 3. Nobody is woken for a task that a worker already awake is about to look for.
// 4. Nothing runs, not even a timer, while nothing is queued.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/executor.hpp"

namespace lodge {

struct WorkerPoolOptions {
  std::uint32_t workers = 0;  ///< 0: one a core
  std::uint32_t spares_max = 64;
  std::uint32_t queue_depth_max = 65'536;  ///< tasks waiting, beyond which `submit` takes no more
  std::uint32_t spin_us = 0;               ///< how long a worker looks for work before it sleeps
  std::int64_t stall_ns = 1'000'000;       ///< how long the queue may stand still before spares come in
  /// Called first by each thread; what it returns is kept until the thread ends.
  std::function<std::shared_ptr<void>()> thread_start = nullptr;
};

/// Thread-safe. Must be stopped before it is destroyed; destroying stops it with a short deadline.
class WorkerPool final : public Executor {
 public:
  struct Stats {
    std::uint64_t queued = 0;    ///< waiting now
    std::uint32_t running = 0;   ///< threads in a task now, blocked ones aside
    std::uint32_t blocked = 0;   ///< threads waiting in enter_blocked now
    std::uint32_t stuck = 0;     ///< threads that the last look found stuck
    std::uint32_t awake = 0;     ///< threads that do not sleep, blocked ones aside
    bool watched = false;        ///< the supervisor looks every stall_ns; it stops when there is nothing to see
    std::uint32_t threads = 0;   ///< started so far; those above `workers` are spares
    std::uint64_t taken = 0;     ///< tasks started since the beginning
    std::uint64_t rejected = 0;  ///< tasks that found the queue full
  };

  explicit WorkerPool(const WorkerPoolOptions& options = {});
  ~WorkerPool() override;
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  [[nodiscard]] std::size_t submit(std::span<Task* const> tasks) override;
  [[nodiscard]] std::size_t queue_depth_max() const override;
  void submit_always(Task& task) override;
  void enter_blocked() override;
  void leave_blocked() override;
  [[nodiscard]] bool on_loop_thread() const override;

  /// Takes nothing new but what `submit_always` brings, runs what is queued, then ends the threads.
  /// DEADLINE_EXCEEDED, with how many are still in plugin code: those are
  /// left to themselves, touch nothing of the pool that is freed, and end when they come back. Once; not from a worker.
  [[nodiscard]] Status stop(std::int64_t timeout_ns);

  [[nodiscard]] Stats stats() const;

  struct State;

 private:
  std::shared_ptr<State> state_;  // shared with the threads, which may outlive the pool
};

}  // namespace lodge
