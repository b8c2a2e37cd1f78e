// A plugin's settings in one service: what its schema and the configuration make of each other.
#pragma once

#include <string>
#include <vector>

#include "plugin/descriptor.hpp"
#include "service/finding.hpp"
#include "wire/value.hpp"

namespace lodge::service {

/// The effective settings: `given` (a map, or nil) checked against the plugin's schema, defaults filled in; a nil in
/// `given` is as if it was not given. Findings: an unknown key (with the closest known one), a wrong type, what
/// breaks a constraint, a required key that is missing; their paths begin with `path` ("service.hello.config.greeter").
/// With findings, what is returned is not to be used.
[[nodiscard]] wire::Value effective_settings(const plugin::Descriptor& plugin, const wire::Value& given,
                                             const std::string& path, std::vector<Finding>& findings);

}  // namespace lodge::service
