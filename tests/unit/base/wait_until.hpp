// Waiting for what other threads do.
#pragma once

#include <chrono>
#include <thread>

namespace lodge {

/// Whether `condition` came true within ten seconds.
template <typename Condition>
[[nodiscard]] bool wait_until(Condition&& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace lodge
