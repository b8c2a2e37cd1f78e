// Lists, maps and optionals <-> msgpack.
#pragma once

#include <lodge/pack.hpp>

#include <array>
#include <map>
#include <optional>
#include <unordered_map>

namespace lodge {
inline namespace sdk {

/// Room is made for so many elements at first, whatever the bytes promise: unchecked bytes must not cost memory.
inline constexpr std::size_t first_elements_max = 1024;

inline std::int32_t write_list_head(lodge_writer& w, std::size_t count) {
  if (count > UINT32_MAX) return LODGE_RESOURCE_EXHAUSTED;
  return lodge_mp_write_array(&w, static_cast<std::uint32_t>(count));
}

template <typename T>
struct Pack<std::vector<T>> {
  static constexpr std::int32_t type = LODGE_MP_ARRAY;
  static constexpr bool borrows = Pack<T>::borrows;
  static constexpr bool crosses = sdk::crosses<T>;
  static std::int32_t write(lodge_writer& w, const std::vector<T>& value) {
    std::int32_t code = write_list_head(w, value.size());
    for (auto at = value.begin(); code == LODGE_OK && at != value.end(); ++at) code = Pack<T>::write(w, *at);
    return code;
  }
  static bool read(lodge_mp_reader& r, std::vector<T>& out, Mismatch& mismatch) {
    std::uint32_t count = 0;
    if (lodge_mp_read_array(&r, &count) != LODGE_OK) return mismatch.expected("list", r);
    out.clear();
    out.reserve(std::min<std::size_t>(count, first_elements_max));
    for (std::uint32_t i = 0; i < count; ++i) {
      T element{};
      if (!Pack<T>::read(r, element, mismatch)) return mismatch.at("element " + std::to_string(i + 1));
      out.push_back(std::move(element));
    }
    return true;
  }
};

template <typename T, std::size_t size>
struct Pack<std::array<T, size>> {
  static constexpr std::int32_t type = LODGE_MP_ARRAY;
  static constexpr bool borrows = Pack<T>::borrows;
  static constexpr bool crosses = sdk::crosses<T>;
  static std::int32_t write(lodge_writer& w, const std::array<T, size>& value) {
    std::int32_t code = write_list_head(w, size);
    for (std::size_t i = 0; code == LODGE_OK && i < size; ++i) code = Pack<T>::write(w, value[i]);
    return code;
  }
  static bool read(lodge_mp_reader& r, std::array<T, size>& out, Mismatch& mismatch) {
    std::uint32_t count = 0;
    if (lodge_mp_read_array(&r, &count) != LODGE_OK) return mismatch.expected("list", r);
    if (count != size) {
      return mismatch.says("expected a list of " + std::to_string(size) + ", got one of " + std::to_string(count));
    }
    for (std::size_t i = 0; i < size; ++i) {
      if (!Pack<T>::read(r, out[i], mismatch)) return mismatch.at("element " + std::to_string(i + 1));
    }
    return true;
  }
};

inline std::string key_word(std::string_view key) { return "key \"" + std::string(key) + "\""; }

/// Where a map's value stands, for people: by its key where that can be shown, else by its place.
template <typename Key>
std::string entry_word(const Key& key, std::uint32_t index) {
  constexpr std::size_t shown_max = 64;
  if constexpr (std::is_convertible_v<const Key&, std::string_view>) {
    const std::string_view text = key;
    if (text.size() <= shown_max) return key_word(text);
  } else if constexpr (PackedInteger<Key>) {
    return "key " + std::to_string(key);
  }
  return "value of entry " + std::to_string(index + 1);
}

/// Keys that come twice: the last one counts.
template <typename Map>
struct PackMap {
  using Key = typename Map::key_type;
  using Value = typename Map::mapped_type;
  static constexpr std::int32_t type = LODGE_MP_MAP;
  static constexpr bool borrows = Pack<Key>::borrows || Pack<Value>::borrows;
  static constexpr bool crosses = sdk::crosses<Key> && sdk::crosses<Value>;
  static std::int32_t write(lodge_writer& w, const Map& map) {
    if (map.size() > UINT32_MAX) return LODGE_RESOURCE_EXHAUSTED;
    std::int32_t code = lodge_mp_write_map(&w, static_cast<std::uint32_t>(map.size()));
    for (auto at = map.begin(); code == LODGE_OK && at != map.end(); ++at) {
      code = Pack<Key>::write(w, at->first);
      if (code == LODGE_OK) code = Pack<Value>::write(w, at->second);
    }
    return code;
  }
  static bool read(lodge_mp_reader& r, Map& out, Mismatch& mismatch) {
    std::uint32_t count = 0;
    if (lodge_mp_read_map(&r, &count) != LODGE_OK) return mismatch.expected("map", r);
    out.clear();
    for (std::uint32_t i = 0; i < count; ++i) {
      Key key{};
      Value value{};
      if (!Pack<Key>::read(r, key, mismatch)) return mismatch.at("key of entry " + std::to_string(i + 1));
      if (!Pack<Value>::read(r, value, mismatch)) return mismatch.at(entry_word(key, i));
      out.insert_or_assign(std::move(key), std::move(value));
    }
    return true;
  }
};
template <typename Key, typename Value, typename... Rest>
struct Pack<std::map<Key, Value, Rest...>> : PackMap<std::map<Key, Value, Rest...>> {};
template <typename Key, typename Value, typename... Rest>
struct Pack<std::unordered_map<Key, Value, Rest...>> : PackMap<std::unordered_map<Key, Value, Rest...>> {};

/// nil: no value.
template <typename T>
struct Pack<std::optional<T>> {
  static constexpr std::int32_t type = LODGE_MP_END;
  static constexpr bool borrows = Pack<T>::borrows;
  static constexpr bool crosses = sdk::crosses<T>;
  static std::int32_t write(lodge_writer& w, const std::optional<T>& value) {
    return value ? Pack<T>::write(w, *value) : lodge_mp_write_nil(&w);
  }
  static bool read(lodge_mp_reader& r, std::optional<T>& out, Mismatch& mismatch) {
    if (lodge_mp_read_nil(&r) == LODGE_OK) {
      out.reset();
      return true;
    }
    const lodge_mp_reader before = r;
    if (Pack<T>::read(r, out.emplace(), mismatch)) return true;
    // Of the type that was wanted: something inside is wrong, and has been said.
    if (Pack<T>::type == LODGE_MP_END || Pack<T>::type == lodge_mp_type(&before)) return false;
    return mismatch.expected(std::string(type_word<T>()) + " or nothing", before);
  }
};

}  // namespace sdk
}  // namespace lodge
