// Between the C function of a callback and the method behind it: arguments in, answer out, nothing thrown across.
#pragma once

#include <array>
#include <exception>
#include <tuple>
#include <type_traits>

#include <lodge/signature.hpp>

namespace lodge {
inline namespace sdk {

/// A plugin instance: the author's object, and the host it belongs to.
template <typename Type>
struct Instance {
  explicit Instance(const lodge_host* raw) requires std::is_constructible_v<Type, const Host&> : host(raw),
                                                                                                 object(host) {}
  explicit Instance(const lodge_host* raw) requires(!std::is_constructible_v<Type, const Host&>) : host(raw) {}

  Host host;
  Type object;
  TaskList tasks;  ///< goes before the object: what waits in it may use it
};

/// Answers with an error: its message replaces what was written.
inline std::int32_t answer_error(lodge_writer& out, std::int32_t code, std::string_view text) noexcept {
  out.size = 0;
  static_cast<void>(lodge_write(&out, text.data(), text.size()));  // without room the code stands alone
  return code < 0 ? code : std::int32_t{LODGE_INTERNAL};
}

/// Runs `body`, which answers a code; what it throws becomes an answer too.
template <typename Body>
std::int32_t guarded(lodge_writer& out, Body&& body) noexcept {
  try {
    return body();
  } catch (const Failure& failure) {
    return answer_error(out, failure.code(), failure.what());
  } catch (const std::exception& thrown) {
    return answer_error(out, LODGE_INTERNAL, thrown.what());
  } catch (...) {
    return answer_error(out, LODGE_INTERNAL, "something was thrown that is no std::exception");
  }
}

template <typename T>
std::int32_t answer_value(lodge_writer& out, const T& value) {
  const std::int32_t code = Pack<T>::write(out, value);
  return code == LODGE_OK ? std::int32_t{LODGE_DONE} : answer_error(out, code, "the result does not fit");
}
template <typename T>
std::int32_t answer_value(lodge_writer& out, const Result<T>& result) {
  if (!result) return answer_error(out, result.error().code, result.error().message);
  if constexpr (std::is_void_v<T>)
    return LODGE_DONE;
  else
    return answer_value(out, *result);
}

inline std::string counted_arguments(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " argument" : " arguments");
}

/// `is_function`: there is no next link. A verdict that cannot be is a bug of the plugin, and said so.
inline std::int32_t answer_verdict(lodge_writer& out, const Verdict& verdict, std::size_t arity, bool is_function) {
  const bool goes_on = verdict.kind() == LODGE_CONTINUE || verdict.kind() == LODGE_CONTINUE_WITH;
  if (goes_on && is_function) return answer_error(out, LODGE_INTERNAL, "a function has no next link to continue with");
  if (verdict.kind() == LODGE_CONTINUE_WITH && verdict.count() != arity) {
    return answer_error(out, LODGE_INTERNAL,
                        "continue_with was given " + counted_arguments(verdict.count()) + ", this callback has " +
                            std::to_string(arity));
  }
  if (verdict.kind() == LODGE_DEFERRED) {  // had there been a defer(), nobody would have looked at the verdict
    return answer_error(out, LODGE_INTERNAL, "deferred() was answered without a Call::defer()");
  }
  const auto bytes = verdict.bytes();
  if (lodge_write(&out, bytes.data(), bytes.size()) != LODGE_OK) {
    return answer_error(out, LODGE_RESOURCE_EXHAUSTED, "the result does not fit");
  }
  return verdict.kind();
}

template <auto method, bool is_function>
struct Invocation {
  using S = FunctionShape<decltype(method)>;

  template <typename Type>
  static std::int32_t answer(Instance<Type>& instance, Call& call, lodge_writer& out) {
    typename S::values values;
    if (const std::int32_t code = read(*call.raw(), values, out); code != LODGE_OK) return code;
    const auto with = [&]<std::size_t... i>(std::index_sequence<i...>)->typename S::result {
      return run(instance.object, call,
                 static_cast<std::tuple_element_t<i, typename S::params>&&>(std::get<i>(values))...);
    };
    constexpr auto indices = std::make_index_sequence<S::arity>();
    if constexpr (is_task<typename S::result>) {
      return S::result::answer(with(indices), call, instance.tasks, [&](auto& promise) {
        return answer_with([&promise] { return promise.take(); }, call, out);
      });
    } else {
      return answer_with([&] { return with(indices); }, call, out);
    }
  }

 private:
  static std::int32_t read(const lodge_call& call, typename S::values& values, lodge_writer& out) {
    if (call.arity != S::arity) {
      return answer_error(out, LODGE_INVALID_ARGUMENT,
                          "expected " + counted_arguments(S::arity) + ", got " + std::to_string(call.arity));
    }
    lodge_mp_reader reader = lodge_mp_reader_of(call.args.data, call.args.size);
    Mismatch mismatch;
    std::size_t index = 0;
    const auto one = [&](auto& value) {
      ++index;
      return Pack<std::remove_cvref_t<decltype(value)>>::read(reader, value, mismatch);
    };
    if (std::apply([&one](auto&... each) { return (one(each) && ...); }, values)) return LODGE_OK;
    mismatch.at("argument " + std::to_string(index));
    return answer_error(out, LODGE_INVALID_ARGUMENT, mismatch.text);
  }

  template <typename Make>
  static std::int32_t answer_with(Make&& make, const Call& call, lodge_writer& out) {
    if constexpr (std::is_void_v<decltype(make())>) {
      make();
      return LODGE_DONE;
    } else {
      const auto result = make();
      if (call.deferred()) return LODGE_DEFERRED;
      if constexpr (std::is_same_v<decltype(make()), Verdict>) {
        return answer_verdict(out, result, S::arity, is_function);
      } else {
        return answer_value(out, result);
      }
    }
  }

  template <typename Type, typename... Args>
  static typename S::result run(Type& object, Call& call, Args&&... args) {
    if constexpr (std::is_member_function_pointer_v<decltype(method)>) {
      if constexpr (S::takes_call)
        return (object.*method)(call, std::forward<Args>(args)...);
      else
        return (object.*method)(std::forward<Args>(args)...);
    } else {
      if constexpr (S::takes_call)
        return method(call, std::forward<Args>(args)...);
      else
        return method(std::forward<Args>(args)...);
    }
  }
};

/// The C function of a callback.
template <typename Type, auto method, bool is_function>
std::int32_t trampoline(void* self, const lodge_call* raw, lodge_writer* out) noexcept {
  auto& instance = *static_cast<Instance<Type>*>(self);
  Call call(instance.host, raw);
  const std::int32_t code =
      guarded(*out, [&] { return Invocation<method, is_function>::answer(instance, call, *out); });
  if (!call.deferred()) return code;
  out->size = 0;
  return LODGE_DEFERRED;
}

}  // namespace sdk
}  // namespace lodge
