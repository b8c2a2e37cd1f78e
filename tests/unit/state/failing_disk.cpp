#include "failing_disk.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/types.h>
#include <sys/uio.h>

#include <atomic>
#include <cerrno>
#include <climits>

namespace {

std::atomic<int> good_writes{INT_MAX};
std::atomic<int> good_syncs{INT_MAX};
std::atomic<bool> meta_fails{false};

bool fails(std::atomic<int>& good) {
  if (good.load() == INT_MAX || good.fetch_sub(1) > 0) return false;
  good.store(0);
  errno = EIO;
  return true;
}

bool meta_page_fails(int fd) {
  if (!meta_fails.load() || (::fcntl(fd, F_GETFL) & O_DSYNC) == 0) return false;
  errno = EIO;
  return true;
}

template <typename Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

// In place of libc's, for the libraries of this program.
extern "C" {

ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
  static const auto next = real<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
  if (fails(good_writes) || meta_page_fails(fd)) return -1;
  return next(fd, data, size, offset);
}

ssize_t writev(int fd, const iovec* parts, int count) {
  static const auto next = real<ssize_t (*)(int, const iovec*, int)>("writev");
  if (fails(good_writes)) return -1;
  return next(fd, parts, count);
}

int fdatasync(int fd) {
  static const auto next = real<int (*)(int)>("fdatasync");
  if (fails(good_syncs)) return -1;
  return next(fd);
}
}

namespace lodge::state::test {

FailingWrites::FailingWrites(int good_calls) { good_writes = good_calls; }
FailingWrites::~FailingWrites() { good_writes = INT_MAX; }
FailingSyncs::FailingSyncs(int good_calls) { good_syncs = good_calls; }
FailingSyncs::~FailingSyncs() { good_syncs = INT_MAX; }
FailingMetaPages::FailingMetaPages() { meta_fails = true; }
FailingMetaPages::~FailingMetaPages() { meta_fails = false; }

}  // namespace lodge::state::test
