#include "plugin/file_image.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "platform/unique_fd.hpp"

namespace lodge::plugin {

namespace {

constexpr off_t file_bytes_max = off_t{512} << 20;

Error failed(const std::string& path, int number) {
  const Code code = number == ENOENT || number == ENOTDIR ? Code::NOT_FOUND
                    : number == EACCES || number == EPERM ? Code::PERMISSION_DENIED
                                                          : Code::UNAVAILABLE;
  return {code, fmt::format("{}: cannot be read: {}", path, std::generic_category().message(number))};
}

}  // namespace

Result<FileImage> read_file_image(const std::string& path) {
  // Without O_NONBLOCK, opening a named pipe would wait for its writer.
  const platform::UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat info {};
  if (!fd.valid() || fstat(fd.get(), &info) != 0) return failed(path, errno);
  if (!S_ISREG(info.st_mode)) return Error{Code::INVALID_ARGUMENT, fmt::format("{}: not a regular file", path)};
  if (info.st_size > file_bytes_max) {
    return Error{Code::RESOURCE_EXHAUSTED, fmt::format("{}: larger than 512 MiB", path)};
  }
  FileImage out{.path = path,
                .content = Bytes(static_cast<std::size_t>(info.st_size)),
                .owner = info.st_uid,
                .mode = info.st_mode};
  std::size_t size = 0;
  while (size < out.content.size()) {
    const ssize_t got = read(fd.get(), out.content.data() + size, out.content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(path, errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  out.content.resize(size);
  return out;
}

std::string sha256_of(ByteView bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::string out;
  for (unsigned i = 0; i < size; ++i) out += fmt::format("{:02x}", digest[i]);
  return out;
}

}  // namespace lodge::plugin
