// A plugin of the C++ layer whose methods are coroutines. Apart from the tests that run it: a plugin sees no header of
// the host's.
#pragma once

#include <lodge/descriptor.h>

#include <atomic>

namespace lodge_test {

[[nodiscard]] const lodge_plugin& waiting();

/// Coroutines of `keep` that have not ended.
extern std::atomic<int> living_frames;

}  // namespace lodge_test
