// A value as a line of text, for details and for the log.
#pragma once

#include <lodge/pack.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace outcome {

/// `text`, at most `most` bytes of it and then "...".
[[nodiscard]] std::string cut(std::string_view text, std::size_t most);

/// A text as it is, everything else as JSON has it; bytes in hexadecimal. Cut at `most` bytes: a value that is larger
/// costs no more than that.
[[nodiscard]] std::string text_of(lodge::AnyView value, std::size_t most);

}  // namespace outcome
