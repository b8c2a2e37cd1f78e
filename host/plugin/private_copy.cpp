#include "plugin/private_copy.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <vector>

#include "platform/unique_fd.hpp"
#include "plugin/file_image.hpp"

namespace lodge::plugin {

namespace {

constexpr mode_t copy_mode = 0500;
constexpr mode_t folder_mode = 0700;

Error failed(std::string_view what, const std::string& path, int number) {
  return {Code::UNAVAILABLE, fmt::format("cannot {} {}: {}; plugins run from a private copy in the data directory",
                                         what, path, std::generic_category().message(number))};
}

std::string all_copies(const std::string& data_dir) { return data_dir + "/plugins"; }

bool all_of(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

/// The folder of a content hash.
bool is_copy_folder(const std::string& name) { return name.size() == 64 && all_of(name, "0123456789abcdef"); }

/// NAME.so, or NAME.so.PID.NUMBER, which is one being written.
bool is_copy_name(const std::string& name) {
  const auto end = name.rfind(".so");
  if (end == std::string::npos || end == 0) return false;
  const std::string_view rest = std::string_view(name).substr(end + 3);
  return rest.empty() || (rest.size() > 3 && rest.front() == '.' && all_of(rest, ".0123456789"));
}

/// Itself, not what a link leads to.
bool is_own(const std::string& path, mode_t type) {
  struct stat info {};
  return lstat(path.c_str(), &info) == 0 && (info.st_mode & S_IFMT) == type && info.st_uid == geteuid();
}

/// The names in a directory of this user's own; none: it is something else, or not there.
std::vector<std::string> names_in(const std::string& path) {
  std::vector<std::string> out;
  if (!is_own(path, S_IFDIR)) return out;
  std::error_code failed;
  for (std::filesystem::directory_iterator at(path, failed), end; !failed && at != end; at.increment(failed)) {
    out.push_back(at->path().filename().string());
  }
  return out;
}

Status make_folder(const std::string& path) {
  if (mkdir(path.c_str(), folder_mode) != 0 && errno != EEXIST) return failed("make the directory", path, errno);
  return {};
}

bool is_there(const std::string& path, ByteView content) {
  const Result<FileImage> image = read_file_image(path);
  return image && image->owner == geteuid() && (image->mode & 07777U) == copy_mode &&
         std::ranges::equal(image->content, content);
}

Status write_all(int fd, const std::string& path, ByteView content) {
  while (!content.empty()) {
    const ssize_t written = write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed("write", path, errno);
    content = content.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Status write_copy(const std::string& path, ByteView content) {
  static std::atomic<std::uint64_t> next{1};
  const std::string temporary = fmt::format("{}.{}.{}", path, getpid(), next.fetch_add(1));
  const platform::UniqueFd fd(open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, copy_mode));
  if (!fd.valid()) return failed("make", temporary, errno);
  Status done = write_all(fd.get(), temporary, content);
  if (done && fchmod(fd.get(), copy_mode) != 0) done = failed("set the mode of", temporary, errno);
  if (done && std::rename(temporary.c_str(), path.c_str()) != 0) done = failed("make", path, errno);
  if (!done) unlink(temporary.c_str());
  return done;
}

}  // namespace

Status check_exec(const std::string& data_dir, unsigned long mount_flags) {
  if ((mount_flags & ST_NOEXEC) == 0) return {};
  return Error{
      Code::FAILED_PRECONDITION,
      fmt::format("{} lies on a file system that is mounted noexec, and plugins run from a private copy in the "
                  "data directory; choose another data directory, or mount that one with exec",
                  data_dir)};
}

std::string private_copy_path(const std::string& data_dir, const std::string& sha256, const std::string& name) {
  return fmt::format("{}/{}/{}.so", all_copies(data_dir), sha256, name);
}

Result<std::string> keep_private_copy(const std::string& data_dir, const std::string& sha256, const std::string& name,
                                      ByteView content) {
  struct statvfs info {};
  if (statvfs(data_dir.c_str(), &info) != 0) return failed("look at", data_dir, errno);
  if (Status fits = check_exec(data_dir, info.f_flag); !fits) return std::move(fits).error();
  const std::string all = all_copies(data_dir);
  const std::string folder = all + "/" + sha256;
  for (const std::string& each : {all, folder}) {
    if (Status made = make_folder(each); !made) return std::move(made).error();
  }
  std::string path = private_copy_path(data_dir, sha256, name);
  if (is_there(path, content)) return path;
  if (Status written = write_copy(path, content); !written) return std::move(written).error();
  return path;
}

Result<std::size_t> remove_private_copies(const std::string& data_dir, const std::set<std::string>& used) {
  const std::string all = all_copies(data_dir);
  std::size_t removed = 0;
  for (const std::string& hash : names_in(all)) {
    if (!is_copy_folder(hash)) continue;
    const std::string folder = all + "/" + hash;
    for (const std::string& name : names_in(folder)) {
      const std::string path = folder + "/" + name;
      if (used.contains(path) || !is_copy_name(name) || !is_own(path, S_IFREG)) continue;
      if (unlink(path.c_str()) != 0) return failed("remove", path, errno);
      ++removed;
    }
    // Stays where anything is left in it.
    (void)rmdir(folder.c_str());
  }
  return removed;
}

}  // namespace lodge::plugin
