#include "plugin/catalog.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

#include "base/closest.hpp"
#include "plugin/private_copy.hpp"
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

/// "a", "a or b", "a, b or c".
std::string either(const std::vector<std::string>& words) {
  if (words.empty()) return "any directory, since host.plugin_dirs names none";
  std::string out = words.front();
  for (std::size_t i = 1; i < words.size(); ++i) out += (i + 1 == words.size() ? " or " : ", ") + words[i];
  return out;
}

/// What may have been meant, or a handful of what there is.
std::string suggestion(std::string_view wanted, const std::vector<std::string>& names) {
  constexpr std::size_t shown_max = 5;
  if (names.empty()) return ", nor any other that could be used";
  if (std::string near = did_you_mean(wanted, names); !near.empty()) return near;
  const std::size_t shown = std::min(names.size(), shown_max);
  std::string out = fmt::format("; there is `{}`",
                                fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), "`, `"));
  if (names.size() > shown) out += fmt::format(" and {} more", names.size() - shown);
  return out;
}

bool letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

/// Whether a file of that name, which could not be read, may be the plugin: libNAME, NAME-1.2, or nearly NAME.
bool may_be(std::string stem, std::string_view name) {
  if (stem.starts_with("lib")) stem.erase(0, 3);
  for (char& each : stem)
    each = each == '-' ? '_' : static_cast<char>(each >= 'A' && each <= 'Z' ? each - 'A' + 'a' : each);
  std::string wanted(name);
  std::replace(wanted.begin(), wanted.end(), '-', '_');
  for (auto at = stem.find(wanted); at != std::string::npos; at = stem.find(wanted, at + 1)) {
    const std::size_t end = at + wanted.size();
    if ((at == 0 || !letter_or_digit(stem[at - 1])) && (end == stem.size() || !letter_or_digit(stem[end]))) return true;
  }
  return !closest(wanted, std::vector<std::string>{stem}).empty();
}

/// Whether it has not been read, or was refused by a reading before that one.
bool wanted(const Catalog::Entry& entry, std::uint64_t refused_before) {
  return entry.state == Catalog::State::unread ||
         (entry.state == Catalog::State::refused && entry.read_at < refused_before);
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
  const Lock lock(mutex_);
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
  std::vector<Error> errors;
  const std::vector<Seen> found = look(errors);
  const Lock lock(mutex_);
  adopt(found);
  directory_errors_ = std::move(errors);
  listed_ = true;
  if (!directory_errors_.empty()) return directory_errors_.front();
  return {};
}

std::vector<Catalog::Seen> Catalog::look(std::vector<Error>& errors) const {
  std::vector<Seen> out;
  for (const std::string& directory : options_.directories) {
    if (Status fits = check_plugin_directory(directory); !fits) {
      errors.push_back(std::move(fits).error());
      continue;
    }
    for (std::string& path : plugin_paths(directory)) {
      std::string identity = identity_of(path);
      out.push_back({std::move(path), std::move(identity)});
    }
  }
  return out;
}

void Catalog::adopt(const std::vector<Seen>& files) {
  std::vector<Entry> found;
  for (Entry& each : entries_) {
    if (each.state == State::builtin) found.push_back(each);
  }
  for (const Seen& file : files) {
    if (const Entry* const known = at(file)) {
      found.push_back(*known);
    } else {
      Entry& entry = found.emplace_back();
      entry.path = file.path;
      entry.identity = file.identity;
    }
  }
  entries_ = std::move(found);
  // Who waits for a file that is gone must look again.
  done_.notify_all();
}

std::vector<Catalog::Seen> Catalog::files() const {
  std::vector<Seen> out;
  for (const Entry& each : entries_) {
    if (!each.path.empty()) out.push_back({each.path, each.identity});
  }
  return out;
}

/// nullptr: it is gone, or another file by now.
Catalog::Entry* Catalog::at(const Seen& file) {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&file](const Entry& each) {
    return each.path == file.path && each.identity == file.identity;
  });
  return found != entries_.end() ? &*found : nullptr;
}

Status Catalog::scan() {
  Status listed = list();
  Lock lock(mutex_);
  const std::uint64_t now = readings_;
  read_all(lock, now + 1);
  return listed;
}

/// Reads all files that are wanted. A file may hang its reader for seconds: several are read at a time, so that many
/// such take no longer than a few. Lets the lock go meanwhile.
void Catalog::read_all(Lock& lock, std::uint64_t refused_before) {
  constexpr std::size_t readers_max = 8;
  std::vector<Seen> left;
  for (const Entry& each : entries_) {
    if (!each.path.empty() && wanted(each, refused_before)) left.push_back({each.path, each.identity});
  }
  lock.unlock();
  std::atomic<std::size_t> next{0};
  const auto read_some = [&] {
    for (std::size_t at = next++; at < left.size(); at = next++) {
      Lock own(mutex_);
      read(own, left[at], refused_before);
    }
  };
  std::vector<std::thread> readers(std::min(left.size(), readers_max));
  for (std::thread& each : readers) each = std::thread(read_some);
  for (std::thread& each : readers) each.join();
  lock.lock();
}

