// What names look like. Each is at most name_bytes_max long.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace lodge::plugin {

constexpr std::size_t name_bytes_max = 64;

namespace detail {
[[nodiscard]] constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
}  // namespace detail

/// Of plugins, groups and services: [a-z][a-z0-9_-]*
[[nodiscard]] constexpr bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= name_bytes_max && detail::is_lower(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return detail::is_lower(c) || detail::is_digit(c) || c == '_' || c == '-'; });
}

/// Of callbacks, settings and parameters: [a-z_][a-z0-9_]*
[[nodiscard]] constexpr bool is_identifier(std::string_view text) {
  return !text.empty() && text.size() <= name_bytes_max && !detail::is_digit(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return detail::is_lower(c) || detail::is_digit(c) || c == '_'; });
}

}  // namespace lodge::plugin
