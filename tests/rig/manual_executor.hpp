// Executors for tests: one that runs tasks when told to, one with a thread of its own.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "base/executor.hpp"

namespace lodge::rig {

/// Keeps tasks until `run_all`. Thread-safe.
class ManualExecutor : public Executor {
 public:
  [[nodiscard]] std::size_t submit(std::span<Task* const> tasks) override {
    for (Task* each : tasks) submit_always(*each);
    return tasks.size();
  }
  [[nodiscard]] std::size_t queue_depth_max() const override { return SIZE_MAX; }
  void submit_always(Task& task) override {
    std::lock_guard lock(mutex_);
    tasks_.push_back(&task);
    came_.notify_one();
  }
  void enter_blocked() override {}
  void leave_blocked() override {}
  [[nodiscard]] bool on_loop_thread() const override { return false; }

  [[nodiscard]] std::size_t waiting() {
    std::lock_guard lock(mutex_);
    return tasks_.size();
  }
  bool run_one() {
    Task* task = next();
    if (task != nullptr) task->run();
    return task != nullptr;
  }
  void run_all() {
    while (run_one()) {
    }
  }

 protected:
  Task* next() {
    std::lock_guard lock(mutex_);
    if (tasks_.empty()) return nullptr;
    Task* task = tasks_.front();
    tasks_.pop_front();
    return task;
  }

  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<Task*> tasks_;
};

/// Runs tasks on a thread of its own; the destructor runs what is left.
class ThreadExecutor final : public ManualExecutor {
 public:
  ThreadExecutor() : thread_([this] { work(); }) {}
  ~ThreadExecutor() override {
    {
      std::lock_guard lock(mutex_);
      ending_ = true;
      came_.notify_one();
    }
    thread_.join();
  }

 private:
  void work() {
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        came_.wait(lock, [this] { return ending_ || !tasks_.empty(); });
        if (tasks_.empty()) return;
      }
      run_all();
    }
  }

  bool ending_ = false;
  std::thread thread_;
};

}  // namespace lodge::rig
