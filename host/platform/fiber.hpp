// A stack that takes turns with its thread's own: code that waits gives the thread back in the middle of a function.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace lodge::platform {

/// Used by the thread that made it alone. What belongs to a stack goes with it through its turns: exceptions being
/// handled, whether it plays the loop thread, its id (base/stack_id.hpp), and what sanitizers know of it.
class Fiber {
 public:
  /// As much as a thread has by default; memory is taken as it is touched, and a page below it catches overflows.
  static constexpr std::size_t stack_bytes = std::size_t{8} << 20;

  /// `body` begins at the first `resume`. It must not throw. Throws std::bad_alloc.
  explicit Fiber(std::function<void()> body);
  /// Finished, or never begun: what lies on the stack of any other is not destroyed.
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  /// Goes on with it until it suspends itself or ends. Called from the thread's own stack, not from a fiber.
  void resume();
  [[nodiscard]] bool finished() const;

  /// The one that runs now; nullptr: the thread's own stack.
  [[nodiscard]] static Fiber* current();
  /// Gives the thread back to whoever resumed the current fiber; returns at the next resume.
  static void suspend();

 private:
  struct Parts;
  static void enter();

  std::unique_ptr<Parts> parts_;
};

}  // namespace lodge::platform
