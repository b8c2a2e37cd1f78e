#include "base/utf8.hpp"

#include <cstdint>

namespace lodge {

namespace {

std::uint8_t byte_at(std::string_view text, std::size_t at) { return static_cast<std::uint8_t>(text[at]); }

void append_hex(std::string& out, std::string_view prefix, std::uint8_t byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += prefix;
  out += digits[byte >> 4U];
  out += digits[byte & 15U];
}

// C0, DEL, and C1 (U+0080 to U+009F), which some terminals obey as well.
bool is_control(std::string_view character) {
  const std::uint8_t first = byte_at(character, 0);
  if (character.size() == 1) return first < 0x20 || first == 0x7f;
  return character.size() == 2 && first == 0xc2 && byte_at(character, 1) < 0xa0;
}

// Line and paragraph separators (U+2028, U+2029); embeddings, overrides and isolates of direction (U+202A to U+202E,
// U+2066 to U+2069), which make a line read as another one; tags (U+E0000 to U+E007F), which show as nothing.
bool disturbs_the_line(std::string_view character) {
  if (character.size() == 4)
    return character.substr(0, 3) == "\xf3\xa0\x80" || character.substr(0, 3) == "\xf3\xa0\x81";
  if (character.size() != 3 || byte_at(character, 0) != 0xe2) return false;
  const std::uint8_t second = byte_at(character, 1);
  const std::uint8_t third = byte_at(character, 2);
  return (second == 0x80 && third >= 0xa8 && third <= 0xae) || (second == 0x81 && third >= 0xa6 && third <= 0xa9);
}

bool is_plain(std::string_view character) { return !is_control(character) && !disturbs_the_line(character); }

}  // namespace

std::size_t utf8_length(std::string_view text) {
  const std::uint8_t first = byte_at(text, 0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte_at(text, i) & 0xc0U) != 0x80) return 0;
  }
  // Overlong forms, surrogates, and what lies beyond U+10FFFF differ from the rest in the second byte only.
  const std::uint8_t second = byte_at(text, 1);
  const bool wrong = (first == 0xe0 && second < 0xa0) || (first == 0xed && second >= 0xa0) ||
                     (first == 0xf0 && second < 0x90) || (first == 0xf4 && second >= 0x90);
  return wrong ? 0 : length;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool is_plain_line(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0 || !is_plain(text.substr(0, length))) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string escape_for_terminal(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const std::string_view character = text.substr(0, length == 0 ? 1 : length);
    if (character == "\n") {
      out += "\\n";
    } else if (character == "\t") {
      out += "\\t";
    } else if (length == 0 || !is_plain(character)) {
      for (std::size_t i = 0; i < character.size(); ++i) append_hex(out, "\\x", byte_at(character, i));
    } else {
      out += character;
    }
    text.remove_prefix(character.size());
  }
  return out;
}

std::string escape_for_json(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const std::string_view character = text.substr(0, length == 0 ? 1 : length);
    const std::uint8_t first = byte_at(character, 0);
    if (length == 0) {
      append_hex(out, "\\\\x", first);
    } else if (character == "\n") {
      out += "\\n";
    } else if (character == "\"" || character == "\\") {
      (out += '\\') += character;
    } else if (first < 0x20 || first == 0x7f) {
      append_hex(out, "\\u00", first);
    } else {
      out += character;
    }
    text.remove_prefix(character.size());
  }
  return out;
}

}  // namespace lodge
