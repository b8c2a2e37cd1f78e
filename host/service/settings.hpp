// A plugin's settings in one service: what its schema and the configuration make of each other.
#pragma once

#include <string>

#include "base/status.hpp"
#include "plugin/descriptor.hpp"
#include "wire/value.hpp"

namespace lodge::service {

/// The effective settings: `given` (a map, or nil) checked against the plugin's schema, defaults filled in.
/// INVALID_ARGUMENT: an unknown key (with the closest known one), a wrong type, a required key that is missing; each
/// problem is one line, its path beginning with `path` ("service.hello.config.greeter").
[[nodiscard]] Result<wire::Value> effective_settings(const plugin::Descriptor& plugin, const wire::Value& given,
                                                     const std::string& path);

}  // namespace lodge::service
