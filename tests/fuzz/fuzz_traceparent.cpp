// The header `traceparent`, which callers give as text: refused, or read to a trace that its own text gives again.
#include <lodge/traceparent.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lodge_trace trace;
  std::memset(&trace, 0, sizeof trace);
  const lodge_trace untouched = trace;
  const auto* const text = static_cast<const char*>(static_cast<const void*>(data));
  if (lodge_traceparent_read(text, size, &trace) != LODGE_OK) {
    if (std::memcmp(&trace, &untouched, sizeof trace) != 0) std::abort();
    return 0;
  }
  std::array<char, LODGE_TRACEPARENT_SIZE> again{};
  lodge_traceparent_write(&trace, again.data());
  lodge_trace back;
  std::memset(&back, 0, sizeof back);
  if (lodge_traceparent_read(again.data(), again.size(), &back) != LODGE_OK) std::abort();
  if (std::memcmp(&trace, &back, sizeof trace) != 0) std::abort();
  // Of the version that we write every byte comes back.
  if (text[0] == '0' && text[1] == '0' && std::memcmp(text, again.data(), again.size()) != 0) std::abort();
  return 0;
}
