// Reads lodged.toml, the files of lodged.d beside it, and --set. Strict: whatever is not known is an error.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "control/host_config.hpp"

namespace lodge::control {

/// What defaults are made of. Given, so that tests need no particular machine.
struct Environment {
  std::string hostname;
  bool root = false;
  std::filesystem::path home;             ///< empty: none
  std::filesystem::path xdg_state_home;   ///< empty: not set
  std::filesystem::path xdg_runtime_dir;  ///< empty: not set
  std::filesystem::path current_dir = "/";
  std::filesystem::path install_plugin_dir = "/usr/lib/lodge/plugins";
};

/// This process's. The install's plugin directory is `../lib/lodge/plugins`, seen from the executable's own directory.
[[nodiscard]] Environment process_environment();

/// The control socket of a host that was not told where: also where `lodgectl` looks.
[[nodiscard]] std::filesystem::path default_socket(const Environment& environment);

struct ConfigSource {
  std::optional<std::filesystem::path> file;  ///< nullopt: defaults and overrides only
  std::vector<std::string> overrides;         ///< "limits.depth_max=32": TOML values; a bare word is a string
  Environment environment;
};

/// Files in the order of their names after the main one; what a later one says replaces or adds to what earlier ones
/// did, but a service stands in one file only. Overrides come last. Relative paths start at the main file's directory,
/// those of overrides at the current one.
/// The error's message has one line a problem, all of them: "lodged.toml:12:5: unknown key ...". NOT_FOUND: the file
/// is missing; PERMISSION_DENIED: it cannot be read; INVALID_ARGUMENT: what it says. Never throws.
[[nodiscard]] Result<HostConfig> read_config(const ConfigSource& source);

/// Every key there is, in the order of the sample file, with NAME, DOMAIN and MODULE where any name goes:
/// "service.NAME.plugins".
[[nodiscard]] std::vector<std::string> known_config_keys();

}  // namespace lodge::control
