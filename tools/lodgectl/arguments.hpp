// The arguments of a call as they are typed.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/status.hpp"
#include "wire/value.hpp"

namespace lodge::ctl {

/// JSON; what is no JSON and begins with neither a quote, a bracket, a brace, a digit nor a minus is taken as text, so
/// that `ada` needs no '"ada"'. INVALID_ARGUMENT says how to quote.
[[nodiscard]] Result<wire::Value> argument_from(std::string_view word);

/// The list of all of them.
[[nodiscard]] Result<wire::Value::List> arguments_from(std::span<const std::string> words);

/// Values one after another, as a call carries them.
[[nodiscard]] Bytes packed(const wire::Value::List& values);

}  // namespace lodge::ctl
