// Text that came from elsewhere, made safe to show.
#pragma once

#include <string>
#include <string_view>

namespace lodge {

/// Bytes of the UTF-8 character that `text` begins with; 0: what it begins with is not UTF-8. `text` is not empty.
[[nodiscard]] std::size_t utf8_length(std::string_view text);

[[nodiscard]] bool is_utf8(std::string_view text);

/// UTF-8 that shows as it is: no control characters, line separators, and none that turn the direction of what follows.
[[nodiscard]] bool is_plain_line(std::string_view text);

/// On one line: what is not plain (is_plain_line) as \n, \t or \xNN, a byte each.
[[nodiscard]] std::string escape_for_terminal(std::string_view text);

/// The inside of a JSON string. Bytes that are not UTF-8 become the text \xNN.
[[nodiscard]] std::string escape_for_json(std::string_view text);

}  // namespace lodge
