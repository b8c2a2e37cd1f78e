// Which methods can be callbacks. Any other is refused here, with one error that says what to write, before more of the
// SDK is compiled for it.
#pragma once

#include <tuple>
#include <type_traits>

#include <lodge/task.hpp>

namespace lodge {
inline namespace sdk {

/// The parameters of a method or function, without a leading Call&.
template <typename Class, bool takes_call_, typename R, typename... Params>
struct Shape {
  using of = Class;  ///< void: a function
  using result = R;
  using params = std::tuple<Params...>;
  using values = std::tuple<std::remove_cvref_t<Params>...>;
  static constexpr bool takes_call = takes_call_;
  static constexpr std::size_t arity = sizeof...(Params);
};
template <typename Class, typename R, typename... Params>
struct ShapeOf : Shape<Class, false, R, Params...> {};
template <typename Class, typename R, typename... Params>
struct ShapeOf<Class, R, Call&, Params...> : Shape<Class, true, R, Params...> {};

/// Nothing, of what cannot be called as a callback is.
template <typename Function>
struct FunctionShape {};
template <typename R, typename... P>
struct FunctionShape<R (*)(P...)> : ShapeOf<void, R, P...> {};
template <typename R, typename... P>
struct FunctionShape<R (*)(P...) noexcept> : ShapeOf<void, R, P...> {};
template <typename R, typename C, typename... P>
struct FunctionShape<R (C::*)(P...)> : ShapeOf<C, R, P...> {};
template <typename R, typename C, typename... P>
struct FunctionShape<R (C::*)(P...) const> : ShapeOf<C, R, P...> {};
template <typename R, typename C, typename... P>
struct FunctionShape<R (C::*)(P...) noexcept> : ShapeOf<C, R, P...> {};
template <typename R, typename C, typename... P>
struct FunctionShape<R (C::*)(P...) const noexcept> : ShapeOf<C, R, P...> {};

/// What is wrong with a signature.
enum class Mistake {
  none,
  no_method,
  too_many,
  pointer_to_text,
  pointer,
  character,
  unknown_type,
  call_parameter,
  changing_parameter,
  no_default,
  reference_result,
  dangling_result,
  call_in_task,
  borrowed_in_task,
  borrowed_from_task
};

/// To be made where something is wrong: says what to write in place of `Culprit`.
template <Mistake mistake, typename Culprit>
struct Refused {
  static_assert(mistake != Mistake::no_method,
                "a callback is a method, a static method or a function, with no `&`, `&&`, `volatile` or `...` behind "
                "its name: lodge::callback<&Class::method>");
  static_assert(mistake != Mistake::too_many, "a callback has at most 32 parameters: put some of them into a struct");
  static_assert(mistake != Mistake::pointer_to_text,
                "a pointer to text cannot cross: write std::string_view, or std::string, for const char*");
  static_assert(mistake != Mistake::pointer,
                "a pointer cannot cross, since plugins share no memory: write the value itself, std::optional where "
                "there may be none, std::vector where there are several");
  static_assert(mistake != Mistake::character,
                "a character cannot cross alone: write std::string for text, std::uint8_t for a small number");
  static_assert(mistake != Mistake::unknown_type,
                "this type cannot cross: use numbers, bool, text, bytes, vector, map, optional, tuple, variant, or a "
                "struct with lodge_fields");
  static_assert(mistake != Mistake::call_parameter, "lodge::Call comes first, and as lodge::Call&");
  static_assert(mistake != Mistake::changing_parameter,
                "a parameter is a value or a const reference: the caller keeps its own");
  static_assert(mistake != Mistake::no_default,
                "a parameter is made empty and then read: its type needs a default constructor");
  static_assert(mistake != Mistake::reference_result, "a result is a value: return T for T& and const T&");
  static_assert(mistake != Mistake::dangling_result,
                "this result may point into a parameter that is gone when it is read: return std::string for "
                "std::string_view, or take that parameter as std::string_view or const T&");
  static_assert(mistake != Mistake::call_in_task,
                "a coroutine outlives lodge::Call&: leave it out, and co_await lodge::this_call()");
  static_assert(mistake != Mistake::borrowed_in_task,
                "a coroutine outlives its call's arguments: take std::string for std::string_view, "
                "std::vector<std::uint8_t> for std::span, lodge::Any for lodge::AnyView, and T for const T&");
  static_assert(mistake != Mistake::borrowed_from_task,
                "a coroutine's value outlives what it points to: return std::string for std::string_view");
};

template <typename T>
inline constexpr bool is_character =
    std::is_same_v<T, char> || std::is_same_v<T, wchar_t> || std::is_same_v<T, char8_t> ||
    std::is_same_v<T, char16_t> || std::is_same_v<T, char32_t>;

/// Of a parameter or a result, whichever.
template <typename T>
constexpr Mistake value_mistake() {
  if constexpr (std::is_pointer_v<T>) {
    return is_character<std::remove_cv_t<std::remove_pointer_t<T>>> ? Mistake::pointer_to_text : Mistake::pointer;
  } else if constexpr (is_character<T>) {
    return Mistake::character;
  } else {
    return crosses<T> ? Mistake::none : Mistake::unknown_type;
  }
}

/// What a method answers with in the end: T of task<T>, Result<T> and T.
template <typename R>
struct Answered {
  using type = std::remove_cv_t<R>;
};
template <typename T>
struct Answered<Result<T>> : Answered<T> {};
template <typename T>
struct Answered<task<T>> : Answered<T> {};
template <typename R>
using answered = typename Answered<std::remove_cv_t<R>>::type;

template <typename T>
inline constexpr bool is_plain = std::is_same_v<T, void> || std::is_same_v<T, Verdict>;

/// Whether nothing that a result points to can lie in this parameter alone.
template <typename P>
constexpr bool lives_elsewhere() {
  using T = std::remove_cvref_t<P>;
  return std::is_reference_v<P> || std::is_arithmetic_v<T> || std::is_enum_v<T> ||
         (Pack<T>::borrows && std::is_trivially_destructible_v<T>);
}

template <typename S, typename P>
constexpr Mistake parameter_mistake() {
  using T = std::remove_cvref_t<P>;
  if constexpr (std::is_same_v<T, Call>) {
    return Mistake::call_parameter;
  } else if constexpr (value_mistake<T>() != Mistake::none) {
    return value_mistake<T>();
  } else if constexpr (std::is_lvalue_reference_v<P> && !std::is_const_v<std::remove_reference_t<P>>) {
    return Mistake::changing_parameter;
  } else if constexpr (!std::is_default_constructible_v<T>) {
    return Mistake::no_default;
  } else {
    constexpr bool owns = !std::is_reference_v<P> && !Pack<T>::borrows;
    return is_task<typename S::result> && !owns ? Mistake::borrowed_in_task : Mistake::none;
  }
}

template <typename S, typename... P>
constexpr Mistake result_mistake(const std::tuple<P...>*) {
  using T = answered<typename S::result>;
  if constexpr (std::is_reference_v<T>) {
    return Mistake::reference_result;
  } else if constexpr (is_plain<T>) {
    return Mistake::none;
  } else if constexpr (value_mistake<T>() != Mistake::none) {
    return value_mistake<T>();
  } else if constexpr (Pack<T>::borrows && is_task<typename S::result>) {
    return Mistake::borrowed_from_task;
  } else {
    return Pack<T>::borrows && !(lives_elsewhere<P>() && ...) ? Mistake::dangling_result : Mistake::none;
  }
}

/// Of the signature as a whole.
template <typename S>
constexpr Mistake whole_mistake() {
  if constexpr (!requires { typename S::params; })
    return Mistake::no_method;
  else if constexpr (S::arity > 32)
    return Mistake::too_many;
  else
    return S::takes_call && is_task<typename S::result> ? Mistake::call_in_task : Mistake::none;
}

template <typename S>
struct Signature {
  template <typename... P>
  static constexpr bool fine(const std::tuple<P...>* params) {
    // Parameters first: what a result may point to depends on them.
    if constexpr (((parameter_mistake<S, P>() == Mistake::none) && ...))
      return result_mistake<S>(params) == Mistake::none;
    else
      return false;
  }
  template <typename... P>
  static constexpr void refuse(const std::tuple<P...>* params) {
    if constexpr (((parameter_mistake<S, P>() == Mistake::none) && ...))
      static_cast<void>(Refused<result_mistake<S>(static_cast<decltype(params)>(nullptr)), typename S::result>{});
    else
      (static_cast<void>(Refused<parameter_mistake<S, P>(), P>{}), ...);
  }
};

/// Whether this method can be a callback.
template <typename S>
constexpr bool is_accepted() {
  if constexpr (whole_mistake<S>() == Mistake::none)
    return Signature<S>::fine(static_cast<const typename S::params*>(nullptr));
  else
    return false;
}
/// Where it cannot: one error, which says why.
template <typename S>
constexpr void refuse() {
  if constexpr (whole_mistake<S>() == Mistake::none)
    Signature<S>::refuse(static_cast<const typename S::params*>(nullptr));
  else
    static_cast<void>(Refused<whole_mistake<S>(), S>{});
}

}  // namespace sdk
}  // namespace lodge
