// Checks of the thread tags that the SDK's headers put on each function.
#pragma once

#include <string_view>

#include "plugin/frame.hpp"

namespace lodge::plugin {

/// This thread is the loop, in a quick callback: it must not wait.
[[nodiscard]] inline bool in_quick_code() {
  const Frame* const top = top_frame();
  return top != nullptr && top->quick;
}

/// Names the plugin whose quick callback wanted to wait in `what`, or to run as long as there is data. What it gets is
/// FAILED_PRECONDITION.
void quick_code_waited(std::string_view what);

/// Both, for what is tagged [any]: false where it must not.
[[nodiscard]] inline bool may_wait(std::string_view what) {
  if (!in_quick_code()) return true;
  quick_code_waited(what);
  return false;
}

}  // namespace lodge::plugin
