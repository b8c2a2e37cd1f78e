#include "status/text_of.hpp"

#include <array>
#include <charconv>

namespace outcome {

namespace {

constexpr const char* hex_digits = "0123456789abcdef";

/// Writes until there is enough. Values are nested at most LODGE_MP_DEPTH_MAX deep: the host lets no others in.
class TextWriter {
 public:
  explicit TextWriter(std::size_t most) : most_(most) {}

  /// False: enough, or bytes that are no value.
  bool write(lodge_mp_reader& reader) {
    if (text_.size() > most_) return false;
    switch (lodge_mp_type(&reader)) {
      case LODGE_MP_NIL:
        text_ += "null";
        return lodge_mp_read_nil(&reader) == LODGE_OK;
      case LODGE_MP_BOOL:
        return write_bool(reader);
      case LODGE_MP_INT:
        return write_integer(reader);
      case LODGE_MP_FLOAT:
        return write_float(reader);
      case LODGE_MP_STR:
        return write_text(reader);
      case LODGE_MP_BIN:
        return write_bytes(reader);
      case LODGE_MP_ARRAY:
        return write_list(reader);
      case LODGE_MP_MAP:
        return write_map(reader);
      default:
        return false;
    }
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  bool write_bool(lodge_mp_reader& reader) {
    std::int32_t value = 0;
    if (lodge_mp_read_bool(&reader, &value) != LODGE_OK) return false;
    text_ += value != 0 ? "true" : "false";
    return true;
  }
  bool write_integer(lodge_mp_reader& reader) {
    std::uint64_t bits = 0;
    std::int32_t negative = 0;
    if (lodge_mp_read_number(&reader, &bits, &negative) != LODGE_OK) return false;
    text_ += negative != 0 ? std::to_string(static_cast<std::int64_t>(bits)) : std::to_string(bits);
    return true;
  }
  bool write_float(lodge_mp_reader& reader) {
    double value = 0;
    if (lodge_mp_read_float(&reader, &value) != LODGE_OK) return false;
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    text_.append(digits.data(), end.ptr);
    return true;
  }
  bool write_text(lodge_mp_reader& reader) {
    lodge_slice slice{};
    if (lodge_mp_read_str(&reader, &slice) != LODGE_OK) return false;
    text_ += '"';
    for (const char letter : std::string_view(static_cast<const char*>(slice.data), slice.size)) {
      if (text_.size() > most_) return false;
      write_letter(letter);
    }
    text_ += '"';
    return true;
  }
  void write_letter(char letter) {
    const auto byte = static_cast<unsigned char>(letter);
    if (letter == '"' || letter == '\\') {
      text_.append(1, '\\').append(1, letter);
    } else if (byte < 0x20 || byte == 0x7f) {
      text_.append("\\u00").append(1, hex_digits[byte >> 4U]).append(1, hex_digits[byte & 15U]);
    } else {
      text_ += letter;
    }
  }
  bool write_bytes(lodge_mp_reader& reader) {
    lodge_slice slice{};
    if (lodge_mp_read_bin(&reader, &slice) != LODGE_OK) return false;
    const auto* const bytes = static_cast<const std::uint8_t*>(slice.data);
    text_ += "0x";
    for (std::size_t i = 0; i < slice.size; ++i) {
      if (text_.size() > most_) return false;
      text_.append(1, hex_digits[bytes[i] >> 4U]).append(1, hex_digits[bytes[i] & 15U]);
    }
    return true;
  }
  bool write_list(lodge_mp_reader& reader) {
    std::uint32_t count = 0;
    if (lodge_mp_read_array(&reader, &count) != LODGE_OK) return false;
    text_ += '[';
    for (std::uint32_t i = 0; i < count; ++i) {
      if (i > 0) text_ += ',';
      if (!write(reader)) return false;
    }
    text_ += ']';
    return true;
  }
  bool write_map(lodge_mp_reader& reader) {
    std::uint32_t count = 0;
    if (lodge_mp_read_map(&reader, &count) != LODGE_OK) return false;
    text_ += '{';
    for (std::uint32_t i = 0; i < count; ++i) {
      if (i > 0) text_ += ',';
      if (!write(reader)) return false;
      text_ += ':';
      if (!write(reader)) return false;
    }
    text_ += '}';
    return true;
  }

  const std::size_t most_;
  std::string text_;
};

}  // namespace

std::string cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  // A cut leaves the characters of UTF-8 whole.
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0U) == 0x80U) --most;
  return std::string(text.substr(0, most)) + "...";
}

std::string text_of(lodge::AnyView value, std::size_t most) {
  lodge_mp_reader reader = lodge_mp_reader_of(value.bytes.data(), value.bytes.size());
  lodge_slice text{};
  if (lodge_mp_read_str(&reader, &text) == LODGE_OK) {
    return cut({static_cast<const char*>(text.data), text.size}, most);
  }
  TextWriter writer(most);
  static_cast<void>(writer.write(reader));
  return cut(writer.text(), most);
}

}  // namespace outcome