/// Reads one file, if it is wanted. Lets the lock go meanwhile.
void Catalog::read(Lock& lock, const Seen& file, std::uint64_t refused_before) {
  for (;;) {
    const Entry* const entry = at(file);
    if (entry == nullptr) return;
    if (!wanted(*entry, refused_before)) return;
    if (!entry->busy) break;
    done_.wait(lock);
  }
  at(file)->busy = true;
  lock.unlock();
  // What is pinned is not even looked into when it is another file; of one under a strange name that shows only after.
  Result<PluginFile> inspected = inspect_plugin_file(file.path, options_.scan, pin_of(stem_of(file.path)));
  lock.lock();
  if (Entry* const entry = at(file)) keep(*entry, std::move(inspected));
  done_.notify_all();
}

void Catalog::keep(Entry& entry, Result<PluginFile> file) {
  entry.busy = false;
  entry.read_at = ++readings_;
  if (file) entry.name = file->descriptor.name;
  Status fits = file ? check_name(*file) : Status(file.error());
  if (!fits) {
    entry.state = State::refused;
    entry.error = std::move(fits).error();
    return;
  }
  entry.state = State::available;
  entry.error.reset();
  entry.file = std::make_shared<const PluginFile>(*std::move(file));
  read_.push_back(entry.file);
}

/// What depends on the plugin's own name, whatever its file is called.
Status Catalog::check_name(const PluginFile& file) {
  const std::string& name = file.descriptor.name;
  if (Status pinned = check_pin(file, pin_of(name)); !pinned) return pinned;
  if (builtin(name) == nullptr) return {};
  return Error{Code::ALREADY_EXISTS,
               fmt::format("{}: its plugin is called `{}`, as a built-in one is; rename it", file.path, name)};
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

Result<Catalog::Entry*> Catalog::find(Lock& lock, std::string_view name) {
  if (Entry* const found = builtin(name)) return found;
  if (!listed_) {
    lock.unlock();
    // Refused directories are remembered and told where a plugin is missing.
    static_cast<void>(list());
    lock.lock();
  }
  for (const Seen& each : files()) {
    if (stem_of(each.path) != name) continue;
    read(lock, each);
    const Entry* const entry = at(each);
    if (entry == nullptr) continue;
    if (entry->error) return *entry->error;
    if (entry->descriptor()->name == name) break;
  }
  Result<Entry*> found = find_read(name);
  if (!found || *found != nullptr) return found;
  read_all(lock);
  found = find_read(name);
  if (found && *found == nullptr) return missing(name);
  return found;
}

Error Catalog::missing(std::string_view name) const {
  std::set<std::string> names;
  std::string refused;
  Code code = Code::NOT_FOUND;
  const auto refuse = [&](const Error& error) {
    refused += "; " + error.message;
    // It may well be in there: that it is not safe to use is the cause to tell.
    if (error.code == Code::PERMISSION_DENIED) code = error.code;
  };
  for (const Entry& each : entries_) {
    if (each.file) names.insert(each.name);
    if (each.error && (each.name == name || may_be(stem_of(each.path), name))) refuse(*each.error);
  }
  for (const Error& each : directory_errors_) refuse(each);
  return {code, fmt::format("there is no plugin `{}` in {}{}{}", name, either(options_.directories),
                            suggestion(name, {names.begin(), names.end()}), refused)};
}

Result<Catalog::Entry> Catalog::look_at(const std::string& path) {
  Lock lock(mutex_);
  for (const Seen& each : files()) {
    if (each.path != path) continue;
    read(lock, each);
    if (const Entry* const entry = at(each)) return *entry;
  }
  return Error{Code::NOT_FOUND, path + ": there is no such file"};
}

Result<const Descriptor*> Catalog::describe(std::string_view name) {
  Lock lock(mutex_);
  const Result<Entry*> found = find(lock, name);
  if (!found) return found.error();
  return (*found)->descriptor();
}

Result<std::shared_ptr<const Plugin>> Catalog::load(std::string_view name) {
  Lock lock(mutex_);
  Entry* entry = nullptr;
  for (;;) {
    const Result<Entry*> found = find(lock, name);
    if (!found) return found.error();
    entry = *found;
    if (entry->plugin) return entry->plugin;
    if (!entry->busy) break;
    done_.wait(lock);
  }
  const Seen seen{entry->path, entry->identity};
  const std::shared_ptr<const PluginFile> file = entry->file;
  copies_.insert(private_copy_path(options_.data_dir, file->sha256, file->descriptor.name));
  entry->busy = true;
  lock.unlock();
  Result<std::shared_ptr<const Plugin>> loaded = load_plugin_file(*file, options_.data_dir);
  lock.lock();
  if (Entry* const present = at(seen)) {
    present->busy = false;
    // Where it failed the file may be another one by now, or the cause mended: next time it is read anew.
    present->state = loaded ? State::loaded : State::unread;
    if (loaded) present->plugin = *loaded;
    if (!loaded) present->file.reset();
  }
  done_.notify_all();
  return loaded;
}

std::vector<Catalog::Entry> Catalog::entries() const {
  const Lock lock(mutex_);
  return entries_;
}

Result<std::size_t> Catalog::remove_unused_copies() {
  // Under the lock: a copy that is about to be loaded is known before it is made.
  const Lock lock(mutex_);
  return remove_private_copies(options_.data_dir, copies_);
}

}  // namespace lodge::plugin
