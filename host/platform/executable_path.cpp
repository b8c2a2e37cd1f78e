#include "platform/executable_path.hpp"

namespace lodge::platform {

Result<std::filesystem::path> executable_path() {
  std::error_code error;
  std::filesystem::path path = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error && std::filesystem::exists(path, error)) return path;
  return Error{Code::NOT_FOUND, "cannot find this program's own file: " +
                                    (error ? error.message() : path.string() + " is not there any more")};
}

}  // namespace lodge::platform
