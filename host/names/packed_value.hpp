// What a value of a name or of node configuration may be.
#pragma once

#include "wire/msgpack.hpp"

namespace lodge::names {

constexpr std::size_t value_bytes_max = std::size_t{64} << 10;

/// Exactly one well-formed msgpack value of at most 64 KiB.
[[nodiscard]] inline bool is_one_value(ByteView bytes) {
  if (bytes.size() > value_bytes_max) return false;
  const Result<std::size_t> taken = wire::check_values(bytes, 1, {});
  return taken.ok() && *taken == bytes.size();
}

}  // namespace lodge::names
