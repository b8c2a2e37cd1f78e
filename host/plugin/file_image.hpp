// A file read once: what is checked, hashed and copied is then the same bytes, whatever happens to the file.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/bytes.hpp"
#include "base/status.hpp"

namespace lodge::plugin {

struct FileImage {
  std::string path;  ///< as it was given
  Bytes content;
  uid_t owner = 0;
  mode_t mode = 0;
};

/// Reads a regular file of at most 512 MiB. NOT_FOUND, PERMISSION_DENIED, INVALID_ARGUMENT (a directory, a device),
/// RESOURCE_EXHAUSTED; messages begin with the path.
[[nodiscard]] Result<FileImage> read_file_image(const std::string& path);

/// SHA-256, as 64 lower-case hexadecimal digits.
[[nodiscard]] std::string sha256_of(ByteView bytes);

}  // namespace lodge::plugin
