#include "wire/base64.hpp"

#include <algorithm>

namespace lodge::wire {

namespace {
constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
}

std::string base64_from(ByteView bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t held = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) group = (group << 8) | (j < held ? bytes[i + j] : 0U);
    for (std::size_t j = 0; j < 4; ++j) out += j <= held ? alphabet[(group >> (18 - 6 * j)) & 63U] : '=';
  }
  return out;
}

std::optional<Bytes> bytes_from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  Bytes out;
  out.reserve(text.size() / 4 * 3);
  std::uint32_t group = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool pad = i + padding >= text.size();
    const std::size_t digit = pad ? 0 : alphabet.find(text[i]);
    if (digit == std::string_view::npos) return std::nullopt;
    group = (group << 6) | static_cast<std::uint32_t>(digit);
    if (i % 4 != 3) continue;
    const std::size_t held = i + 1 == text.size() ? 3 - padding : 3;
    for (std::size_t j = 0; j < held; ++j) out.push_back(static_cast<std::uint8_t>(group >> (16 - 8 * j)));
    group = 0;
  }
  return out;
}

}  // namespace lodge::wire
