// "1 service", "3 services": counts as people read them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lodge {

/// The count and its noun, which takes an s where there are more or fewer than one.
[[nodiscard]] inline std::string counted(std::uint64_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

}  // namespace lodge
