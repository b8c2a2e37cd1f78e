// One host to a directory.
#pragma once

#include <filesystem>

#include "base/status.hpp"
#include "platform/unique_fd.hpp"

namespace lodge::platform {

/// An exclusive lock on a file, held until destroyed or until the process ends, however it ends. The file itself stays
/// (removing it would let two processes hold locks on two files of one name) and holds the holder's process id.
class FileLock {
 public:
  /// ALREADY_EXISTS names the process that holds it; other codes: the file cannot be made.
  [[nodiscard]] static Result<FileLock> take(const std::filesystem::path& file);

 private:
  explicit FileLock(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

}  // namespace lodge::platform
