// A directory of a test's own, gone with it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace lodge::system_test {

class ScratchDirectory {
 public:
  /// With an empty directory `plugins` in it.
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path plugins() const { return path_ / "plugins"; }

  void write(const std::filesystem::path& name, std::string_view text) const;
  /// Empty: there is no such file.
  [[nodiscard]] std::string read(const std::filesystem::path& name) const;
  [[nodiscard]] bool has(const std::filesystem::path& name) const { return std::filesystem::exists(path_ / name); }

  /// Copies NAME.so of tests/plugins, as a file that nobody else may write. Returns where it is.
  std::filesystem::path add_plugin(const std::string& name) const;
  /// The same of one that is installed with the host.
  std::filesystem::path add_standard_plugin(const std::string& name) const;

 private:
  std::filesystem::path path_;
};

}  // namespace lodge::system_test
