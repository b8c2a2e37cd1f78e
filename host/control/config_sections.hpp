// What keys a configuration may have, and what each means: from the tree to a HostConfig.
#pragma once

#include <string>
#include <vector>

#include "control/config_tree.hpp"
#include "control/host_config.hpp"

namespace lodge::control {

/// Fills `config`, which comes with its defaults, from the merged tree. All that is wrong goes to `problems`, and a
/// service whose list of plugins is wrong is left out. False: [host] is wrong.
bool read_sections(const ConfigNode& tree, HostConfig& config, std::vector<Problem>& problems);

/// As in known_config_keys().
[[nodiscard]] std::vector<std::string> section_keys();

/// [a-z0-9-]+, at most 63 bytes.
[[nodiscard]] bool valid_host_name(std::string_view name);

}  // namespace lodge::control
