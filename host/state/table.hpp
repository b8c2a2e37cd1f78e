// A named table of an environment.
#pragma once

#include <cstddef>

#include "base/bytes.hpp"

namespace lodge::state {

/// Of the environment that opened it, and as long as that lives.
struct Table {
  std::size_t index = 0;
};

/// What LMDB takes as a key.
constexpr std::size_t key_bytes_max = 511;

/// Borrowed from the map: until the transaction writes or ends.
struct Entry {
  ByteView key;
  ByteView value;
};

}  // namespace lodge::state
