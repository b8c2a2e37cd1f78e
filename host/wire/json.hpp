// Values as JSON text, for people and for HTTP.
//
// JSON has neither binary nor keys that are not text, so: binary <-> {"$bin": "<base64>"}; a key that is not text
// becomes its own JSON text (1 -> "1", nil -> "null", [1] -> "[1]") and stays text on the way back. Floats that are no
// numbers <-> {"$float": "nan"}, "inf", "-inf". Text that is not UTF-8 gets U+FFFD in place of what is wrong.
#pragma once

#include <string>
#include <string_view>

#include "wire/value.hpp"

namespace lodge::wire {

/// INVALID_ARGUMENT with line and column (bytes, from 1): for what is no JSON, and for what could only be kept with a
/// loss: a key that stands twice in an object, an integer of more than 64 bits, a number beyond what a float holds, a
/// $bin that is not base64, a $float that is none of the three. Within the limits of nesting and count;
/// RESOURCE_EXHAUSTED beyond.
[[nodiscard]] Result<Value> value_from_json(std::string_view text, const Limits& limits = {});

/// One line, or indented by two spaces.
[[nodiscard]] std::string json_from_value(const Value& value, bool pretty = false);

}  // namespace lodge::wire
