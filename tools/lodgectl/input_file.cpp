#include "lodgectl/input_file.hpp"

#include <cerrno>
#include <system_error>

namespace lodge::ctl {

Result<std::ifstream> open_input(const std::filesystem::path& file) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    return Error{Code::NOT_FOUND, file.string() + ": cannot be read: it is a directory"};
  }
  std::ifstream in(file, std::ios::binary);
  if (in) return in;
  return Error{Code::NOT_FOUND, file.string() + ": cannot be read: " + std::generic_category().message(errno)};
}

}  // namespace lodge::ctl
