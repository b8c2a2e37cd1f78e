// All that the configuration says about one host: plain values, complete, checked. Defaults stand here and nowhere
// else.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "control/problem.hpp"
#include "names/config_path.hpp"
#include "service/service_spec.hpp"
#include "service/spans.hpp"
#include "wire/value.hpp"

namespace lodge::control {

struct HostSection {
  std::string name;  ///< [a-z0-9-]+, at most 63 bytes
  std::filesystem::path data_dir;
  std::vector<std::filesystem::path> plugin_dirs;  ///< the first that has a plugin of a name wins
  std::filesystem::path socket;                    ///< at most 107 bytes
  std::filesystem::path run_dir;                   ///< of the default socket: the one that the host makes where missing
  bool operator==(const HostSection&) const = default;
};

struct ThreadsSection {
  std::uint32_t workers = 0;  ///< 0: one a core
  std::uint32_t spares_max = 64;
  std::uint32_t queue_depth_max = 10'000;  ///< calls that wait for a worker; beyond it they are refused
  std::uint32_t spin_us = 0;               ///< how long an idle thread looks for work before it sleeps
  bool operator==(const ThreadsSection&) const = default;
};

struct LimitsSection {
  std::uint32_t frame_bytes_max = 16u << 20;
  std::uint32_t depth_max = 64;  ///< LODGE_MP_DEPTH_MAX at most
  std::uint32_t elements_max = 1'000'000;
  std::uint32_t connections_max = 1024;
  std::uint32_t in_flight_max = 10'000;     ///< calls under way on one connection
  std::uint32_t out_bytes_max = 64u << 20;  ///< answers that wait for one connection's client to read them
  std::uint32_t frame_timeout_ms = 10'000;  ///< for a frame that has begun to arrive whole
  std::uint32_t write_timeout_ms = 10'000;  ///< without a byte taken by a client that has answers waiting
  std::uint32_t call_timeout_ms = 15'000;   ///< of a call that says no deadline itself
  std::uint32_t drain_timeout_ms = 10'000;
  std::uint32_t names_max = 1'000'000;
  std::uint32_t names_per_instance_max = 250'000;  ///< of a service itself, and of what one instance opened
  std::uint32_t config_entries_max = 100'000;
  std::uint64_t state_bytes_max = std::uint64_t{64} << 30;   ///< of what is kept on disk
  std::uint64_t store_bytes_max = std::uint64_t{256} << 20;  ///< of a service that does not say it itself
  bool operator==(const LimitsSection&) const = default;
};

enum class LogFormat : std::uint8_t { automatic, human, json };

struct LogSection {
  log::Level level = log::Level::info;
  LogFormat format = LogFormat::automatic;  ///< automatic: human on a terminal, JSON otherwise
  std::map<std::string, log::Level> modules;
  std::uint32_t kept_bytes_max = 1u << 20;  ///< of the last lines, for `lodgectl logs`
  bool operator==(const LogSection&) const = default;
};

struct PluginSection {
  std::string sha256;             ///< 64 lower-case hex digits; empty: any file
  std::vector<std::string> deny;  ///< interface ids that the plugin does not get
  bool operator==(const PluginSection&) const = default;
};

struct PluginsSection {
  bool take_in = false;          ///< `auto`: what comes is loaded at once
  std::uint32_t quiet_ms = 500;  ///< without a change, until a file is looked at
  bool operator==(const PluginsSection&) const = default;
};

struct ConfigStoreSection {
  bool persist = false;
  bool operator==(const ConfigStoreSection&) const = default;
};

struct HostConfig {
  HostSection host;
  ThreadsSection threads;
  LimitsSection limits;
  LogSection log;
  service::SpanOptions trace;
  PluginsSection plugin_files;
  std::map<std::string, PluginSection> plugins;
  std::map<std::string, std::map<std::string, wire::Value>> node_config;  ///< domain, key: what the host starts with
  std::map<std::string, ConfigStoreSection> config_stores;                ///< by domain: how it is kept
  std::vector<service::ServiceSpec> services;                             ///< in the order of files and lines
  Origins origins;

  [[nodiscard]] names::ConfigDomains persisted_domains() const {
    names::ConfigDomains out;
    for (const auto& [domain, store] : config_stores) {
      if (store.persist) out.insert(domain);
    }
    return out;
  }
};

}  // namespace lodge::control
