// The built-in plugin `base`, last in every chain.
#pragma once

#include <lodge/descriptor.h>

#include "base/bytes.hpp"
#include "service/call_request.hpp"

namespace lodge::service {

class Calls;

/// Implements `service_call/3`: makes the call that its arguments describe, within its own service.
[[nodiscard]] const lodge_plugin& builtin_base();

/// The arguments of `service_call/3` for a request from outside the service: its name, the list of its arguments, and a
/// map of options (`caller`, `outside`, `idempotent`).
[[nodiscard]] Bytes service_call_arguments(const CallRequest& request);

}  // namespace lodge::service
