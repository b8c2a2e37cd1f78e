// Calls that a plugin starts and does not wait for.
#pragma once

#include <lodge/call.h>

#include <string_view>

#include "service/abi_call.hpp"
#include "service/instance_context.hpp"

namespace lodge::service {

/// Starts a call whose answer nobody wants. RESOURCE_EXHAUSTED: the queue is full; or what stood in its way.
[[nodiscard]] Status send_one_way(Calls& calls, std::string_view service, const CallRequest& request);

/// Starts a call for the instance; `done` (may be nullptr) gets the answer on a worker, once. `*pending` (may be
/// nullptr) can be cancelled. LODGE_OK; or `done` will not be called: RESOURCE_EXHAUSTED (the queue is full),
/// FAILED_PRECONDITION (the instance has stopped).
[[nodiscard]] std::int32_t start_call(CallInterface& state, InstanceContext& context, std::string_view service,
                                      const CallRequest& request, lodge_done_fn done, void* user,
                                      lodge_handle* pending);

/// The same for a call that cannot even be made: `done` gets the error like any other.
[[nodiscard]] std::int32_t answer_start(CallInterface& state, InstanceContext& context, const Error& error,
                                        lodge_done_fn done, void* user, lodge_handle* pending);

}  // namespace lodge::service
