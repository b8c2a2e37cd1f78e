// Bytes, owned and borrowed.
#pragma once

#include <lodge/types.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lodge {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

[[nodiscard]] inline ByteView view_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
[[nodiscard]] inline ByteView view_of(const lodge_slice& slice) {
  return {static_cast<const std::uint8_t*>(slice.data), slice.size};
}
[[nodiscard]] inline std::string_view text_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
[[nodiscard]] inline std::string_view text_of(const lodge_slice& slice) {
  return {static_cast<const char*>(slice.data), slice.size};
}
[[nodiscard]] inline lodge_slice slice_of(ByteView bytes) { return {bytes.data(), bytes.size()}; }
[[nodiscard]] inline lodge_slice slice_of(std::string_view text) { return {text.data(), text.size()}; }
[[nodiscard]] inline Bytes copy_of(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace lodge
