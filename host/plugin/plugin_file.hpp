// The way of a plugin file into the process: who owns it, what it is, what it says; then a private copy of it, loaded.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"
#include "plugin/descriptor.hpp"
#include "plugin/plugin.hpp"
#include "plugin/scan.hpp"

namespace lodge::plugin {

/// A file that passed every check that needs none of its code in this process.
struct PluginFile {
  std::string path;
  std::string sha256;
  std::vector<std::string> needed;  ///< libraries it is linked to
  Descriptor descriptor;
};

/// That the file is the one pinned: 64 hexadecimal digits, or empty for any. PERMISSION_DENIED shows both hashes.
[[nodiscard]] Status check_pin(const PluginFile& file, std::string_view pin);

/// Checks the file's owner and mode (check_owner), its hash (check_pin), that it is a
/// proper shared object, and reads its descriptor in a child process. Errors begin with the path. Blocks. Thread-safe.
[[nodiscard]] Result<PluginFile> inspect_plugin_file(const std::string& path, const ScanOptions& options,
                                                     std::string_view pin = {});

/// Loads what was inspected: keeps a private copy in `data_dir` and binds that. The code then stays for good.
/// FAILED_PRECONDITION: the file has changed since, it cannot be loaded, or says something else in this process than
/// in the child's. Blocks. Thread-safe.
[[nodiscard]] Result<std::shared_ptr<const Plugin>> load_plugin_file(const PluginFile& file,
                                                                     const std::string& data_dir);

}  // namespace lodge::plugin
