#include "wire/msgpack.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace lodge::wire {

namespace {

Error too_many(const Limits& limits) {
  return {
      Code::RESOURCE_EXHAUSTED,
      fmt::format("more than {} values in one body (limits.elements_max); send less at a time", limits.elements_max)};
}

Error too_deep(std::size_t depth_max, std::size_t offset) {
  return {Code::RESOURCE_EXHAUSTED,
          fmt::format("values are nested more than {} deep (limits.depth_max), at byte {}", depth_max, offset)};
}

Error unreadable(const lodge_mp_reader& at, std::size_t offset) {
  if (lodge_mp_type(&at) == LODGE_MP_BAD) {
    return {Code::INVALID_ARGUMENT, fmt::format("msgpack type 0x{:02x} at byte {} is not allowed here; use nil, bool, "
                                                "int, float, str, bin, array or map",
                                                *at.at, offset)};
  }
  return {Code::INVALID_ARGUMENT, fmt::format("msgpack is cut off: the value at byte {} is not complete", offset)};
}

}  // namespace

Result<std::size_t> check_values(ByteView bytes, std::uint32_t count, const Limits& limits) {
  const std::size_t depth_max = std::min<std::size_t>(limits.depth_max, LODGE_MP_DEPTH_MAX);
  std::array<std::uint64_t, LODGE_MP_DEPTH_MAX + 1> open;  // values still to come, level by level
  std::size_t depth = 0;
  std::uint64_t elements = 0;
  lodge_mp_reader at = reader_of(bytes);
  const auto offset = [&] { return static_cast<std::size_t>(at.at - bytes.data()); };
  open[0] = count;
  while (open[0] > 0 || depth > 0) {
    if (++elements > limits.elements_max) return too_many(limits);
    const std::size_t start = offset();
    std::int32_t type = LODGE_MP_BAD;
    std::uint64_t content = 0;
    std::uint64_t values = 0;
    if (!lodge_mp_head(&at, &type, &content, &values)) return unreadable(at, start);
    at.at += content;
    --open[depth];
    if (type == LODGE_MP_ARRAY || type == LODGE_MP_MAP) {
      if (depth == depth_max) return too_deep(depth_max, start);
      open[++depth] = values;
    }
    while (depth > 0 && open[depth] == 0) --depth;
  }
  return offset();
}

}  // namespace lodge::wire
