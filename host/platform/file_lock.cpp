#include "platform/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace lodge::platform {

namespace {

std::string holder_of(int fd) {
  char text[32];
  const ssize_t size = ::pread(fd, text, sizeof text, 0);
  std::string pid;
  for (ssize_t i = 0; i < size && text[i] >= '0' && text[i] <= '9'; ++i) pid += text[i];
  return pid.empty() ? "another process" : "process " + pid;
}

}  // namespace

Result<FileLock> FileLock::take(const std::filesystem::path& file) {
  const auto failed = [&file](const char* what) {
    return Error{errno == EACCES || errno == EROFS ? Code::PERMISSION_DENIED : Code::FAILED_PRECONDITION,
                 std::string("cannot ") + what + " " + file.string() + ": " + std::generic_category().message(errno)};
  };
  UniqueFd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.valid()) return failed("open");
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return failed("lock");
    return Error{Code::ALREADY_EXISTS,
                 file.string() + " is held by " + holder_of(fd.get()) + "; stop it first, or use another directory"};
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd.get(), 0) != 0 || ::pwrite(fd.get(), pid.data(), pid.size(), 0) < 0) return failed("write");
  return FileLock(std::move(fd));
}

}  // namespace lodge::platform
