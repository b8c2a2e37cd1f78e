// A number that one thread changes and others may look at, when it does not matter how old it is.
#pragma once

#include <atomic>

namespace lodge {

/// Costs its one writer what a plain variable does.
template <typename T>
class Relaxed {
 public:
  explicit Relaxed(T value) : value_(value) {}

  operator T() const { return value_.load(std::memory_order_relaxed); }  // NOLINT(*-explicit-*): stands for it
  Relaxed& operator=(T value) {
    value_.store(value, std::memory_order_relaxed);
    return *this;
  }
  Relaxed& operator++() { return *this = *this + 1; }

 private:
  std::atomic<T> value_;
};

}  // namespace lodge
