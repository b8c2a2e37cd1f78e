// The plugins of a service that stay as they are while it is planned anew.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "service/assembly.hpp"
#include "service/plugin_source.hpp"

namespace lodge::service {

/// Plugins as they are in the service now, but for those that are to be upgraded; all others from where they come from.
class PinnedSource final : public PluginSource {
 public:
  PinnedSource(PluginSource& source, const Assembly* present, const std::vector<std::string>& upgraded)
      : source_(source) {
    if (present == nullptr) return;
    for (const std::shared_ptr<Instance>& each : present->instances) {
      const bool leaves = std::find(upgraded.begin(), upgraded.end(), each->name()) != upgraded.end();
      if (!leaves) pinned_.emplace(each->name(), each->shared_plugin());
    }
  }

  [[nodiscard]] Result<const plugin::Descriptor*> describe(std::string_view name) override {
    const auto found = pinned_.find(name);
    return found != pinned_.end() ? &found->second->descriptor : source_.describe(name);
  }
  [[nodiscard]] Result<std::shared_ptr<const plugin::Plugin>> load(std::string_view name) override {
    const auto found = pinned_.find(name);
    return found != pinned_.end() ? found->second : source_.load(name);
  }
  [[nodiscard]] std::vector<std::string> denied(std::string_view name) const override { return source_.denied(name); }

 private:
  PluginSource& source_;
  std::map<std::string, std::shared_ptr<const plugin::Plugin>, std::less<>> pinned_;
};

}  // namespace lodge::service
