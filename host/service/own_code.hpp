// Whose code this thread is in: who would wait for itself is told so.
#pragma once

#include <string_view>

#include "plugin/host_context.hpp"

namespace lodge::service {

/// In code of that service, or called by it.
[[nodiscard]] inline bool in_code_of(std::string_view service) {
  for (const plugin::Frame* frame = plugin::top_frame(); frame != nullptr; frame = frame->below) {
    if (frame->context->service() == service) return true;
  }
  return false;
}

/// The same, of its hooks alone: the service takes no other step until they return.
[[nodiscard]] inline bool in_hook_of(std::string_view service) {
  for (const plugin::Frame* frame = plugin::top_frame(); frame != nullptr; frame = frame->below) {
    if (frame->hook && frame->context->service() == service) return true;
  }
  return false;
}

}  // namespace lodge::service
