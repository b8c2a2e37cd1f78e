// Ends the host when a quick callback has taken the loop with it.
#pragma once

#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "base/clock.hpp"

namespace lodge::control {

/// Looks once a second, from a thread of its own. Nothing else can help then: timers, signals and connections all hang
/// on the loop. The crash line, written by the loop thread itself, names the plugin.
class LoopWatch {
 public:
  static constexpr MonotonicNs patience_ns = 5'000'000'000;

  /// `quick_since`: since when the loop thread is in a quick callback; 0: it is not. `loop_thread`: who is aborted.
  LoopWatch(const Clock& clock, std::function<MonotonicNs()> quick_since, pthread_t loop_thread);
  ~LoopWatch();
  LoopWatch(const LoopWatch&) = delete;
  LoopWatch& operator=(const LoopWatch&) = delete;

 private:
  void watch();

  const Clock& clock_;
  const std::function<MonotonicNs()> quick_since_;
  const pthread_t loop_thread_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace lodge::control
