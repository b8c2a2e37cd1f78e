// What the reading child may send in place of a descriptor.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "plugin/descriptor.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto decoded = lodge::plugin::decode_descriptor({data, size});
  if (!decoded) return 0;
  const auto again = lodge::plugin::decode_descriptor(lodge::plugin::encode_descriptor(*decoded));
  if (!again || !(*again == *decoded)) std::abort();
  return 0;
}
