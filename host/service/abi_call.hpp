// lodge.call/1, the host's side.
#pragma once

#include <lodge/call.h>

#include <memory>
#include <optional>

#include "plugin/host_context.hpp"
#include "service/calls.hpp"
#include "service/node_parts.hpp"

namespace lodge::service {

/// A call that a plugin has started and may cancel.
struct StartedCall {
  std::weak_ptr<PendingCall> call;  ///< empty: not submitted yet
  std::uint64_t instance_owner = 0;
  bool answer_owed = false;  ///< somebody waits for it
};

/// What the table's functions work on. Thread-safe.
struct CallInterface final : OwnerListener {
  explicit CallInterface(Calls& to) : calls(to) {}

  /// Gives up every call whose answer the instance still waits for: it gets CANCELLED.
  void instance_stopped(std::uint64_t instance_owner) override;
  void instance_ended(std::uint64_t) override {}
  void service_ended(std::uint64_t) override {}

  Calls& calls;
  Slots<StartedCall> started;
};

/// What a call on behalf of one that runs on this thread, or of a ticket of the instance, takes over. Nothing: there is
/// no such call.
[[nodiscard]] std::optional<Inherited> inherited_from(const plugin::Entry& entry, const lodge_call* call,
                                                      lodge_handle ticket);

void offer_calls(plugin::InterfaceRegistry& registry, CallInterface& state);

}  // namespace lodge::service
