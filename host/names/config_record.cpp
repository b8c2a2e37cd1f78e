#include "names/config_record.hpp"

#include <xxhash.h>

#include <algorithm>
#include <array>

namespace lodge::names {

namespace {

constexpr std::uint8_t holds_value = 1;
constexpr std::uint8_t says_deleted = 2;
constexpr std::size_t header_bytes = 9;

using Sum = std::array<std::uint8_t, 8>;

Sum sum_of(ByteView path, std::uint8_t what, ByteView value) {
  const std::uint64_t path_sum = XXH3_64bits_withSeed(path.data(), path.size(), what);
  std::uint64_t sum = XXH3_64bits_withSeed(value.data(), value.size(), path_sum);
  Sum out{};
  for (std::uint8_t& each : out) {
    each = static_cast<std::uint8_t>(sum);
    sum >>= 8;
  }
  return out;
}

}  // namespace

Bytes record_of(ByteView path, const ConfigRecord& record) {
  const std::uint8_t what = record.deleted ? says_deleted : holds_value;
  const Sum sum = sum_of(path, what, record.value);
  Bytes out;
  out.reserve(header_bytes + record.value.size());
  out.push_back(what);
  out.insert(out.end(), sum.begin(), sum.end());
  out.insert(out.end(), record.value.begin(), record.value.end());
  return out;
}

std::optional<ConfigRecord> read_record(ByteView path, ByteView bytes) {
  if (bytes.size() < header_bytes) return std::nullopt;
  const ByteView value = bytes.subspan(header_bytes);
  if (!std::ranges::equal(sum_of(path, bytes[0], value), bytes.subspan(1, 8))) return std::nullopt;
  if (bytes[0] != holds_value && bytes[0] != says_deleted) return std::nullopt;
  return ConfigRecord{bytes[0] == says_deleted, value};
}

}  // namespace lodge::names
