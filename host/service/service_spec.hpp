// What the configuration says about one service.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "wire/value.hpp"

namespace lodge::service {

/// How large a service's store may be allowed to become.
constexpr std::uint64_t store_bytes_least = 1024;
constexpr std::uint64_t store_bytes_most = std::uint64_t{1} << 46;

/// The service that the host itself is: its operator's alone.
constexpr std::string_view host_service = "lodge";

struct ServiceSpec {
  std::string name;                  ///< [a-z][a-z0-9_-]*, at most 64 bytes; "lodge" is the host itself
  std::vector<std::string> plugins;  ///< in the order of the list; at least one
  bool global = false;               ///< discoverable by other nodes
  bool paused = false;               ///< starts paused
  std::string version;
  std::string service_class;
  std::map<std::string, wire::Value> config;  ///< one map a plugin, by its name: all layers merged except defaults
  std::uint64_t store_bytes_max = std::uint64_t{256} << 20;
  std::string origin;      ///< "lodged.toml:12": where errors point
  bool by_plugin = false;  ///< no configuration has it: a plugin has made it, and one may remove it

  /// Says the same, wherever that is written.
  [[nodiscard]] bool same_as(const ServiceSpec& other) const {
    return std::tie(name, plugins, global, paused, version, service_class, config, store_bytes_max) ==
           std::tie(other.name, other.plugins, other.global, other.paused, other.version, other.service_class,
                    other.config, other.store_bytes_max);
  }
};

}  // namespace lodge::service
