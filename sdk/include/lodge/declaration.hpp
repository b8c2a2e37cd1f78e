// What a plugin says about itself, one declaration each: the arguments of LODGE_PLUGIN.
#pragma once

#include <lodge/descriptor.h>

#include <array>
#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include <lodge/callback.hpp>
#include <lodge/setting.hpp>

namespace lodge {
inline namespace sdk {

struct CallbackFlag {
  std::uint32_t bits;
};
inline constexpr CallbackFlag idempotent{LODGE_IDEMPOTENT};  ///< may run twice where once was asked for
inline constexpr CallbackFlag serial{LODGE_SERIAL};          ///< never two at a time for one instance
inline constexpr CallbackFlag quick{LODGE_QUICK};            ///< may run on the loop thread: never waits

/// "arg1: str, arg2: int": the form that descriptors have for parameters.
template <typename... Params>
class ParamsText {
 public:
  constexpr ParamsText() { static_cast<void>((add(type_word<std::remove_cvref_t<Params>>()), ...)); }
  [[nodiscard]] constexpr const char* c_str() const { return text_.data(); }

 private:
  constexpr void add(std::string_view word) {
    if (++index_ > 1) append(", ");
    append("arg");
    if (index_ >= 10) text_[size_++] = static_cast<char>('0' + index_ / 10);
    text_[size_++] = static_cast<char>('0' + index_ % 10);
    append(": ");
    append(word);
  }
  constexpr void append(std::string_view part) {
    for (const char c : part) text_[size_++] = c;
  }

  std::array<char, sizeof...(Params) * 16 + 1> text_{};
  std::size_t size_ = 0;
  std::size_t index_ = 0;
};
template <typename Tuple>
inline constexpr ParamsText<> params_text;
template <typename... Params>
inline constexpr ParamsText<Params...> params_text<std::tuple<Params...>>;

/// The word for what a method answers with; NULL: not known before it does.
template <typename S>
constexpr const char* result_word() {
  using T = answered<typename S::result>;
  if constexpr (std::is_same_v<T, Verdict>)
    return nullptr;
  else if constexpr (std::is_void_v<T>)
    return S::takes_call && std::is_void_v<typename S::result> ? nullptr : "nil";  // it may defer, and answer anything
  else
    return type_word<T>();
}

template <std::size_t count>
struct ParamNames {
  std::array<const char*, count> names;
};
/// What a callback's parameters are called, for who reads its descriptor: lodge::params("who", "times"). Without it
/// they are arg1, arg2. Names: [a-z_][a-z0-9_]*.
template <std::convertible_to<const char*>... Names>
constexpr ParamNames<sizeof...(Names)> params(Names... names) {
  return {{names...}};
}

template <auto method, bool is_function>
struct CallbackDeclaration {
  using S = FunctionShape<decltype(method)>;
  lodge_callback raw{};
  // Here and not on the heap: the entry of a plugin allocates nothing. A name that is longer is cut, and refused by
  // hosts.
  static constexpr std::size_t name_shown_max = 65;
  std::array<char, S::arity*(name_shown_max + std::string_view(": float, ").size()) + 1> params{};  ///< "": params_text

  /// Points into this declaration.
  template <typename Type>
  [[nodiscard]] lodge_callback bound() const {
    lodge_callback out = raw;
    constexpr bool own = std::is_void_v<typename S::of> || std::is_base_of_v<typename S::of, Type>;
    static_assert(own, "this method is of another class than the one that LODGE_PLUGIN names");
    if constexpr (own) out.fn = &trampoline<Type, method, is_function>;
    if (params.front() != 0) out.params = params.data();
    return out;
  }
  void take(const char* doc) { raw.doc = doc; }
  void take(CallbackFlag flag) { raw.flags |= flag.bits; }
  template <std::size_t count>
  void take(const ParamNames<count>& given) {
    static_assert(count == S::arity, "lodge::params takes as many names as the method has parameters");
    name_params(given.names, std::make_index_sequence<count>());
  }

 private:
  template <typename Names, std::size_t... i>
  void name_params(const Names& names, std::index_sequence<i...>) {
    std::size_t size = 0;
    const auto append = [&](std::string_view part) { size += part.copy(params.data() + size, part.size()); };
    const auto one = [&](const char* name, const char* word) {
      append(size == 0 ? "" : ", ");
      append(std::string_view(name).substr(0, name_shown_max));
      append(": ");
      append(word);
    };
    (one(names[i], type_word<std::tuple_element_t<i, typename S::values>>()), ...);
  }
};

/// In place of a callback that cannot be one, so that nothing more is said of it.
struct NoCallback {};

template <auto method, bool is_function, typename... Extras>
auto declare_callback(const char* name, Extras... extras) {
  using S = FunctionShape<decltype(method)>;
  if constexpr (is_accepted<S>()) {
    CallbackDeclaration<method, is_function> out;
    out.raw.name = name;
    out.raw.arity = S::arity;
    out.raw.flags = is_function ? std::uint32_t{LODGE_FUNCTION} : 0U;
    out.raw.params = params_text<typename S::params>.c_str();
    out.raw.result = result_word<S>();
    (out.take(extras), ...);
    return out;
  } else {
    refuse<S>();
    return NoCallback();
  }
}

/// A callback: `name`, and in any order a doc line, flags and lodge::params. The method takes what Pack can read
/// (pack.hpp), behind an optional leading lodge::Call&; it returns void, a value, lodge::Result<T> or lodge::Verdict,
/// or it is a coroutine, lodge::task of one of these (task.hpp).
template <auto method, typename... Extras>
auto callback(const char* name, Extras... extras) {
  return declare_callback<method, false>(name, extras...);
}
/// The same, answered by this plugin alone: no chain goes on behind it.
template <auto method, typename... Extras>
auto function(const char* name, Extras... extras) {
  return declare_callback<method, true>(name, extras...);
}

struct Dependency {
  lodge_dependency raw;
};
/// Another plugin needed later in the chain; `range` as in descriptor.h, "" is any version.
constexpr Dependency depends_on(const char* name, const char* range = "") { return {{name, range, 0, 0}}; }
/// Only orders this plugin, if something else requires that one.
constexpr Dependency optionally(const char* name, const char* range = "") { return {{name, range, LODGE_OPTIONAL, 0}}; }
struct Need {
  const char* id;
};
/// An interface without which the plugin cannot work: lodge::needs(LODGE_STORE_V1).
constexpr Need needs(const char* id) { return {id}; }
struct Drafts {
  const char* build_id;
};
/// That the plugin uses drafts: lodge::drafts(LODGE_SDK_BUILD_ID), which lodge/draft/build_id.h defines.
constexpr Drafts drafts(const char* build_id) { return {build_id}; }
struct Group {
  const char* name;
};
constexpr Group group(const char* name) { return {name}; }
struct Summary {
  const char* text;
};
constexpr Summary summary(const char* text) { return {text}; }

struct SettingFlag {
  std::uint32_t bits;
};
inline constexpr SettingFlag required{LODGE_REQUIRED};  ///< in place of a default: the configuration must give it
inline constexpr SettingFlag secret{LODGE_SECRET};      ///< never logged, never shown

template <typename T>
struct Bound {
  const char* key;
  T value;
};
/// What a setting's value must be beyond its type: the host checks it before any code of the plugin runs. Of numbers:
template <typename T>
constexpr Bound<T> at_least(T value) {
  return {"min", value};
}
template <typename T>
constexpr Bound<T> at_most(T value) {
  return {"max", value};
}
template <typename... T>
struct Choice {
  std::tuple<T...> values;
};
/// Of numbers and text: all that there may be.
template <typename... T>
constexpr Choice<T...> one_of(T... values) {
  return {{values...}};
}
struct SizeBound {
  const char* key;
  std::uint64_t size;
};
/// Of text and bytes: their bytes; of lists: their elements; of maps: their keys.
constexpr SizeBound size_at_least(std::uint64_t size) { return {"size_min", size}; }
constexpr SizeBound size_at_most(std::uint64_t size) { return {"size_max", size}; }

template <typename Member>
struct MemberOf;
template <typename Type, typename T>
struct MemberOf<Config<T> Type::*> {
  using type = T;
};

template <typename T>
struct GivenTypeOf {
  using type = T;
};
template <typename T>
struct GivenTypeOf<std::optional<T>> {
  using type = T;
};
/// A setting that is given: an optional one may be left out, and is else like others.
template <typename T>
using GivenType = typename GivenTypeOf<T>::type;

/// A default in msgpack, of at most so many bytes. Not on the heap: the entry of a plugin allocates nothing.
template <std::size_t room>
class PackedDefault {
 public:
  [[nodiscard]] const std::uint8_t* data() const noexcept { return bytes_.data(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  template <typename T, typename Value>
  void pack(const Value& value) {
    lodge_writer writer;
    lodge_writer_over(&writer, bytes_.data(), room);
    static_cast<void>(Pack<T>::write(writer, value));
    size_ = writer.size;
  }

 private:
  std::array<std::uint8_t, room> bytes_{};
  std::size_t size_ = 0;
};
/// Of one whose size shows only when it is packed, a list or a map: those are made on the heap anyway.
template <>
class PackedDefault<0> {
 public:
  [[nodiscard]] const std::uint8_t* data() const noexcept { return bytes_.data(); }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
  [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }

  template <typename T, typename Value>
  void pack(const Value& value) {
    Buffer<64> packed;
    static_cast<void>(Pack<T>::write(packed, value));
    bytes_.assign(packed.view().begin(), packed.view().end());
  }

 private:
  std::vector<std::uint8_t> bytes_;
};

template <auto member, std::size_t room = 0>
struct SettingDeclaration {
  using T = typename MemberOf<decltype(member)>::type;
  using Given = GivenType<T>;  ///< what a value is, where there is one
  lodge_setting raw{};
  PackedDefault<room> default_value;
  std::vector<std::uint8_t> constraints;  ///< a msgpack map, once `finish` has run
  std::uint32_t constraints_count = 0;

  void take(const char* doc) { raw.doc = doc; }
  void take(SettingFlag flag) { raw.flags |= flag.bits; }
  template <typename V>
  void take(const Bound<V>& bound) {
    constexpr bool number = std::is_arithmetic_v<Given> && !std::is_same_v<Given, bool>;
    static_assert(number, "lodge::at_least is for numbers");
    if constexpr (number) {
      static_assert(std::is_floating_point_v<Given> || std::is_integral_v<V>, "the bound of an integer is an integer");
      constrain(bound.key, static_cast<Given>(bound.value));
    }
  }
  template <typename... V>
  void take(const Choice<V...>& choice) {
    static_assert((std::is_arithmetic_v<Given> && !std::is_same_v<Given, bool>) || Pack<Given>::type == LODGE_MP_STR,
                  "lodge::one_of is for numbers and text");
    static_assert(sizeof...(V) > 0, "lodge::one_of takes all that there may be");
    std::apply([this](const auto&... each) { constrain("one_of", std::vector<Given>{static_cast<Given>(each)...}); },
               choice.values);
  }
  void take(const SizeBound& bound) {
    constexpr std::int32_t type = Pack<Given>::type;
    static_assert(type == LODGE_MP_STR || type == LODGE_MP_BIN || type == LODGE_MP_ARRAY || type == LODGE_MP_MAP,
                  "lodge::size_at_most is for text, bytes, lists and maps");
    constrain(bound.key, bound.size);
  }
  void finish() {
    if (constraints_count == 0) return;
    constraints.insert(constraints.begin(), static_cast<std::uint8_t>(0x80U | constraints_count));
  }

 private:
  template <typename V>
  void constrain(const char* key, const V& value) {
    Buffer<64> packed;
    static_cast<void>(write_values(packed, key, value));
    constraints.insert(constraints.end(), packed.view().begin(), packed.view().end());
    ++constraints_count;
  }
};

/// LODGE_TYPE_... of what comes first in msgpack.
constexpr std::uint32_t setting_type(std::int32_t type) {
  switch (type) {
    case LODGE_MP_BOOL:
      return LODGE_TYPE_BOOL;
    case LODGE_MP_INT:
      return LODGE_TYPE_INT;
    case LODGE_MP_FLOAT:
      return LODGE_TYPE_FLOAT;
    case LODGE_MP_STR:
      return LODGE_TYPE_STRING;
    case LODGE_MP_BIN:
      return LODGE_TYPE_BINARY;
    case LODGE_MP_ARRAY:
      return LODGE_TYPE_LIST;
    case LODGE_MP_MAP:
      return LODGE_TYPE_MAP;
    default:
      return LODGE_TYPE_ANY;
  }
}

/// What comes first in msgpack of a setting that is given.
template <typename T>
inline constexpr std::int32_t given_type = Pack<GivenType<T>>::type;

template <typename T, typename Default>
inline constexpr std::size_t room_of_default = given_type<T> == LODGE_MP_INT || given_type<T> == LODGE_MP_FLOAT ||
                                                       given_type<T> == LODGE_MP_BOOL
                                                   ? 1 + sizeof(std::uint64_t)
                                                   : 0;
template <typename T, std::size_t size>
inline constexpr std::size_t room_of_default<T, char[size]> = given_type<T> == LODGE_MP_STR
                                                                  ? size + sizeof(std::uint32_t)
                                                                  : 0;  // for the NUL at its end, the head's first byte
template <typename T>
inline constexpr std::size_t room_of_default<T, std::nullopt_t> = 1;
template <typename T>
inline constexpr std::size_t room_of_default<T, SettingFlag> = 0;

/// A setting held by a member lodge::Config<T>: its name, its default (or lodge::required), then in any order a doc
/// line, lodge::secret, and constraints: lodge::at_least, at_most, one_of, size_at_least, size_at_most.
template <auto member, typename Default, typename... Extras>
auto setting(const char* name, const Default& default_value, Extras... extras) {
  using T = typename SettingDeclaration<member>::T;
  SettingDeclaration<member, room_of_default<T, Default>> out;
  out.raw.name = name;
  out.raw.type = setting_type(given_type<T>);
  if constexpr (std::is_same_v<Default, SettingFlag>) {
    out.take(default_value);
  } else if constexpr (std::is_array_v<Default> && given_type<T> == LODGE_MP_STR) {
    out.default_value.template pack<std::string_view>(std::string_view(default_value));
  } else {
    out.default_value.template pack<T>(T(default_value));
  }
  (out.take(extras), ...);
  out.finish();
  return out;
}

}  // namespace sdk
}  // namespace lodge
