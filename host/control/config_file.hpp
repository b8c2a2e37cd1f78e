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
  std::optional<std::filesystem::path> file;  ///< nullopt: `text`
  std::vector<std::string> overrides;         ///< "limits.depth_max=32": TOML values; a bare word is a string
  Environment environment;
  std::string text = {};  ///< of a lodged.toml in the current directory, where there is no file
};

/// What could be read of a configuration, and what is wrong with it.
struct ConfigOutcome {
  HostConfig config;              ///< where there are problems: the rest of it, and defaults
  std::vector<Problem> problems;  ///< in the order of the text; with none, `config` can be used
  /// What services there are, and where their plugins lie, is beyond doubt: it is worth looking what else is wrong.
  bool services_known = true;
};

/// Files in the order of their names after the main one; what a later one says replaces or adds to what earlier ones
/// did, but a service stands in one file only. Overrides come last. Relative paths start at the main file's directory,
/// those of overrides at the current one.
/// Errors are those of a file as a whole. NOT_FOUND: it is missing; PERMISSION_DENIED: it cannot be read. Never throws.
[[nodiscard]] Result<ConfigOutcome> read_config_with_problems(const ConfigSource& source);

/// The same for who has no use for half a configuration: problems are INVALID_ARGUMENT, with one line each, all of
/// them: "lodged.toml:12:5: unknown key ...".
[[nodiscard]] Result<HostConfig> read_config(const ConfigSource& source);

/// Every key there is, in the order of the sample file, with NAME, DOMAIN and MODULE where any name goes:
/// "service.NAME.plugins".
[[nodiscard]] std::vector<std::string> known_config_keys();

}  // namespace lodge::control
