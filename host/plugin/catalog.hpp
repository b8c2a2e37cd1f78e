// The plugins there are: files in the plugin directories, and those built in.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"
#include "plugin/descriptor.hpp"
#include "plugin/plugin.hpp"
#include "plugin/plugin_file.hpp"
#include "plugin/scan.hpp"

namespace lodge::plugin {

struct CatalogOptions {
  std::vector<std::string> directories;                  ///< the first that has a plugin of a name wins
  std::string data_dir;                                  ///< where private copies go
  ScanOptions scan;                                      ///< how descriptors are read
  std::map<std::string, std::string, std::less<>> pins;  ///< SHA-256 by plugin name
};

/// Knows a plugin by the name in its descriptor, whatever its file is called. Reading a descriptor takes a process, so
/// it is put off: a wanted plugin NAME is looked for in NAME.so first, and only where there is no such file, or it
/// holds another plugin, are all files read. Two files of one directory with the same plugin's name are thus noticed
/// only once both have been read; from then on the name is refused. What is wrong with one file is an error of that
/// file and never stops the rest.
///
/// Thread-safe. Looking for a plugin and loading it blocks for as long as that takes, but nobody else: files are read
/// and loaded without a lock, each by one thread at a time, and only who wants the same one waits for it.
class Catalog {
 public:
  enum class State : std::uint8_t { unread, available, refused, loaded, builtin };

  /// One file, or one built-in plugin.
  struct Entry {
    std::string path;  ///< empty: built in
    State state = State::unread;
    std::string name;                        ///< of its plugin, where a file could be read, in order or not
    std::shared_ptr<const PluginFile> file;  ///< where it has been read and is in order
    std::optional<Error> error;              ///< where it is refused
    std::shared_ptr<const Plugin> plugin;    ///< where it is loaded or built in
    std::string identity;                    ///< changes when the file does
    bool busy = false;                       ///< a thread reads it, or loads it
    std::uint64_t read_at = 0;               ///< which of all readings its last one was

    /// nullptr: not read yet, or refused.
    [[nodiscard]] const Descriptor* descriptor() const;
  };

  explicit Catalog(CatalogOptions options);

  /// Before anything is looked for. ALREADY_EXISTS: there is a built-in plugin of that name.
  [[nodiscard]] Status add_builtin(std::shared_ptr<const Plugin> plugin);

  /// Looks which files there are, and forgets what is known of those that have changed. Answers the first error of
  /// check_plugin_directory; files of a refused directory do not exist here, those of the others do.
  [[nodiscard]] Status list();

  /// `list`, then reads every file that has not been read, and those refused before. Two that scan at the same time
  /// share the work.
  [[nodiscard]] Status scan();

  /// What is in that file, which is read unless it has been; as `list` saw it last. NOT_FOUND: there is none.
  [[nodiscard]] Result<Entry> look_at(const std::string& path);

  /// The descriptor of the plugin of that name, alive as long as the catalog. NOT_FOUND says where it was looked for,
  /// what it may be called there, and why directories, and files that may be meant, are refused; else the error of its
  /// file.
  [[nodiscard]] Result<const Descriptor*> describe(std::string_view name);

  /// Its code, in this process; the same each time, until `list` finds another file in its place.
  [[nodiscard]] Result<std::shared_ptr<const Plugin>> load(std::string_view name);

  /// All that is known: built-in plugins, then files by directory and name.
  [[nodiscard]] std::vector<Entry> entries() const;

  /// Removes private copies that no plugin of this process was loaded from: of files that have been replaced since, or
  /// are not used any more. Only for who has the data directory alone. Returns how many.
  [[nodiscard]] Result<std::size_t> remove_unused_copies();

 private:
  using Lock = std::unique_lock<std::mutex>;
  /// A file as it was seen; it finds the entry again after the lock was let go.
  struct Seen {
    std::string path;
    std::string identity;
  };

  [[nodiscard]] std::vector<Seen> look(std::vector<Error>& errors) const;
  void adopt(const std::vector<Seen>& files);
  [[nodiscard]] std::vector<Seen> files() const;
  [[nodiscard]] Entry* at(const Seen& file);
  void read(Lock& lock, const Seen& file, std::uint64_t refused_before = 0);
  void read_all(Lock& lock, std::uint64_t refused_before = 0);
  void keep(Entry& entry, Result<PluginFile> file);
  [[nodiscard]] Status check_name(const PluginFile& file);
  [[nodiscard]] Result<Entry*> find(Lock& lock, std::string_view name);
  [[nodiscard]] Result<Entry*> find_read(std::string_view name);
  [[nodiscard]] Error missing(std::string_view name) const;
  [[nodiscard]] Entry* builtin(std::string_view name);
  [[nodiscard]] std::string_view pin_of(std::string_view name) const;

  const CatalogOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable done_;  ///< an entry is not busy any more
  std::vector<Entry> entries_;
  std::vector<std::shared_ptr<const PluginFile>> read_;  ///< all ever: descriptors that were handed out stay
  std::vector<Error> directory_errors_;
  std::set<std::string> copies_;  ///< all that were ever loaded, or are about to be
  std::uint64_t readings_ = 0;
  bool listed_ = false;
};

/// "unread", "available", "refused", "loaded", "builtin".
[[nodiscard]] std::string_view state_name(Catalog::State state);

}  // namespace lodge::plugin
