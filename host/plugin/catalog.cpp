#include "plugin/catalog.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/closest.hpp"
#include "plugin/trust.hpp"

namespace lodge::plugin {

namespace {

namespace fs = std::filesystem;

std::string stem_of(const std::string& path) { return fs::path(path).stem().string(); }
std::string folder_of(const std::string& path) { return fs::path(path).parent_path().string(); }

/// Which file that is, as far as can be told without reading it.
std::string identity_of(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return {};
  return fmt::format("{}:{}:{}:{}.{}:{}:{:o}", info.st_dev, info.st_ino, info.st_size, info.st_ctim.tv_sec,
                     info.st_ctim.tv_nsec, info.st_uid, info.st_mode);
}

/// Paths of the *.so files in a directory, sorted; hidden ones are somebody's unfinished copies.
std::vector<std::string> plugin_paths(const std::string& directory) {
  std::vector<std::string> out;
  std::error_code failed;
  for (fs::directory_iterator at(directory, failed), end; !failed && at != end; at.increment(failed)) {
    const fs::path& path = at->path();
    if (path.extension() == ".so" && path.filename().string().front() != '.') out.push_back(path.string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

std::string_view state_name(Catalog::State state) {
  switch (state) {
    case Catalog::State::unread:
      return "unread";
    case Catalog::State::available:
      return "available";
    case Catalog::State::refused:
      return "refused";
    case Catalog::State::loaded:
      return "loaded";
    case Catalog::State::builtin:
      return "builtin";
  }
  return "unread";
}

const Descriptor* Catalog::Entry::descriptor() const {
  if (file) return &file->descriptor;
  return plugin ? &plugin->descriptor : nullptr;
}

Catalog::Catalog(CatalogOptions options) : options_(std::move(options)) {}

Status Catalog::add_builtin(std::shared_ptr<const Plugin> plugin) {
  const std::string& name = plugin->descriptor.name;
  if (builtin(name) != nullptr) {
    return Error{Code::ALREADY_EXISTS, fmt::format("there is a built-in plugin `{}` already", name)};
  }
  Entry entry;
  entry.state = State::builtin;
  entry.plugin = std::move(plugin);
  const auto files =
      std::find_if(entries_.begin(), entries_.end(), [](const Entry& each) { return each.state != State::builtin; });
  entries_.insert(files, std::move(entry));
  return {};
}

Status Catalog::list() {
  listed_ = true;
  directory_errors_.clear();
  std::vector<Entry> found;
  for (Entry& each : entries_) {
    if (each.state == State::builtin) found.push_back(each);
  }
  for (const std::string& directory : options_.directories) list_directory(directory, found);
  entries_ = std::move(found);
  if (!directory_errors_.empty()) return directory_errors_.front();
  return {};
}

void Catalog::list_directory(const std::string& directory, std::vector<Entry>& found) {
  if (Status fits = check_plugin_directory(directory); !fits) {
    directory_errors_.push_back(std::move(fits).error());
    return;
  }
  for (std::string& path : plugin_paths(directory)) {
    std::string identity = identity_of(path);
    const auto known = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const Entry& each) { return each.path == path && each.identity == identity; });
    if (known != entries_.end()) {
      found.push_back(*known);
    } else {
      Entry& entry = found.emplace_back();
      entry.path = std::move(path);
      entry.identity = std::move(identity);
    }
  }
}

Status Catalog::scan() {
  Status listed = list();
  for (Entry& each : entries_) {
    if (each.state == State::unread || each.state == State::refused) read(each);
  }
  return listed;
}

void Catalog::read(Entry& entry) {
  entry.error.reset();
  Result<std::shared_ptr<const PluginFile>> file = inspect(entry);
  if (!file) {
    entry.state = State::refused;
    entry.error = std::move(file).error();
    return;
  }
  entry.state = State::available;
  entry.file = *std::move(file);
  read_.push_back(entry.file);
}

Result<std::shared_ptr<const PluginFile>> Catalog::inspect(const Entry& entry) {
  // What is pinned is not even looked into when it is another file; of one under a strange name that shows only after.
  Result<PluginFile> file = inspect_plugin_file(entry.path, options_.scan, pin_of(stem_of(entry.path)));
  if (!file) return std::move(file).error();
  const std::string& name = file->descriptor.name;
  if (Status pinned = check_pin(*file, pin_of(name)); !pinned) return std::move(pinned).error();
  if (builtin(name) != nullptr) {
    return Error{Code::ALREADY_EXISTS,
                 fmt::format("{}: its plugin is called `{}`, as a built-in one is; rename it", entry.path, name)};
  }
  return std::make_shared<const PluginFile>(*std::move(file));
}

Catalog::Entry* Catalog::builtin(std::string_view name) {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& each) {
    return each.state == State::builtin && each.plugin->descriptor.name == name;
  });
  return found != entries_.end() ? &*found : nullptr;
}

std::string_view Catalog::pin_of(std::string_view name) const {
  const auto found = options_.pins.find(name);
  return found != options_.pins.end() ? std::string_view(found->second) : std::string_view{};
}

/// nullptr: no file that has been read is that plugin.
Result<Catalog::Entry*> Catalog::find_read(std::string_view name) {
  Entry* first = nullptr;
  for (Entry& each : entries_) {
    const Descriptor* const descriptor = each.descriptor();
    if (descriptor == nullptr || descriptor->name != name) continue;
    if (first == nullptr) {
      first = &each;
    } else if (folder_of(first->path) == folder_of(each.path)) {
      return Error{Code::FAILED_PRECONDITION,
                   fmt::format("{} and {} both hold a plugin `{}`; remove one of them", first->path, each.path, name)};
    }
  }
  return first;
}

Result<Catalog::Entry*> Catalog::find(std::string_view name) {
  if (Entry* const found = builtin(name)) return found;
  // Refused directories are remembered and told where a plugin is missing.
  if (!listed_) static_cast<void>(list());
  for (Entry& each : entries_) {
    if (each.path.empty() || stem_of(each.path) != name) continue;
    if (each.state == State::unread) read(each);
    if (each.error) return *each.error;
    if (each.descriptor()->name == name) break;
  }
  Result<Entry*> found = find_read(name);
  if (!found || *found != nullptr) return found;
  for (Entry& each : entries_) {
    if (each.state == State::unread) read(each);
  }
  found = find_read(name);
  if (found && *found == nullptr) return missing(name);
  return found;
}

Error Catalog::missing(std::string_view name) const {
  std::vector<std::string> names;
  std::string refused;
  for (const Entry& each : entries_) {
    if (const Descriptor* descriptor = each.descriptor()) names.push_back(descriptor->name);
    if (each.error) refused += fmt::format("; refused: {}", each.error->message);
  }
  Code code = Code::NOT_FOUND;
  for (const Error& each : directory_errors_) {
    refused += fmt::format("; refused: {}", each.message);
    // It may well be in there: that the directory is not safe to use is the cause to tell.
    if (each.code == Code::PERMISSION_DENIED) code = each.code;
  }
  return {code, fmt::format("there is no plugin `{}`{}; in {} there are: {}{}", name, did_you_mean(name, names),
                            fmt::join(options_.directories, ", "), fmt::join(names, ", "), refused)};
}

Result<const Descriptor*> Catalog::describe(std::string_view name) {
  const Result<Entry*> found = find(name);
  if (!found) return found.error();
  return (*found)->descriptor();
}

Result<std::shared_ptr<const Plugin>> Catalog::load(std::string_view name) {
  const Result<Entry*> found = find(name);
  if (!found) return found.error();
  Entry& entry = **found;
  if (entry.plugin) return entry.plugin;
  Result<std::shared_ptr<const Plugin>> loaded = load_plugin_file(*entry.file, options_.data_dir);
  if (!loaded) {
    // The file may be another one by now, or its cause mended: next time it is read anew.
    entry.state = State::unread;
    entry.file.reset();
    return loaded;
  }
  entry.plugin = *loaded;
  entry.state = State::loaded;
  return loaded;
}

}  // namespace lodge::plugin
