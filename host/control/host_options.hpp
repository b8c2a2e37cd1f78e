// What the configuration means to the parts of a host.
#pragma once

#include "base/worker_pool.hpp"
#include "control/host_config.hpp"
#include "control/server.hpp"
#include "plugin/catalog.hpp"

namespace lodge::control {

[[nodiscard]] plugin::CatalogOptions catalog_options(const HostConfig& config);
[[nodiscard]] WorkerPoolOptions worker_options(const HostConfig& config);
/// Of the threads that services start and stop on: one service at a time, and more where hooks take their time.
[[nodiscard]] WorkerPoolOptions hook_options();
[[nodiscard]] ServerOptions server_options(const HostConfig& config);

}  // namespace lodge::control
