#include "plugin/trust.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace lodge::plugin {

namespace {

namespace fs = std::filesystem;

/// A directory that others can write to, and that is not sticky as /tmp is, lets them replace what lies in it.
Status check_above(const fs::path& folder) {
  for (fs::path each = folder.parent_path();; each = each.parent_path()) {
    struct stat info {};
    if (stat(each.c_str(), &info) == 0 && (info.st_mode & S_IWOTH) != 0 && (info.st_mode & S_ISVTX) == 0) {
      return Error{Code::PERMISSION_DENIED,
                   fmt::format("{}: everybody may replace it, since {} is writable by everybody: chmod o-w {}",
                               folder.string(), each.string(), each.string())};
    }
    if (each == each.parent_path()) return {};
  }
}

}  // namespace

Status check_owner(const std::string& path, uid_t owner, mode_t mode, uid_t host_user) {
  if (owner != 0 && owner != host_user) {
    return Error{Code::PERMISSION_DENIED,
                 fmt::format("{}: belongs to user {}, who could put code into the host; it must belong to root or the "
                             "host's user: chown {} {}",
                             path, owner, host_user, path)};
  }
  if ((mode & (S_IWGRP | S_IWOTH)) != 0) {
    return Error{Code::PERMISSION_DENIED,
                 fmt::format("{}: is writable by {}, who could put code into the host: chmod go-w {}", path,
                             (mode & S_IWOTH) != 0 ? "everybody" : "its group", path)};
  }
  return {};
}

Status check_plugin_directory(const std::string& path) {
  std::error_code failed;
  const fs::path real = fs::canonical(path, failed);
  struct stat info {};
  if (failed || stat(real.c_str(), &info) != 0) {
    const int number = failed ? failed.value() : errno;
    return Error{
        number == ENOENT ? Code::NOT_FOUND : Code::PERMISSION_DENIED,
        fmt::format("{}: the plugin directory cannot be read: {}", path, std::generic_category().message(number))};
  }
  if (!S_ISDIR(info.st_mode)) return Error{Code::INVALID_ARGUMENT, fmt::format("{}: not a directory", path)};
  if (Status owner = check_owner(real.string(), info.st_uid, info.st_mode, geteuid()); !owner) return owner;
  return check_above(real);
}

}  // namespace lodge::plugin
