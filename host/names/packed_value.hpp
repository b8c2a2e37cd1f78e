// What a value of a name or of node configuration may be.
#pragma once

#include "wire/packed_values.hpp"

namespace lodge::names {

constexpr std::size_t value_bytes_max = std::size_t{64} << 10;

/// Exactly one well-formed msgpack value of at most 64 KiB.
[[nodiscard]] inline bool is_one_value(ByteView bytes) {
  return bytes.size() <= value_bytes_max && wire::well_formed(bytes, 1);
}

}  // namespace lodge::names
