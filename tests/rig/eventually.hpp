// Waiting for what other threads do.
#pragma once

#include <chrono>
#include <thread>

namespace lodge::rig {

/// Waits until `condition()` holds; false: not within ten seconds.
template <typename Condition>
[[nodiscard]] bool eventually(const Condition& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace lodge::rig
