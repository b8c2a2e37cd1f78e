// A plugin of the C++ layer whose methods are coroutines. Apart from the tests that run it: a plugin sees no header of
// the host's.
#pragma once

#include <lodge/descriptor.h>

#include <atomic>
#include <cstdint>

namespace lodge_test {

[[nodiscard]] const lodge_plugin& waiting();

/// Coroutines of `keep` and `sleep_long` that have not ended.
extern std::atomic<int> living_frames;

/// The code with which the last call in a `keep` ended.
extern std::atomic<std::int32_t> last_seen;

}  // namespace lodge_test
