// The arguments of a call as they are typed.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>

#include "base/status.hpp"
#include "wire/value.hpp"

namespace lodge::ctl {

/// JSON; or the JSON in a file, for @FILE (@-: `standard_input`). What is no JSON and begins with neither of @, a
/// quote, a bracket, a brace, a digit or a minus is taken as text, so that `ada` needs no '"ada"'. INVALID_ARGUMENT
/// says what is wrong, where, and how to quote; NOT_FOUND: the file cannot be read.
[[nodiscard]] Result<wire::Value> argument_from(std::string_view word, std::istream& standard_input);

/// The list of all of them. INVALID_ARGUMENT: two of them are @-, which can be read once.
[[nodiscard]] Result<wire::Value::List> arguments_from(std::span<const std::string> words,
                                                       std::istream& standard_input);

/// Whether one of them is @-.
[[nodiscard]] bool takes_standard_input(std::span<const std::string> words);

/// Values one after another, as a call carries them.
[[nodiscard]] Bytes packed(const wire::Value::List& values);

}  // namespace lodge::ctl
