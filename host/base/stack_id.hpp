// Which stack code runs on: that of a thread, or one of several that take turns on a thread (platform/fiber.hpp).
#pragma once

namespace lodge {

namespace detail {
inline constinit thread_local const void* stack_in_turn = nullptr;
}

/// Names the calling code's stack, for "is that me?": never null, and no other living stack's.
[[nodiscard]] inline const void* this_stack() {
  return detail::stack_in_turn != nullptr ? detail::stack_in_turn : &detail::stack_in_turn;
}

}  // namespace lodge
