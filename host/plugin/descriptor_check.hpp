// The rules for what a descriptor may say, wherever it comes from: a plugin's memory or the reading child.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/status.hpp"
#include "plugin/descriptor.hpp"

namespace lodge::plugin {

/// Hard limits. They bound what is copied before anything is checked.
struct DescriptorLimits {
  static constexpr std::size_t name_bytes_max = 64;
  static constexpr std::size_t version_bytes_max = 256;  ///< ranges and interface ids too
  static constexpr std::size_t line_bytes_max = 1024;    ///< summary, doc, params, result
  static constexpr std::size_t default_bytes_max = std::size_t{16} << 10;
  static constexpr std::size_t constraints_bytes_max = std::size_t{4} << 10;
  static constexpr std::uint32_t arity_max = 32;
  static constexpr std::uint32_t callbacks_max = 1024;
  static constexpr std::uint32_t settings_max = 256;
  static constexpr std::uint32_t dependencies_max = 256;
  static constexpr std::uint32_t needs_max = 64;
};

/// Names, versions, ranges, flags, types, duplicates, constraints, defaults, and that each text is one line of UTF-8.
/// INVALID_ARGUMENT says which field is wrong, what it holds and what is allowed there.
[[nodiscard]] Status check_descriptor(const Descriptor& descriptor);

/// The word for a LODGE_TYPE_... number, as in error messages: "int". Empty: no such type.
[[nodiscard]] std::string_view setting_type_name(std::uint32_t type);

}  // namespace lodge::plugin
