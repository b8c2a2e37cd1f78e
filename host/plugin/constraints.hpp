// What a setting's value must be beyond its type, as its descriptor says: bounds, a list of values, a size.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/status.hpp"
#include "wire/value.hpp"

namespace lodge::plugin {

struct Constraints {
  std::optional<wire::Value> min;  ///< integer or float, as the setting is
  std::optional<wire::Value> max;
  wire::Value::List one_of;  ///< empty: any
  std::optional<std::uint64_t> size_min;
  std::optional<std::uint64_t> size_max;
};

/// Reads those of a setting of `type` (LODGE_TYPE_...); no bytes: none. INVALID_ARGUMENT says what is wrong: a key that
/// is none, one that a value of this type cannot have, bounds that leave nothing.
[[nodiscard]] Result<Constraints> read_constraints(ByteView packed, std::uint32_t type);

/// What `value`, which has the type already, should be in place of what it is: "from 1 to 100", "one of \"a\", \"b\"",
/// "at most 64 bytes". Empty: it is as it should be.
[[nodiscard]] std::string broken_by(const wire::Value& value, const Constraints& constraints);

/// "70 bytes", "3 elements", "1 key".
[[nodiscard]] std::string size_text_of(const wire::Value& value);

}  // namespace lodge::plugin
