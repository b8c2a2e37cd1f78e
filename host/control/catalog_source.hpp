// Plugins for services: from the catalog of the plugin directories, under the operator's rules.
#pragma once

#include <vector>

#include "control/host_config.hpp"
#include "plugin/catalog.hpp"
#include "service/plugin_source.hpp"

namespace lodge::control {

/// Thread-safe: services start on one thread while operators list plugins on others.
class CatalogSource final : public service::PluginSource {
 public:
  CatalogSource(plugin::Catalog& catalog, const HostConfig& config) : catalog_(catalog), config_(config) {}

  void refresh() override;
  [[nodiscard]] Result<const plugin::Descriptor*> describe(std::string_view name) override;
  [[nodiscard]] Result<std::shared_ptr<const plugin::Plugin>> load(std::string_view name) override;
  [[nodiscard]] std::vector<std::string> denied(std::string_view name) const override;

  /// Reads all plugin files, and tells what there is. Blocks for as long as their children run.
  [[nodiscard]] std::vector<plugin::Catalog::Entry> scan();

 private:
  plugin::Catalog& catalog_;
  const HostConfig& config_;
};

}  // namespace lodge::control
