// A plugin whose code is in this process.
#pragma once

#include <lodge/descriptor.h>

#include <memory>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "plugin/descriptor.hpp"

namespace lodge::plugin {

/// Immutable. The code behind it stays mapped until the process ends.
struct Plugin {
  Descriptor descriptor;
  std::vector<lodge_callback_fn> functions;  ///< one for each of descriptor.callbacks, in their order
  lodge_hooks hooks{};                       ///< as the plugin gave them, what it does not have is NULL
  std::string file;                          ///< where it came from; empty: built in
};

/// Checks a descriptor that is in this process already (built-in plugins, tests, the last step of loading).
[[nodiscard]] Result<std::shared_ptr<const Plugin>> bind(const lodge_plugin& plugin, std::string file = {});

}  // namespace lodge::plugin
