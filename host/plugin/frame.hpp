// Which plugin code a thread is in: for crash lines, for checks of thread tags, for cycles. Never for context: that
// travels in the call.
#pragma once

#include <lodge/types.h>

#include <string_view>

namespace lodge::plugin {

class HostContext;

/// One stretch of plugin code on this thread's stack.
struct Frame {
  Frame(HostContext& in, std::string_view doing) : context(&in), what(doing) {}
  void push();
  void pop();

  const Frame* below = nullptr;
  HostContext* context;              ///< the instance whose code runs
  std::string_view what;             ///< callback or hook
  const lodge_call* call = nullptr;  ///< the call being answered; nullptr: a hook, timer or watch
  bool quick = false;                ///< must not wait
};

namespace detail {
inline constinit thread_local const Frame* top = nullptr;
}

[[nodiscard]] inline const Frame* top_frame() { return detail::top; }
inline void Frame::push() {
  below = detail::top;
  detail::top = this;
}
inline void Frame::pop() { detail::top = below; }

}  // namespace lodge::plugin
