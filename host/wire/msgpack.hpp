// Reading msgpack in place: one token after another, and whole values checked against hard limits without memory.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "base/status.hpp"
#include "wire/value.hpp"

namespace lodge::wire {

/// What one msgpack head says. Of a list or map, the elements follow; of text or binary, `bytes` borrows the content.
struct Token {
  enum class Kind : std::uint8_t { nil, boolean, integer, large, real, text, binary, list, map };
  Kind kind = Kind::nil;
  bool flag = false;
  std::int64_t integer = 0;
  std::uint64_t large = 0;  ///< only above INT64_MAX
  double real = 0;
  ByteView bytes;
  std::uint32_t count = 0;  ///< elements of a list, entries of a map
};

/// Takes tokens off the front of borrowed bytes. Used by one thread at a time.
class Reader {
 public:
  explicit Reader(ByteView bytes) : bytes_(bytes) {}

  /// INVALID_ARGUMENT with the offset: cut off, ext, or the byte 0xc1. The reader then stays where it was.
  [[nodiscard]] Result<Token> next();

  /// The same for hot paths: false where `next` would be an Error.
  [[nodiscard]] bool take(Token& token) {
    if (offset_ == bytes_.size()) return false;
    const std::size_t start = offset_++;
    token = {};
    if (read(bytes_[start], token)) return true;
    offset_ = start;
    return false;
  }

  /// Leaves out one value, of bytes that check_values has accepted.
  void skip();

  [[nodiscard]] std::size_t offset() const { return offset_; }
  [[nodiscard]] ByteView rest() const { return bytes_.subspan(offset_); }

 private:
  [[nodiscard]] bool head(std::size_t count, std::uint64_t& number);
  [[nodiscard]] bool content(std::uint64_t size, Token& token);
  [[nodiscard]] bool read(std::uint8_t first, Token& token);
  [[nodiscard]] bool read_long(std::uint8_t first, Token& token);

  ByteView bytes_;
  std::size_t offset_ = 0;
};

/// That `bytes` starts with `count` well-formed values within the limits. Returns how many bytes they take. Takes no
/// memory. INVALID_ARGUMENT, or RESOURCE_EXHAUSTED beyond a limit.
[[nodiscard]] Result<std::size_t> check_values(ByteView bytes, std::uint32_t count, const Limits& limits);

}  // namespace lodge::wire
