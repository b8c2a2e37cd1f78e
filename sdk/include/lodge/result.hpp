// Errors as values, and the one exception that carries a code. C++20, header only, over the C ABI.
//
// Everything of the C++ layer lives in the inline namespace lodge::sdk: written lodge::Result, but never the same
// symbol as something of the host's.
#pragma once

#include <lodge/status.h>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

namespace lodge {
inline namespace sdk {

/// Whether the code that was called ran: decides if a retry is safe.
enum class Executed : std::int32_t { no = LODGE_EXECUTED_NO, maybe = LODGE_EXECUTED_MAYBE, yes = LODGE_EXECUTED_YES };

/// What went wrong: a code of status.h for programs, a message for people.
struct Error {
  std::int32_t code = LODGE_UNKNOWN;
  std::string message;
  Executed executed = Executed::no;
};

/// Thrown by plugin code to answer with a code of its choice. Any other exception answers INTERNAL.
class Failure : public std::runtime_error {
 public:
  /// `code`: negative, of status.h.
  Failure(std::int32_t code, const std::string& text) : std::runtime_error(text), code_(code) {}
  explicit Failure(const Error& error) : Failure(error.code, error.message) {}
  [[nodiscard]] std::int32_t code() const noexcept { return code_; }

 private:
  std::int32_t code_;
};

/// A T, or the Error that stood in its way.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: values convert
  Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: errors convert

  [[nodiscard]] bool ok() const { return held_.index() == 0; }
  explicit operator bool() const { return ok(); }

  /// Only where ok().
  [[nodiscard]] T& value() & { return *std::get_if<0>(&held_); }
  [[nodiscard]] const T& value() const& { return *std::get_if<0>(&held_); }
  [[nodiscard]] T&& value() && { return std::move(*std::get_if<0>(&held_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  /// Only where not ok().
  [[nodiscard]] Error& error() & { return *std::get_if<1>(&held_); }
  [[nodiscard]] const Error& error() const& { return *std::get_if<1>(&held_); }
  [[nodiscard]] Error&& error() && { return std::move(*std::get_if<1>(&held_)); }

  /// The value, or the error thrown as a Failure.
  T or_throw() && {
    if (!ok()) throw Failure(error());
    return std::move(*this).value();
  }

 private:
  std::variant<T, Error> held_;
};

/// Nothing, or the Error that stood in the way.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: errors convert

  [[nodiscard]] bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  /// Only where not ok().
  [[nodiscard]] Error& error() & { return *error_; }
  [[nodiscard]] const Error& error() const& { return *error_; }
  [[nodiscard]] Error&& error() && { return *std::move(error_); }

  void or_throw() const {
    if (error_) throw Failure(*error_);
  }

 private:
  std::optional<Error> error_;
};

}  // namespace sdk
}  // namespace lodge
