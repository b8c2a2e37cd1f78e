// An executor without threads: tasks wait until a test runs them, one by one, on its own thread.
#pragma once

#include <atomic>
#include <cassert>
#include <cstdint>
#include <deque>
#include <mutex>

#include "base/executor.hpp"
#include "base/loop_thread.hpp"

namespace lodge {

/// Submitting is thread-safe. Whoever destroys it has run everything.
class ManualExecutor final : public Executor {
 public:
  explicit ManualExecutor(std::size_t queue_depth_max = SIZE_MAX) : queue_depth_max_(queue_depth_max) {}
  ~ManualExecutor() override { assert(queue_.empty()); }

  [[nodiscard]] std::size_t submit(std::span<Task* const> tasks) override {
    std::lock_guard lock(mutex_);
    std::size_t taken = 0;
    while (taken < tasks.size() && queue_.size() < queue_depth_max_) queue_.push_back(tasks[taken++]);
    return taken;
  }
  [[nodiscard]] std::size_t queue_depth_max() const override { return queue_depth_max_; }
  void submit_always(Task& task) override {
    std::lock_guard lock(mutex_);
    queue_.push_back(&task);
  }
  void enter_blocked() override { ++blocked_; }
  void leave_blocked() override { --blocked_; }
  [[nodiscard]] bool on_loop_thread() const override { return lodge::on_loop_thread(); }

  /// Runs the task that has waited longest. False: there was none.
  bool run_one() {
    Task* task = nullptr;
    {
      std::lock_guard lock(mutex_);
      if (queue_.empty()) return false;
      task = queue_.front();
      queue_.pop_front();
    }
    task->run();
    return true;
  }

  /// Runs until nothing waits, what is submitted meanwhile included. Returns how many ran.
  std::size_t run_all() {
    std::size_t ran = 0;
    while (run_one()) ++ran;
    return ran;
  }

  [[nodiscard]] std::size_t queued() const {
    std::lock_guard lock(mutex_);
    return queue_.size();
  }
  [[nodiscard]] int blocked() const { return blocked_; }

 private:
  const std::size_t queue_depth_max_;
  mutable std::mutex mutex_;
  std::deque<Task*> queue_;
  std::atomic<int> blocked_{0};
};

/// Runs each task at once, on the thread that submits it.
class InlineExecutor final : public Executor {
 public:
  [[nodiscard]] std::size_t submit(std::span<Task* const> tasks) override {
    for (Task* task : tasks) task->run();
    return tasks.size();
  }
  [[nodiscard]] std::size_t queue_depth_max() const override { return SIZE_MAX; }
  void submit_always(Task& task) override { task.run(); }
  void enter_blocked() override {}
  void leave_blocked() override {}
  [[nodiscard]] bool on_loop_thread() const override { return lodge::on_loop_thread(); }
};

}  // namespace lodge
