// Files that the command line names.
#pragma once

#include <filesystem>
#include <fstream>

#include "base/status.hpp"

namespace lodge::ctl {

/// Opens a file to read; a pipe will do. NOT_FOUND says which one cannot be read, and why.
[[nodiscard]] Result<std::ifstream> open_input(const std::filesystem::path& file);

}  // namespace lodge::ctl
