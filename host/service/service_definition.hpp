// What a plugin says that a service shall be which no configuration has.
#pragma once

#include <string>

#include "base/status.hpp"
#include "service/service_spec.hpp"
#include "wire/value.hpp"

namespace lodge::service {

/// Reads a map with the keys of [service.NAME]. INVALID_ARGUMENT: the name, a key or a value is wrong, by its path
/// ("service.poller.plugins").
[[nodiscard]] Result<ServiceSpec> defined_service(const std::string& name, const wire::Value& definition);

}  // namespace lodge::service
