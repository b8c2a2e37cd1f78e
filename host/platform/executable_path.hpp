// Where this program lies.
#pragma once

#include <filesystem>

#include "base/status.hpp"

namespace lodge::platform {

/// Absolute. NOT_FOUND: the file was removed or replaced while it runs, or there is no /proc.
[[nodiscard]] Result<std::filesystem::path> executable_path();

}  // namespace lodge::platform
