// Calls that a plugin starts and does not wait for.
#pragma once

#include <lodge/call.h>

#include <string_view>

#include "service/abi_call.hpp"

namespace lodge::service {

/// Starts a call whose answer nobody wants. RESOURCE_EXHAUSTED: the queue is full; or what stood in its way.
[[nodiscard]] Status send_one_way(Calls& calls, std::string_view service, const CallRequest& request);

/// The answer to a call that does not even start: `done` gets the error like any other. LODGE_OK.
std::int32_t answer_start(CallInterface& state, plugin::HostContext& context, const Error& error, lodge_done_fn done,
                          void* user, lodge_handle* pending);

/// Starts a call for the instance; `done` (may be nullptr) gets the answer on a worker, unless the instance has gone.
/// `*pending` (may be nullptr) can be cancelled. LODGE_OK, or RESOURCE_EXHAUSTED: `done` will not be called.
[[nodiscard]] std::int32_t start_call(CallInterface& state, plugin::HostContext& context, std::string_view service,
                                      const CallRequest& request, lodge_done_fn done, void* user,
                                      lodge_handle* pending);

}  // namespace lodge::service
