// Structs, tuples and variants <-> msgpack.
#pragma once

#include <lodge/pack_containers.hpp>

#include <tuple>
#include <variant>

namespace lodge {
inline namespace sdk {

/// One member of a struct that crosses as a map:
///   struct Point {
///     int x = 0, y = 0;
///     static constexpr auto lodge_fields = std::make_tuple(lodge::field("x", &Point::x), lodge::field("y",
///     &Point::y));
///   };
template <typename Struct, typename T>
struct Field {
  using type = T;
  std::string_view name;
  T Struct::*member;
};
template <typename Struct, typename T>
constexpr Field<Struct, T> field(std::string_view name, T Struct::*member) {
  return {name, member};
}

template <typename T>
concept Fielded = requires {
  std::tuple_size<std::remove_cvref_t<decltype(T::lodge_fields)>>::value;
};

template <typename T>
inline constexpr bool is_optional = false;
template <typename T>
inline constexpr bool is_optional<std::optional<T>> = true;

/// A field that is missing is an error unless it is an optional; a key that is no field is passed over.
template <Fielded T>
struct Pack<T> {
  static constexpr std::size_t count = std::tuple_size_v<std::remove_cvref_t<decltype(T::lodge_fields)>>;
  static_assert(count <= 64, "at most 64 fields");
  static constexpr std::int32_t type = LODGE_MP_MAP;
  static constexpr bool borrows = std::apply(
      [](const auto&... each) { return (Pack<typename std::remove_cvref_t<decltype(each)>::type>::borrows || ...); },
      T::lodge_fields);
  static constexpr bool crosses = std::apply(
      [](const auto&... each) { return (sdk::crosses<typename std::remove_cvref_t<decltype(each)>::type> && ...); },
      T::lodge_fields);

  static std::int32_t write(lodge_writer& w, const T& value) {
    std::int32_t code = lodge_mp_write_map(&w, static_cast<std::uint32_t>(count));
    const auto one = [&](const auto& each) {
      if (code == LODGE_OK) code = write_values(w, each.name, value.*each.member);
    };
    std::apply([&](const auto&... each) { (one(each), ...); }, T::lodge_fields);
    return code;
  }

  static bool read(lodge_mp_reader& r, T& out, Mismatch& mismatch) {
    std::uint32_t pairs = 0;
    if (lodge_mp_read_map(&r, &pairs) != LODGE_OK) return mismatch.expected("map", r);
    std::uint64_t seen = 0;
    for (std::uint32_t i = 0; i < pairs; ++i) {
      std::size_t place = count;
      AnyView passed_over;
      if (!read_key(r, place, mismatch)) return mismatch.at("key of entry " + std::to_string(i + 1));
      if (place < count) {
        seen |= std::uint64_t{1} << place;
        if (!read_field(place, r, out, mismatch)) return false;
      } else if (!Pack<AnyView>::read(r, passed_over, mismatch)) {
        return mismatch.at("value of entry " + std::to_string(i + 1));
      }
    }
    return nothing_missing(seen, mismatch);
  }

 private:
  /// `place`: of the field that has this key; stays what it is where there is none.
  static bool read_key(lodge_mp_reader& r, std::size_t& place, Mismatch& mismatch) {
    AnyView other;
    if (lodge_mp_type(&r) != LODGE_MP_STR) return Pack<AnyView>::read(r, other, mismatch);
    std::string_view key;
    if (!Pack<std::string_view>::read(r, key, mismatch)) return false;
    std::size_t index = 0;
    const auto one = [&](const auto& each) {
      if (each.name == key) place = index;
      ++index;
    };
    std::apply([&](const auto&... each) { (one(each), ...); }, T::lodge_fields);
    return true;
  }

  static bool read_field(std::size_t place, lodge_mp_reader& r, T& out, Mismatch& mismatch) {
    bool good = true;
    std::size_t index = 0;
    const auto one = [&](const auto& each) {
      if (index++ != place) return;
      good = Pack<typename std::remove_cvref_t<decltype(each)>::type>::read(r, out.*each.member, mismatch) ||
             mismatch.at(key_word(each.name));
    };
    std::apply([&](const auto&... each) { (one(each), ...); }, T::lodge_fields);
    return good;
  }

  static bool nothing_missing(std::uint64_t seen, Mismatch& mismatch) {
    bool good = true;
    std::size_t index = 0;
    const auto one = [&](const auto& each) {
      constexpr bool optional = is_optional<typename std::remove_cvref_t<decltype(each)>::type>;
      if (good && !optional && (seen >> index & 1) == 0) {
        good = mismatch.says(key_word(each.name) + " is missing");
      }
      ++index;
    };
    std::apply([&](const auto&... each) { (one(each), ...); }, T::lodge_fields);
    return good;
  }
};

/// A list of exactly these.
template <typename Tuple>
struct PackTuple {
  static constexpr std::size_t count = std::tuple_size_v<Tuple>;
  static constexpr std::int32_t type = LODGE_MP_ARRAY;
  template <std::size_t... i>
  static constexpr bool any_borrows(std::index_sequence<i...>) {
    return (Pack<std::tuple_element_t<i, Tuple>>::borrows || ...);
  }
  template <std::size_t... i>
  static constexpr bool all_cross(std::index_sequence<i...>) {
    return (sdk::crosses<std::tuple_element_t<i, Tuple>> && ...);
  }
  static constexpr bool borrows = any_borrows(std::make_index_sequence<count>());
  static constexpr bool crosses = all_cross(std::make_index_sequence<count>());

  static std::int32_t write(lodge_writer& w, const Tuple& value) {
    const std::int32_t code = write_list_head(w, count);
    if (code != LODGE_OK) return code;
    return std::apply([&w](const auto&... each) { return write_values(w, each...); }, value);
  }
  static bool read(lodge_mp_reader& r, Tuple& out, Mismatch& mismatch) {
    std::uint32_t found = 0;
    if (lodge_mp_read_array(&r, &found) != LODGE_OK) return mismatch.expected("list", r);
    if (found != count) {
      return mismatch.says("expected a list of " + std::to_string(count) + ", got one of " + std::to_string(found));
    }
    std::size_t index = 0;
    const auto one = [&](auto& each) {
      ++index;
      return Pack<std::remove_cvref_t<decltype(each)>>::read(r, each, mismatch) ||
             mismatch.at("element " + std::to_string(index));
    };
    return std::apply([&](auto&... each) { return (one(each) && ...); }, out);
  }
};
template <typename... T>
struct Pack<std::tuple<T...>> : PackTuple<std::tuple<T...>> {};
template <typename First, typename Second>
struct Pack<std::pair<First, Second>> : PackTuple<std::pair<First, Second>> {};

template <>
struct Pack<std::monostate> {
  static constexpr std::int32_t type = LODGE_MP_NIL;
  static constexpr bool borrows = false;
  static std::int32_t write(lodge_writer& w, std::monostate) { return lodge_mp_write_nil(&w); }
  static bool read(lodge_mp_reader& r, std::monostate&, Mismatch& mismatch) {
    return lodge_mp_read_nil(&r) == LODGE_OK || mismatch.expected("nil", r);
  }
};

/// The first alternative whose msgpack type comes next; one that may be several types (an optional, an Any) takes what
/// is left to it. An integer that no alternative is left for goes to the first one of floats.
template <typename... T>
struct Pack<std::variant<T...>> {
  static constexpr std::int32_t type = LODGE_MP_END;
  static constexpr bool borrows = (Pack<T>::borrows || ...);
  static constexpr bool crosses = (sdk::crosses<T> && ...);
  static std::int32_t write(lodge_writer& w, const std::variant<T...>& value) {
    return std::visit([&w](const auto& held) { return write_values(w, held); }, value);
  }
  static bool read(lodge_mp_reader& r, std::variant<T...>& out, Mismatch& mismatch) {
    const std::int32_t next = lodge_mp_type(&r);
    constexpr bool takes_integers = ((Pack<T>::type == LODGE_MP_INT || Pack<T>::type == LODGE_MP_END) || ...);
    const std::int32_t wanted = next == LODGE_MP_INT && !takes_integers ? std::int32_t{LODGE_MP_FLOAT} : next;
    bool tried = false;
    bool good = false;
    const auto one = [&]<typename Each>(std::type_identity<Each>) {
      if (tried || (Pack<Each>::type != wanted && Pack<Each>::type != LODGE_MP_END)) return;
      tried = true;
      good = Pack<Each>::read(r, out.template emplace<Each>(), mismatch);
    };
    (one(std::type_identity<T>()), ...);
    if (tried) return good;
    std::string words;
    ((words.append(words.empty() ? "" : " or ").append(type_word<T>())), ...);
    return mismatch.expected(words, r);
  }
};

}  // namespace sdk
}  // namespace lodge
