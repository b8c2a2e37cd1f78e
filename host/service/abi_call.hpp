// lodge.call/1, the host's side.
#pragma once

#include <lodge/call.h>

#include <memory>

#include "plugin/host_context.hpp"
#include "service/calls.hpp"

namespace lodge::service {

/// What the table's functions work on. Thread-safe.
struct CallInterface {
  explicit CallInterface(Calls& to) : calls(to) {}
  Calls& calls;
  /// Calls that plugins have started and may cancel.
  Slots<std::weak_ptr<PendingCall>> pending;
};

void offer_calls(plugin::InterfaceRegistry& registry, CallInterface& state);

}  // namespace lodge::service
