// Structs that plugins lend the host, which say their own size first.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace lodge::plugin {

/// A struct longer than this is garbage, not a later SDK's: its tail is not looked at.
constexpr std::size_t struct_bytes_max = 4096;

/// That all bytes of a struct of `size` beyond those `known` here are zero: a later SDK's that asks for no more.
[[nodiscard]] inline bool tail_is_zero(const void* memory, std::size_t size, std::size_t known) {
  const auto* const bytes = static_cast<const std::uint8_t*>(memory);
  return std::all_of(bytes + known, bytes + size, [](std::uint8_t each) { return each == 0; });
}

/// That it has all fields that we know, and asks for none that we do not.
template <typename Struct>
[[nodiscard]] bool means_the_same(const Struct& lent) {
  return lent.struct_size >= sizeof lent && lent.struct_size <= struct_bytes_max &&
         tail_is_zero(&lent, lent.struct_size, sizeof lent);
}

}  // namespace lodge::plugin
