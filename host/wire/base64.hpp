// Base64 (RFC 4648, with padding).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace lodge::wire {

[[nodiscard]] std::string base64_from(ByteView bytes);
/// Nothing: not base64.
[[nodiscard]] std::optional<Bytes> bytes_from_base64(std::string_view text);

}  // namespace lodge::wire
