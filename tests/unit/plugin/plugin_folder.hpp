// A directory of its own for a test, with test plugins in it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "plugin/scan.hpp"

namespace lodge::plugin {

/// Where the build that this test is part of leaves its files.
inline std::string build_folder() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path().string();
}

inline std::string describe_program() { return build_folder() + "/bin/lodge-describe"; }

/// Path of a test plugin where the build left it.
inline std::string built(std::string_view name) {
  return build_folder() + "/tests/plugins/" + std::string(name) + ".so";
}

inline ScanOptions scan_options() { return {.describe_program = describe_program(), .timeout_ms = 30'000}; }

/// Made anew, for this user alone; deleted at the end.
class PluginFolder {
 public:
  PluginFolder() {
    std::string pattern = testing::TempDir() + "lodge_plugins_XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  ~PluginFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  PluginFolder(const PluginFolder&) = delete;
  PluginFolder& operator=(const PluginFolder&) = delete;

  /// Copies a test plugin here under another name and returns its path. Replaces what is there as a new file.
  std::string put(std::string_view plugin, std::string_view as) {
    const std::string to = path_ + "/" + std::string(as) + ".so";
    std::filesystem::remove(to);
    std::filesystem::copy_file(built(plugin), to);
    std::filesystem::permissions(to, std::filesystem::perms(0755));
    return to;
  }
  std::string put(std::string_view plugin) { return put(plugin, plugin); }

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace lodge::plugin
