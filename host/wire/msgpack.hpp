// Bytes that should be msgpack, checked in place. What has been checked is read with <lodge/msgpack.h>.
#pragma once

#include <lodge/msgpack.h>

#include <cstdint>

#include "base/bytes.hpp"
#include "base/status.hpp"
#include "wire/value.hpp"

namespace lodge::wire {

/// That `bytes` starts with `count` well-formed values within the limits. Returns how many bytes they take. Takes no
/// memory. INVALID_ARGUMENT with the offset: cut off, ext, or the byte 0xc1; RESOURCE_EXHAUSTED beyond a limit.
[[nodiscard]] Result<std::size_t> check_values(ByteView bytes, std::uint32_t count, const Limits& limits);

[[nodiscard]] inline lodge_mp_reader reader_of(ByteView bytes) {
  return lodge_mp_reader_of(bytes.data(), bytes.size());
}

/// What the reader has not read yet.
[[nodiscard]] inline ByteView rest_of(const lodge_mp_reader& reader) { return {reader.at, reader.end}; }

}  // namespace lodge::wire
