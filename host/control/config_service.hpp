// The [service.NAME] tables.
#pragma once

#include <span>
#include <string>

#include "control/config_reader.hpp"

namespace lodge::control {

void read_services(Reading& reading, const ConfigNode& node, const std::string& path, HostConfig& config);

/// What a service's table may have.
[[nodiscard]] std::span<const Field<service::ServiceSpec>> service_fields();

}  // namespace lodge::control
