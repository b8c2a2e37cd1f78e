// Where services get their plugins from.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"
#include "plugin/plugin.hpp"

namespace lodge::service {

/// Thread-safe: services change at the same time.
class PluginSource {
 public:
  virtual ~PluginSource() = default;

  /// Looks for files that are new, or have been replaced.
  virtual void refresh() {}

  /// Without running the plugin's code in this process. The pointer stays valid. NOT_FOUND or what is wrong with it.
  [[nodiscard]] virtual Result<const plugin::Descriptor*> describe(std::string_view name) = 0;

  /// Its code, in this process.
  [[nodiscard]] virtual Result<std::shared_ptr<const plugin::Plugin>> load(std::string_view name) = 0;

  /// Interface ids that the operator denies it.
  [[nodiscard]] virtual std::vector<std::string> denied(std::string_view name) const = 0;
};

}  // namespace lodge::service
