// An interface's table, as a plugin gets it from its host.
#pragma once

#include <lodge/lodge.h>

#include <string_view>

namespace lodge::rig {

/// The id under which a host offers a table.
template <typename Table>
inline constexpr std::string_view interface_id = "";
template <>
inline constexpr std::string_view interface_id<lodge_call_v1> = LODGE_CALL_V1;
template <>
inline constexpr std::string_view interface_id<lodge_child_v1> = LODGE_CHILD_V1;
template <>
inline constexpr std::string_view interface_id<lodge_config_v1> = LODGE_CONFIG_V1;
template <>
inline constexpr std::string_view interface_id<lodge_log_v1> = LODGE_LOG_V1;
template <>
inline constexpr std::string_view interface_id<lodge_names_v1> = LODGE_NAMES_V1;
template <>
inline constexpr std::string_view interface_id<lodge_store_v1> = LODGE_STORE_V1;
template <>
inline constexpr std::string_view interface_id<lodge_timer_v1> = LODGE_TIMER_V1;
template <>
inline constexpr std::string_view interface_id<lodge_metric_v1> = LODGE_METRIC_V1;
template <>
inline constexpr std::string_view interface_id<lodge_service_v1> = LODGE_SERVICE_V1;
template <>
inline constexpr std::string_view interface_id<lodge_trace_v1> = LODGE_TRACE_V1;

/// Only where the host offers it.
template <typename Table>
[[nodiscard]] const Table& table(const lodge_host* host) {
  static_assert(!interface_id<Table>.empty(), "no interface has this table");
  return *static_cast<const Table*>(host->query(host, interface_id<Table>.data(), interface_id<Table>.size()));
}

}  // namespace lodge::rig
