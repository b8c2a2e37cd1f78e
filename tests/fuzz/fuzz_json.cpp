// JSON that people type: refused with a place that lies within it, or a value that its own JSON gives again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "wire/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using lodge::wire::json_from_value;
  using lodge::wire::value_from_json;
  const std::string_view text(static_cast<const char*>(static_cast<const void*>(data)), size);
  const auto value = value_from_json(text, {.depth_max = 16, .elements_max = 1000});
  if (!value) {
    if (value.error().message.empty()) std::abort();
    return 0;
  }
  const std::string again = json_from_value(*value);
  const auto back = value_from_json(again);
  if (!back || json_from_value(*back) != again) std::abort();
  return 0;
}
