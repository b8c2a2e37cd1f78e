// Errors as values: what every fallible function of the host returns.
#pragma once

#include <lodge/status.h>

#include <cassert>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace lodge {

/// The ABI's error codes under their own names. The numbers are those of <lodge/status.h>.
enum class Code : std::int32_t {
  OK = LODGE_OK,
#define LODGE_DECLARE_CODE(name, number, meaning) name = (number),
  LODGE_ERROR_CODES(LODGE_DECLARE_CODE)
#undef LODGE_DECLARE_CODE
};

/// "INVALID_ARGUMENT".
[[nodiscard]] std::string_view code_name(Code code);

/// Whether that is the number of an error code, or LODGE_OK.
[[nodiscard]] bool is_code(std::int32_t number);

/// The code of that number; UNKNOWN for a number that is none of ours.
[[nodiscard]] Code code_from(std::int32_t number);

/// Whether the code that was called ran. A fact of one result, not of its code.
enum class Executed : std::uint8_t { no = LODGE_EXECUTED_NO, maybe = LODGE_EXECUTED_MAYBE, yes = LODGE_EXECUTED_YES };

/// "no", "maybe", "yes".
[[nodiscard]] std::string_view executed_name(Executed executed);

/// What went wrong: a code for programs, a message for people (what, where, and what to do about it).
struct Error {
  Code code = Code::UNKNOWN;
  std::string message;
  Executed executed = Executed::no;

  /// "INVALID_ARGUMENT: the message"
  [[nodiscard]] std::string text() const;
};

/// A T, or the Error that stood in its way.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: values convert
  Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: errors convert

  [[nodiscard]] bool ok() const { return held_.index() == 0; }
  explicit operator bool() const { return ok(); }

  [[nodiscard]] T& value() & { return *std::get_if<0>(&held_); }
  [[nodiscard]] const T& value() const& { return *std::get_if<0>(&held_); }
  [[nodiscard]] T&& value() && { return std::move(*std::get_if<0>(&held_)); }
  [[nodiscard]] Error& error() & { return *std::get_if<1>(&held_); }
  [[nodiscard]] const Error& error() const& { return *std::get_if<1>(&held_); }
  [[nodiscard]] Error&& error() && { return std::move(*std::get_if<1>(&held_)); }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

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
  [[nodiscard]] Error& error() & { return *error_; }
  [[nodiscard]] const Error& error() const& { return *error_; }
  [[nodiscard]] Error&& error() && { return *std::move(error_); }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace lodge
