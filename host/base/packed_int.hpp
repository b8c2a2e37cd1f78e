// One integer as msgpack: what counters in stores and node configuration are kept as.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace lodge {

/// An int64 in the shortest form that msgpack has for it.
class PackedInt {
 public:
  explicit PackedInt(std::int64_t number);
  [[nodiscard]] ByteView view() const { return {bytes_.data(), size_}; }

 private:
  std::array<std::uint8_t, 9> bytes_{};
  std::size_t size_ = 0;
};

/// The integer that `bytes` are, in whichever form; nothing: they are not exactly one integer, or one beyond int64.
[[nodiscard]] std::optional<std::int64_t> unpack_int(ByteView bytes);

}  // namespace lodge
