// Values that have been checked: each border checks what comes in over it, once, and hands on what this says.
#pragma once

#include <lodge/msgpack.h>

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace lodge::wire {

/// Whether these are exactly `count` well-formed values, one after another, that plugins can read.
[[nodiscard]] inline bool well_formed(ByteView bytes, std::size_t count) {
  return lodge_mp_check(bytes.data(), bytes.size(), count) == LODGE_OK;
}

/// So many well-formed msgpack values, one after another; borrowed.
class PackedValues {
 public:
  PackedValues() = default;  ///< none

  /// Nothing: they are not `well_formed`.
  [[nodiscard]] static std::optional<PackedValues> check(ByteView bytes, std::uint32_t count) {
    if (!well_formed(bytes, count)) return std::nullopt;
    return PackedValues(bytes, count);
  }
  /// Values that were checked already, that this process packed itself, or that somebody else will check.
  [[nodiscard]] static PackedValues vouched(ByteView bytes, std::uint32_t count) { return {bytes, count}; }

  [[nodiscard]] std::uint32_t count() const { return count_; }
  [[nodiscard]] ByteView bytes() const { return bytes_; }

 private:
  PackedValues(ByteView bytes, std::uint32_t count) : bytes_(bytes), count_(count) {}

  ByteView bytes_;
  std::uint32_t count_ = 0;
};

}  // namespace lodge::wire
