// Plugin files that come, change and go while the host runs.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/directory_watch.hpp"
#include "base/executor.hpp"
#include "base/loop.hpp"
#include "control/quiet_files.hpp"
#include "plugin/catalog.hpp"

namespace lodge::control {

/// What has become of one file.
struct PluginNews {
  std::string file;
  std::string what;     ///< "new", "changed", "refused", "gone"
  std::string name;     ///< of its plugin, where that is known
  std::string version;  ///< where the file is in order
  std::string error;    ///< where it is refused
};

struct PluginWatchParts {
  Loop& loop;
  Executor& turns;  ///< where files are read, and services started
  plugin::Catalog& catalog;
  std::vector<std::string> directories;
  MonotonicNs quiet_ns;
  /// A plugin has come: its code is loaded, and who could not start without it tries again. None: it waits until a
  /// service names it.
  std::function<void(const std::string& name)> take_in;
};

/// Watches the plugin directories. A file is looked at once it has not changed for a moment, so that no half of one is;
/// what is seen of it is a line in the log.
class PluginWatch {
 public:
  explicit PluginWatch(PluginWatchParts parts) : parts_(std::move(parts)), quiet_(parts_.quiet_ns) {}
  PluginWatch(const PluginWatch&) = delete;
  PluginWatch& operator=(const PluginWatch&) = delete;
  ~PluginWatch() = default;

  /// What is there now is nothing new. Before the loop runs.
  void begin();
  /// No directory is watched any more; who scans goes on. On the loop thread.
  void end();

  /// Looks at all files now. Any thread but the loop's; blocks for as long as their readers run.
  std::vector<PluginNews> scan();

 private:
  struct Watched {
    std::unique_ptr<DirectoryWatch> watch;
    std::uint64_t inode = 0;
  };

  void tend();
  void watch(const std::string& directory);
  void changed(const std::string& directory, std::string_view name);
  void wait_for_quiet();
  void look_at_quiet();
  std::vector<PluginNews> look(const std::vector<std::string>& paths);
  [[nodiscard]] std::vector<std::string> all_paths() const;
  [[nodiscard]] bool look_at(const std::string& path, PluginNews& news);

  const PluginWatchParts parts_;
  // On the loop thread.
  QuietFiles quiet_;
  std::map<std::string, Watched> watched_;  ///< by directory
  bool waiting_ = false;
  bool ended_ = false;

  struct Known {
    std::string identity;
    std::string name;
    std::string version;
  };
  std::mutex mutex_;                    ///< one look at a time
  std::map<std::string, Known> known_;  ///< by path
  std::string refused_directory_;       ///< the error that was told last
};

}  // namespace lodge::control
