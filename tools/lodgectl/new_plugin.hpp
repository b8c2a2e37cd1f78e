// The folder of a new plugin: what it may be called, what is written, and how that is built.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"

namespace lodge::ctl {

struct NewPlugin {
  std::string name;
  std::string lang;   ///< "c" or "cpp"
  std::string build;  ///< the command that builds and tests it, within its folder
};

/// INVALID_ARGUMENT: no plugin can be called that, or what the host or CMake have is; the message names the remedy.
[[nodiscard]] Status check_new_name(std::string_view name);

/// "c" or "cpp". INVALID_ARGUMENT says what was probably meant.
[[nodiscard]] Status check_new_lang(std::string_view lang);

/// Whether a CMake package `lodge` is installed below that prefix.
[[nodiscard]] bool holds_sdk(const std::filesystem::path& prefix);

/// Where the SDK is: the prefix that `program` is installed in, else ~/.local. Empty: in neither.
[[nodiscard]] std::filesystem::path find_sdk(const std::filesystem::path& program, const std::filesystem::path& home);

/// The command for an SDK below `prefix`; empty: CMake finds it by itself.
[[nodiscard]] std::string build_command(const std::filesystem::path& prefix);

/// Writes the folder `into`/NAME and answers its files, relative to it. ALREADY_EXISTS: there is something of that
/// name; PERMISSION_DENIED, RESOURCE_EXHAUSTED: it cannot be written, and nothing of it is left.
[[nodiscard]] Result<std::vector<std::string>> write_plugin(const NewPlugin& plugin, const std::filesystem::path& into);

}  // namespace lodge::ctl
