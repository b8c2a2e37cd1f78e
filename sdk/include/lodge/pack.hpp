// C++ types <-> msgpack: numbers, text, bytes, and values of any kind. Containers: pack_containers.hpp; structs, tuples
// and variants: pack_structs.hpp.
//
// Pack<T> has, for each type that can cross:
//   type     what comes first in msgpack: LODGE_MP_...; LODGE_MP_END where it may be several
//   borrows  whether a T that was read points into the bytes that it was read from
//   crosses  of what holds others: whether all of them can cross; may be left out
//   write(writer, value) -> LODGE_OK or LODGE_RESOURCE_EXHAUSTED
//   read(reader, value, mismatch) -> false, and why in `mismatch`; never reads past the reader's end
#pragma once

#include <lodge/msgpack.h>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace lodge {
inline namespace sdk {

/// Why a value could not be read, and where: "argument 2, key \"x\": expected str, got int".
struct Mismatch {
  std::string text;
  bool placed = false;  ///< whether `text` says where

  bool expected(std::string_view wanted, const lodge_mp_reader& reader) {
    text = "expected ";
    text.append(wanted).append(", got ").append(lodge_mp_type_name(lodge_mp_type(&reader)));
    return false;
  }
  bool says(std::string what) {
    text = std::move(what);
    return false;
  }
  /// Says where, in front of what is said already.
  bool at(std::string_view where) {
    text.insert(0, placed ? ", " : ": ").insert(0, where);
    placed = true;
    return false;
  }
};

/// What has no Pack of its own. Only its use is an error: who asks first (signature.hpp) says it better.
template <typename T>
struct Pack {
  static constexpr std::int32_t type = LODGE_MP_END;
  static constexpr bool borrows = false;
  static constexpr bool crosses = false;
  template <typename V>
  static std::int32_t write(lodge_writer&, const V&) {
    refuse();
    return LODGE_INVALID_ARGUMENT;
  }
  template <typename V>
  static bool read(lodge_mp_reader&, V&, Mismatch&) {
    refuse();
    return false;
  }

 private:
  static void refuse() {
    static_assert(!std::is_same_v<T, T>,
                  "this type cannot cross: use numbers, bool, text, bytes, vector, map, optional, tuple, variant, or a "
                  "struct with lodge_fields");
  }
};

template <typename T>
constexpr bool can_cross() {
  if constexpr (requires { Pack<T>::crosses; })
    return Pack<T>::crosses;
  else
    return true;
}
/// Whether a T, and all that it holds, has a Pack of its own.
template <typename T>
inline constexpr bool crosses = can_cross<T>();

/// Any msgpack value, as it is: borrowed, and a copy of one's own.
struct AnyView {
  std::span<const std::uint8_t> bytes;
};
struct Any {
  std::vector<std::uint8_t> bytes{0xc0};  // nil
  bool operator==(const Any&) const = default;
};

/// The word of descriptors for a T: "int", "str", ..., "any".
template <typename T>
constexpr const char* type_word() {
  constexpr const char* words[] = {"any", "any", "nil", "bool", "int", "float", "str", "bin", "list", "map"};
  return words[Pack<T>::type];
}

template <>
struct Pack<bool> {
  static constexpr std::int32_t type = LODGE_MP_BOOL;
  static constexpr bool borrows = false;
  static std::int32_t write(lodge_writer& w, bool value) { return lodge_mp_write_bool(&w, value ? 1 : 0); }
  static bool read(lodge_mp_reader& r, bool& out, Mismatch& mismatch) {
    std::int32_t value = 0;
    if (lodge_mp_read_bool(&r, &value) != LODGE_OK) return mismatch.expected("bool", r);
    out = value != 0;
    return true;
  }
};

template <typename T>
concept PackedInteger =
    std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> && !std::same_as<T, wchar_t> &&
    !std::same_as<T, char8_t> && !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

template <PackedInteger T>
struct Pack<T> {
  static constexpr std::int32_t type = LODGE_MP_INT;
  static constexpr bool borrows = false;
  static std::int32_t write(lodge_writer& w, T value) {
    if constexpr (std::is_signed_v<T>)
      return lodge_mp_write_int(&w, value);
    else
      return lodge_mp_write_uint(&w, value);
  }
  static bool read(lodge_mp_reader& r, T& out, Mismatch& mismatch) {
    lodge_mp_reader at = r;
    std::uint64_t bits = 0;
    std::int32_t negative = 0;
    if (lodge_mp_read_number(&at, &bits, &negative) != LODGE_OK) return mismatch.expected("int", r);
    const auto value = static_cast<std::int64_t>(bits);
    const bool fits = negative != 0 ? std::in_range<T>(value) : std::in_range<T>(bits);
    if (!fits) {
      return mismatch.says((negative != 0 ? std::to_string(value) : std::to_string(bits)) + " is out of range (" +
                           std::to_string(std::numeric_limits<T>::min()) + " to " +
                           std::to_string(std::numeric_limits<T>::max()) + ")");
    }
    out = static_cast<T>(bits);
    r = at;
    return true;
  }
};

template <typename T>
requires std::is_enum_v<T>
struct Pack<T> {
  using Number = std::underlying_type_t<T>;
  static constexpr std::int32_t type = LODGE_MP_INT;
  static constexpr bool borrows = false;
  static std::int32_t write(lodge_writer& w, T value) { return Pack<Number>::write(w, static_cast<Number>(value)); }
  static bool read(lodge_mp_reader& r, T& out, Mismatch& mismatch) {
    Number number{};
    if (!Pack<Number>::read(r, number, mismatch)) return false;
    out = static_cast<T>(number);
    return true;
  }
};

/// Reads integers too: in many languages 3.0 is written as 3.
template <std::floating_point T>
struct Pack<T> {
  static constexpr std::int32_t type = LODGE_MP_FLOAT;
  static constexpr bool borrows = false;
  static std::int32_t write(lodge_writer& w, T value) { return lodge_mp_write_float(&w, static_cast<double>(value)); }
  static bool read(lodge_mp_reader& r, T& out, Mismatch& mismatch) {
    double value = 0;
    std::uint64_t bits = 0;
    std::int32_t negative = 0;
    if (lodge_mp_read_float(&r, &value) == LODGE_OK) {
      out = static_cast<T>(value);
    } else if (lodge_mp_read_number(&r, &bits, &negative) == LODGE_OK) {
      out = negative != 0 ? static_cast<T>(static_cast<std::int64_t>(bits)) : static_cast<T>(bits);
    } else {
      return mismatch.expected("float", r);
    }
    return true;
  }
};

template <>
struct Pack<std::string_view> {
  static constexpr std::int32_t type = LODGE_MP_STR;
  static constexpr bool borrows = true;
  static std::int32_t write(lodge_writer& w, std::string_view value) {
    return lodge_mp_write_str(&w, value.data(), value.size());
  }
  static bool read(lodge_mp_reader& r, std::string_view& out, Mismatch& mismatch) {
    lodge_slice slice{};
    if (lodge_mp_read_str(&r, &slice) != LODGE_OK) return mismatch.expected("str", r);
    out = {static_cast<const char*>(slice.data), slice.size};
    return true;
  }
};

template <>
struct Pack<std::string> {
  static constexpr std::int32_t type = LODGE_MP_STR;
  static constexpr bool borrows = false;
  static std::int32_t write(lodge_writer& w, const std::string& value) {
    return Pack<std::string_view>::write(w, value);
  }
  static bool read(lodge_mp_reader& r, std::string& out, Mismatch& mismatch) {
    std::string_view view;
    if (!Pack<std::string_view>::read(r, view, mismatch)) return false;
    out.assign(view);
    return true;
  }
};

/// Written only: what a literal is.
template <>
struct Pack<const char*> {
  static constexpr std::int32_t type = LODGE_MP_STR;
  static constexpr bool borrows = true;
  static std::int32_t write(lodge_writer& w, std::string_view value) { return Pack<std::string_view>::write(w, value); }
  template <typename T>
  static bool read(lodge_mp_reader&, T&, Mismatch&) {
    static_assert(!std::is_same_v<T, T>, "a pointer cannot be read: take std::string for const char*");
    return false;
  }
};

template <>
struct Pack<std::span<const std::uint8_t>> {
  static constexpr std::int32_t type = LODGE_MP_BIN;
  static constexpr bool borrows = true;
  static std::int32_t write(lodge_writer& w, std::span<const std::uint8_t> value) {
    return lodge_mp_write_bin(&w, value.data(), value.size());
  }
  static bool read(lodge_mp_reader& r, std::span<const std::uint8_t>& out, Mismatch& mismatch) {
    lodge_slice slice{};
    if (lodge_mp_read_bin(&r, &slice) != LODGE_OK) return mismatch.expected("bin", r);
    out = {static_cast<const std::uint8_t*>(slice.data), slice.size};
    return true;
  }
};

template <>
struct Pack<std::vector<std::uint8_t>> {
  static constexpr std::int32_t type = LODGE_MP_BIN;
  static constexpr bool borrows = false;
  static std::int32_t write(lodge_writer& w, const std::vector<std::uint8_t>& value) {
    return lodge_mp_write_bin(&w, value.data(), value.size());
  }
  static bool read(lodge_mp_reader& r, std::vector<std::uint8_t>& out, Mismatch& mismatch) {
    std::span<const std::uint8_t> view;
    if (!Pack<std::span<const std::uint8_t>>::read(r, view, mismatch)) return false;
    out.assign(view.begin(), view.end());
    return true;
  }
};

template <>
struct Pack<AnyView> {
  static constexpr std::int32_t type = LODGE_MP_END;
  static constexpr bool borrows = true;
  static std::int32_t write(lodge_writer& w, AnyView value) {
    return lodge_write(&w, value.bytes.data(), value.bytes.size());
  }
  static bool read(lodge_mp_reader& r, AnyView& out, Mismatch& mismatch) {
    const std::uint8_t* const start = r.at;
    if (lodge_mp_skip(&r) != LODGE_OK) return mismatch.expected("one well-formed value", r);
    out.bytes = {start, r.at};
    return true;
  }
};

template <>
struct Pack<Any> {
  static constexpr std::int32_t type = LODGE_MP_END;
  static constexpr bool borrows = false;
  static std::int32_t write(lodge_writer& w, const Any& value) { return Pack<AnyView>::write(w, {value.bytes}); }
  static bool read(lodge_mp_reader& r, Any& out, Mismatch& mismatch) {
    AnyView view;
    if (!Pack<AnyView>::read(r, view, mismatch)) return false;
    out.bytes.assign(view.bytes.begin(), view.bytes.end());
    return true;
  }
};

/// Writes values one after another: the arguments of a call. LODGE_RESOURCE_EXHAUSTED: the writer is full; what was
/// written before stays.
template <typename... T>
std::int32_t write_values(lodge_writer& w, const T&... values) {
  std::int32_t code = LODGE_OK;
  ((code = code == LODGE_OK ? Pack<std::decay_t<const T&>>::write(w, values) : code), ...);
  return code;
}

/// Reads exactly one value.
template <typename T>
bool read_value(std::span<const std::uint8_t> bytes, T& out, Mismatch& mismatch) {
  lodge_mp_reader r = lodge_mp_reader_of(bytes.data(), bytes.size());
  if (!Pack<T>::read(r, out, mismatch)) return false;
  return r.at == r.end || mismatch.says("more bytes behind the value");
}

}  // namespace sdk
}  // namespace lodge
