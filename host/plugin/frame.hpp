// Which plugin code a thread is in: for crash lines, for checks of thread tags, for cycles. Never for context: that
// travels in the call.
#pragma once

#include <lodge/types.h>

#include <cstdint>
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
  void* walk = nullptr;              ///< the service layer's own view of that call
  std::uint32_t depth = 0;           ///< frames below
  bool quick = false;                ///< must not wait
  bool serial = false;               ///< holds the instance's serial lock
  bool hook = false;                 ///< a lifecycle hook
};

namespace detail {
inline constinit thread_local const Frame* top = nullptr;
inline constinit thread_local const HostContext* visitor = nullptr;
}  // namespace detail

[[nodiscard]] inline const Frame* top_frame() { return detail::top; }

/// Whose code this thread may be where it has no frame: the instance with whose host it came last. A thread of a
/// plugin's own has nothing else to be known by. nullptr: nobody's.
[[nodiscard]] inline const HostContext* thread_visitor() { return detail::visitor; }
inline void note_visitor(const HostContext& context) { detail::visitor = &context; }

inline void Frame::push() {
  below = detail::top;
  depth = below != nullptr ? below->depth + 1 : 0;
  detail::top = this;
}
inline void Frame::pop() { detail::top = below; }

}  // namespace lodge::plugin
