#include "control/plugin_watch.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <set>
#include <utility>

#include "base/function_task.hpp"
#include "base/log.hpp"

namespace lodge::control {

namespace {

constexpr std::string_view module = "plugins";
constexpr MonotonicNs tend_ns = 2'000'000'000;

/// 0: there is no such directory.
std::uint64_t inode_of(const std::string& directory) {
  struct stat info {};
  return stat(directory.c_str(), &info) == 0 && S_ISDIR(info.st_mode) ? info.st_ino : 0;
}

bool is_plugin_file(std::string_view name) { return name.ends_with(".so") && name.front() != '.'; }

void tell(const PluginNews& news, const std::string& before) {
  if (news.what == "refused") {
    log::warn(module, news.error);
  } else if (news.what == "gone") {
    log::info(module, news.file + " is gone");
  } else if (!before.empty()) {
    log::info(module, news.file + ": plugin " + news.name + " " + news.version + " is available, in place of " +
                          before + "; services take it by `lodgectl service upgrade`, or when they start anew");
  } else {
    log::info(module, news.file + ": plugin " + news.name + " " + news.version + " is available");
  }
}

}  // namespace

void PluginWatch::begin() {
  tend();
  const std::lock_guard lock(mutex_);
  // What is wrong with a directory is told by who wants a plugin of it.
  (void)parts_.catalog.list();
  for (const plugin::Catalog::Entry& each : parts_.catalog.entries()) {
    if (each.path.empty()) continue;
    const plugin::Descriptor* const descriptor = each.descriptor();
    known_[each.path] = {each.identity, each.name, descriptor != nullptr ? descriptor->version : std::string()};
  }
}

void PluginWatch::end() {
  ended_ = true;
  watched_.clear();
}

// A directory may come later, or another one take its place: no event tells of that.
void PluginWatch::tend() {
  if (ended_) return;
  for (const std::string& each : parts_.directories) watch(each);
  (void)parts_.loop.at(parts_.loop.clock().now() + tend_ns, [this] { tend(); });
}

void PluginWatch::watch(const std::string& directory) {
  const auto [at, first] = watched_.try_emplace(directory);
  Watched& watched = at->second;
  const std::uint64_t inode = inode_of(directory);
  if (inode == watched.inode) return;
  watched.inode = inode;
  watched.watch.reset();
  if (!first) changed(directory, {});
  if (inode == 0) return;
  auto opened = DirectoryWatch::open(parts_.loop, directory,
                                     [this, directory](std::string_view name) { changed(directory, name); });
  if (!opened) {
    log::warn(module, opened.error().message + "; use `lodgectl plugins scan` when files have changed there");
    return;
  }
  watched.watch = *std::move(opened);
}

void PluginWatch::changed(const std::string& directory, std::string_view name) {
  // What befalls the directory itself comes under its own name.
  const bool all = name.empty() || name == std::filesystem::path(directory).filename();
  if (ended_ || (!all && !is_plugin_file(name))) return;
  quiet_.changed(all ? std::string() : directory + "/" + std::string(name), parts_.loop.clock().now());
  wait_for_quiet();
}

void PluginWatch::wait_for_quiet() {
  const std::optional<MonotonicNs> next = quiet_.next();
  if (!next || std::exchange(waiting_, true)) return;
  (void)parts_.loop.at(*next, [this] {
    waiting_ = false;
    look_at_quiet();
    wait_for_quiet();
  });
}

// Beside the loop.
void PluginWatch::look_at_quiet() {
  std::vector<std::string> paths = quiet_.take(parts_.loop.clock().now());
  if (ended_ || paths.empty()) return;
  parts_.turns.submit_always(task_of([this, paths = std::move(paths)] {
    const BlockedScope blocked(parts_.turns);
    (void)look(paths);
  }));
}

std::vector<PluginNews> PluginWatch::scan() { return look({std::string()}); }

std::vector<std::string> PluginWatch::all_paths() const {
  std::set<std::string> out;
  for (const auto& [path, known] : known_) out.insert(path);
  for (const plugin::Catalog::Entry& each : parts_.catalog.entries()) {
    if (!each.path.empty()) out.insert(each.path);
  }
  return {out.begin(), out.end()};
}

std::vector<PluginNews> PluginWatch::look(const std::vector<std::string>& paths) {
  std::vector<PluginNews> out;
  {
    const std::lock_guard lock(mutex_);
    const Status listed = parts_.catalog.list();
    const std::string refused = listed ? std::string() : listed.error().message;
    if (std::exchange(refused_directory_, refused) != refused && !refused.empty()) log::warn(module, refused);
    const bool all = !paths.empty() && paths.front().empty();
    for (const std::string& path : all ? all_paths() : paths) {
      PluginNews news;
      if (look_at(path, news)) out.push_back(std::move(news));
    }
  }
  if (!parts_.take_in) return out;
  for (const PluginNews& each : out) {
    if (each.what == "new" || each.what == "changed") parts_.take_in(each.name);
  }
  return out;
}

// False: nothing has become of it.
bool PluginWatch::look_at(const std::string& path, PluginNews& news) {
  news.file = path;
  const auto known = known_.find(path);
  const Result<plugin::Catalog::Entry> entry = parts_.catalog.look_at(path);
  if (!entry) {
    if (known == known_.end()) return false;
    news.what = "gone";
    news.name = known->second.name;
    known_.erase(known);
    tell(news, {});
    return true;
  }
  if (known != known_.end() && known->second.identity == entry->identity) return false;
  const std::string before = known != known_.end() ? known->second.version : std::string();
  news.name = entry->name;
  if (const plugin::Descriptor* const descriptor = entry->descriptor()) {
    news.what = known != known_.end() ? "changed" : "new";
    news.version = descriptor->version;
  } else {
    news.what = "refused";
    news.error = entry->error ? entry->error->message : path + " could not be read";
  }
  known_[path] = {entry->identity, news.name, news.version};
  tell(news, before);
  return true;
}

}  // namespace lodge::control
