// What crosses the border in either direction is checked to be what it should be: so many msgpack values.
#pragma once

#include <lodge/msgpack.h>

#include "base/bytes.hpp"

namespace lodge::service {

/// Exactly `count` well-formed values, one after another.
[[nodiscard]] inline bool well_formed(ByteView values, std::size_t count) {
  return lodge_mp_check(values.data(), values.size(), count) == LODGE_OK;
}

}  // namespace lodge::service
