#include "wire/msgpack.hpp"

#include <fmt/format.h>

#include <bit>

namespace lodge::wire {

namespace {

void set_unsigned(Token& token, std::uint64_t number) {
  if (number > static_cast<std::uint64_t>(INT64_MAX)) {
    token.kind = Token::Kind::large;
    token.large = number;
    return;
  }
  token.kind = Token::Kind::integer;
  token.integer = static_cast<std::int64_t>(number);
}

void set_signed(Token& token, std::int64_t number) {
  token.kind = Token::Kind::integer;
  token.integer = number;
}

void set_real(Token& token, double number) {
  token.kind = Token::Kind::real;
  token.real = number;
}

void set_container(Token& token, Token::Kind kind, std::uint64_t count) {
  token.kind = kind;
  token.count = static_cast<std::uint32_t>(count);
}

struct Walk {
  Reader reader;
  const Limits& limits;
  std::uint64_t elements = 0;
};

Status skip(Walk& walk, std::uint32_t depth) {
  if (++walk.elements > walk.limits.elements_max) {
    return Error{Code::RESOURCE_EXHAUSTED,
                 fmt::format("more than {} values in one body; send less at a time", walk.limits.elements_max)};
  }
  Token token;
  if (!walk.reader.take(token)) return walk.reader.next().error();
  const bool map = token.kind == Token::Kind::map;
  if (!map && token.kind != Token::Kind::list) return {};
  if (depth >= walk.limits.depth_max) {
    return Error{Code::RESOURCE_EXHAUSTED, fmt::format("values are nested more than {} deep (byte {})",
                                                       walk.limits.depth_max, walk.reader.offset() - 1)};
  }
  const std::uint64_t inside = std::uint64_t{token.count} * (map ? 2 : 1);
  for (std::uint64_t i = 0; i < inside; ++i) {
    if (Status status = skip(walk, depth + 1); !status) return status;
  }
  return {};
}

}  // namespace

bool Reader::head(std::size_t count, std::uint64_t& number) {
  if (bytes_.size() - offset_ < count) return false;
  number = 0;
  for (std::size_t i = 0; i < count; ++i) number = (number << 8) | bytes_[offset_ + i];
  offset_ += count;
  return true;
}

bool Reader::content(std::uint64_t size, Token& token) {
  if (bytes_.size() - offset_ < size) return false;
  token.bytes = bytes_.subspan(offset_, static_cast<std::size_t>(size));
  offset_ += static_cast<std::size_t>(size);
  return true;
}

bool Reader::read(std::uint8_t first, Token& token) {
  if (first < 0x80 || first >= 0xe0) {
    set_signed(token, static_cast<std::int8_t>(first));
    return true;
  }
  if (first < 0x90) {
    set_container(token, Token::Kind::map, first & 0x0fU);
    return true;
  }
  if (first < 0xa0) {
    set_container(token, Token::Kind::list, first & 0x0fU);
    return true;
  }
  if (first < 0xc0) {
    token.kind = Token::Kind::text;
    return content(first & 0x1fU, token);
  }
  return read_long(first, token);
}

bool Reader::read_long(std::uint8_t first, Token& token) {
  std::uint64_t number = 0;
  switch (first) {
    case 0xc0:
      token.kind = Token::Kind::nil;
      return true;
    case 0xc2:
    case 0xc3:
      token.kind = Token::Kind::boolean;
      token.flag = first == 0xc3;
      return true;
    case 0xc4:
    case 0xc5:
    case 0xc6:
      token.kind = Token::Kind::binary;
      return head(std::size_t{1} << (first - 0xc4U), number) && content(number, token);
    case 0xca:
      if (!head(4, number)) return false;
      set_real(token, double{std::bit_cast<float>(static_cast<std::uint32_t>(number))});
      return true;
    case 0xcb:
      if (!head(8, number)) return false;
      set_real(token, std::bit_cast<double>(number));
      return true;
    case 0xcc:
    case 0xcd:
    case 0xce:
    case 0xcf:
      if (!head(std::size_t{1} << (first - 0xccU), number)) return false;
      set_unsigned(token, number);
      return true;
    case 0xd0:
      if (!head(1, number)) return false;
      set_signed(token, static_cast<std::int8_t>(number));
      return true;
    case 0xd1:
      if (!head(2, number)) return false;
      set_signed(token, static_cast<std::int16_t>(number));
      return true;
    case 0xd2:
      if (!head(4, number)) return false;
      set_signed(token, static_cast<std::int32_t>(number));
      return true;
    case 0xd3:
      if (!head(8, number)) return false;
      set_signed(token, static_cast<std::int64_t>(number));
      return true;
    case 0xd9:
    case 0xda:
    case 0xdb:
      token.kind = Token::Kind::text;
      return head(std::size_t{1} << (first - 0xd9U), number) && content(number, token);
    case 0xdc:
    case 0xdd:
      if (!head(std::size_t{2} << (first - 0xdcU), number)) return false;
      set_container(token, Token::Kind::list, number);
      return true;
    case 0xde:
    case 0xdf:
      if (!head(std::size_t{2} << (first - 0xdeU), number)) return false;
      set_container(token, Token::Kind::map, number);
      return true;
    default:
      return false;
  }
}

Result<Token> Reader::next() {
  Token token;
  if (take(token)) return token;
  if (offset_ < bytes_.size()) {
    const std::uint8_t first = bytes_[offset_];
    if (first == 0xc1 || (first >= 0xc7 && first <= 0xc9) || (first >= 0xd4 && first <= 0xd8)) {
      return Error{Code::INVALID_ARGUMENT, fmt::format("msgpack type 0x{:02x} at byte {} is not allowed here; use nil, "
                                                       "bool, int, float, str, bin, array or map",
                                                       first, offset_)};
    }
  }
  return Error{Code::INVALID_ARGUMENT,
               fmt::format("msgpack is cut off: the value at byte {} is not complete", offset_)};
}

void Reader::skip() {
  Token token;
  for (std::uint64_t left = 1; left > 0 && take(token); --left) {
    if (token.kind == Token::Kind::list) left += token.count;
    if (token.kind == Token::Kind::map) left += std::uint64_t{token.count} * 2;
  }
}

Result<std::size_t> check_values(ByteView bytes, std::uint32_t count, const Limits& limits) {
  Walk walk{Reader(bytes), limits};
  for (std::uint32_t i = 0; i < count; ++i) {
    if (Status status = skip(walk, 0); !status) return std::move(status).error();
  }
  return walk.reader.offset();
}

}  // namespace lodge::wire
