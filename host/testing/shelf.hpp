// The plugins that a host in a library knows: descriptors compiled into the test, files, folders of files.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "service/plugin_source.hpp"

namespace lodge::testing {

/// Used by one thread.
class Shelf final : public service::PluginSource {
 public:
  /// A plugin whose code is in this process. ALREADY_EXISTS, or what is wrong with its descriptor.
  [[nodiscard]] Status add(const lodge_plugin* plugin, const std::string& file = {});

  /// Loads a file where it lies, with the checks of lodged. Its constructors and its descriptor run in this process.
  [[nodiscard]] Status add_file(const std::string& path);

  /// Looks for plugins that are not known in `path`/NAME.so too. NOT_FOUND: there is no such folder.
  [[nodiscard]] Status add_folder(const std::string& path);
  /// The same, whether or not there is such a folder.
  void look_in(const std::string& path) { folders_.push_back(path); }

  void deny(const std::string& plugin, const std::string& interface_id);

  [[nodiscard]] Result<const plugin::Descriptor*> describe(std::string_view name) override;
  [[nodiscard]] Result<std::shared_ptr<const plugin::Plugin>> load(std::string_view name) override;
  [[nodiscard]] std::vector<std::string> denied(std::string_view name) const override;

 private:
  [[nodiscard]] Error missing(std::string_view name) const;

  std::map<std::string, std::shared_ptr<const plugin::Plugin>, std::less<>> plugins_;
  std::vector<std::string> folders_;
  std::map<std::string, std::vector<std::string>, std::less<>> denied_;
};

}  // namespace lodge::testing
