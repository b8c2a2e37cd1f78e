// What is known of a service, for those who look at it: operators and plugins.
#pragma once

#include "service/abi_child.hpp"
#include "service/service.hpp"
#include "wire/value.hpp"

namespace lodge::service {

/// A line of it: name, status, reason, since when, plugins, last error.
[[nodiscard]] wire::Value service_summary(const Service& service);

/// All: the same, and what the operator wants, plugins with their settings (secrets hidden), callbacks with types and
/// chains, children, the store's size, a hash of the settings. `wall_ns`: now.
[[nodiscard]] wire::Value service_info(const Service& service, const PluginChildren& children, std::int64_t wall_ns);

/// The settings that an instance sees; secrets are "(secret)".
[[nodiscard]] wire::Value shown_settings(const Instance& instance);

}  // namespace lodge::service
