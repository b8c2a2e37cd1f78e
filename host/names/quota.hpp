// So many names and no more: of the node, and of each who takes some of them.
#pragma once

#include <atomic>
#include <cstdint>

namespace lodge::names {

/// Thread-safe.
class Quota {
 public:
  explicit Quota(std::uint64_t limit) : limit_(limit) {}
  Quota(const Quota&) = delete;
  Quota& operator=(const Quota&) = delete;

  /// False: it is used up.
  [[nodiscard]] bool take() {
    std::uint64_t used = used_.load(std::memory_order_relaxed);
    do {
      if (used >= limit_) return false;
    } while (!used_.compare_exchange_weak(used, used + 1, std::memory_order_relaxed));
    return true;
  }
  void give() { used_.fetch_sub(1, std::memory_order_relaxed); }

  [[nodiscard]] std::uint64_t used() const { return used_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t limit() const { return limit_; }

 private:
  const std::uint64_t limit_;
  alignas(64) std::atomic<std::uint64_t> used_{0};
};

}  // namespace lodge::names
