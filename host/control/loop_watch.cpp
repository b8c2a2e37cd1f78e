#include "control/loop_watch.hpp"

#include <csignal>
#include <utility>

#include "base/log.hpp"

namespace lodge::control {

LoopWatch::LoopWatch(const Clock& clock, std::function<MonotonicNs()> quick_since, pthread_t loop_thread)
    : clock_(clock), quick_since_(std::move(quick_since)), loop_thread_(loop_thread), thread_([this] { watch(); }) {}

LoopWatch::~LoopWatch() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stopped_.notify_all();
  thread_.join();
}

void LoopWatch::watch() {
  std::unique_lock lock(mutex_);
  while (!stopped_.wait_for(lock, std::chrono::seconds(1), [this] { return stop_; })) {
    const MonotonicNs since = quick_since_();
    if (since == 0 || clock_.now() - since < patience_ns) continue;
    log::error("control", "a quick callback has not returned for 5 s and holds the loop thread; the host ends");
    pthread_kill(loop_thread_, SIGABRT);
    return;
  }
}

}  // namespace lodge::control
