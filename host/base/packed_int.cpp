#include "base/packed_int.hpp"

namespace lodge {

namespace {

constexpr std::uint8_t uint8_form = 0xcc;  // 0xcc .. 0xcf: unsigned, 1, 2, 4, 8 bytes
constexpr std::uint8_t int8_form = 0xd0;   // 0xd0 .. 0xd3: signed, 1, 2, 4, 8 bytes

/// 0, 1, 2, 3: the power of two of bytes that the number needs.
unsigned size_class(std::int64_t number) {
  if (number >= 0) return number <= 0xff ? 0 : number <= 0xffff ? 1 : number <= 0xffffffff ? 2 : 3;
  return number >= INT8_MIN ? 0 : number >= INT16_MIN ? 1 : number >= INT32_MIN ? 2 : 3;
}

}  // namespace

PackedInt::PackedInt(std::int64_t number) {
  if (number >= -32 && number <= 127) {
    bytes_[size_++] = static_cast<std::uint8_t>(number);
    return;
  }
  const unsigned power = size_class(number);
  bytes_[size_++] = static_cast<std::uint8_t>((number >= 0 ? uint8_form : int8_form) + power);
  for (unsigned shift = 8U << power; shift > 0; shift -= 8) {
    bytes_[size_++] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(number) >> (shift - 8));
  }
}

std::optional<std::int64_t> unpack_int(ByteView bytes) {
  if (bytes.empty()) return std::nullopt;
  const std::uint8_t form = bytes[0];
  if (form <= 0x7f || form >= 0xe0) {
    if (bytes.size() != 1) return std::nullopt;
    return static_cast<std::int8_t>(form);
  }
  if (form < uint8_form || form > int8_form + 3) return std::nullopt;
  const bool is_signed = form >= int8_form;
  const unsigned size = 1U << (form - (is_signed ? int8_form : uint8_form));
  if (bytes.size() != 1 + size) return std::nullopt;
  const bool negative = is_signed && (bytes[1] & 0x80) != 0;
  std::uint64_t number = negative ? ~std::uint64_t{0} : 0;
  for (unsigned i = 1; i <= size; ++i) number = (number << 8) | bytes[i];
  if (!is_signed && number > std::uint64_t{INT64_MAX}) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

}  // namespace lodge
