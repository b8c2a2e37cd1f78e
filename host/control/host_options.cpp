#include "control/host_options.hpp"

#include <memory>

#include "platform/crash_line.hpp"

namespace lodge::control {

namespace {

constexpr MonotonicNs ms = 1'000'000;

// So that even plugin code that overflows its stack is named in the crash line.
std::shared_ptr<void> crash_stack() { return std::make_shared<platform::CrashStack>(); }

}  // namespace

plugin::CatalogOptions catalog_options(const HostConfig& config) {
  plugin::CatalogOptions out;
  for (const auto& directory : config.host.plugin_dirs) out.directories.push_back(directory.string());
  out.data_dir = config.host.data_dir.string();
  out.scan.describe_program = plugin::find_describe_program();
  for (const auto& [name, section] : config.plugins) {
    if (!section.sha256.empty()) out.pins[name] = section.sha256;
  }
  return out;
}

WorkerPoolOptions worker_options(const HostConfig& config) {
  return {.workers = config.threads.workers,
          .spares_max = config.threads.spares_max,
          .queue_depth_max = config.threads.queue_depth_max,
          .spin_us = config.threads.spin_us,
          .thread_start = crash_stack};
}

WorkerPoolOptions hook_options() { return {.workers = 1, .thread_start = crash_stack}; }

ServerOptions server_options(const HostConfig& config) {
  ServerOptions out;
  out.node = config.host.name;
  out.call_timeout_ns = config.limits.call_timeout_ms * ms;
  out.listener.connections_max = config.limits.connections_max;
  wire::ConnectionOptions& connection = out.listener.connection;
  connection.limits = {.frame_bytes_max = config.limits.frame_bytes_max,
                       .depth_max = config.limits.depth_max,
                       .elements_max = config.limits.elements_max};
  connection.out_bytes_max = config.limits.out_bytes_max;
  connection.frame_timeout_ns = config.limits.frame_timeout_ms * ms;
  connection.write_timeout_ns = config.limits.write_timeout_ms * ms;
  connection.in_flight_max = config.limits.in_flight_max;
  return out;
}

}  // namespace lodge::control
