// Whether the calling thread is one that must never wait.
#pragma once

namespace lodge {

namespace detail {
inline constinit thread_local bool loop_thread = false;
}

[[nodiscard]] inline bool on_loop_thread() { return detail::loop_thread; }

/// Marks the calling thread as the loop thread for as long as it lives (Loop::run, and tests that play it).
class LoopThreadScope {
 public:
  LoopThreadScope() : before_(detail::loop_thread) { detail::loop_thread = true; }
  ~LoopThreadScope() { detail::loop_thread = before_; }
  LoopThreadScope(const LoopThreadScope&) = delete;
  LoopThreadScope& operator=(const LoopThreadScope&) = delete;

 private:
  bool before_;
};

}  // namespace lodge
