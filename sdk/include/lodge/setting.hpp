// lodge::Config: a member that holds one setting of the plugin.
#pragma once

#include <atomic>
#include <mutex>
#include <utility>

#include <lodge/pack_structs.hpp>

namespace lodge {
inline namespace sdk {

/// A setting, named by lodge::setting<&Plugin::member>(...). Set by the SDK after the plugin's constructor and again
/// just before `start`, since the service's configuration hooks may have changed it. [any]
template <typename T>
class Config {
  static_assert(!Pack<T>::borrows, "a setting outlives what it is read from: take std::string for a view");

 public:
  using value_type = T;
  Config() = default;
  explicit Config(T value) : value_(std::move(value)) {}
  Config(const Config&) = delete;
  Config& operator=(const Config&) = delete;
  ~Config() = default;

  /// A copy, whole whatever another thread does meanwhile.
  [[nodiscard]] T get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  void set(T value) {
    const std::lock_guard lock(mutex_);
    value_ = std::move(value);
  }

 private:
  mutable std::mutex mutex_;
  T value_{};
};

/// Numbers and booleans: no lock.
template <typename T>
requires(std::is_arithmetic_v<T> || std::is_enum_v<T>) class Config<T> {
 public:
  using value_type = T;
  Config() = default;
  explicit Config(T value) : value_(value) {}
  Config(const Config&) = delete;
  Config& operator=(const Config&) = delete;
  ~Config() = default;

  [[nodiscard]] T get() const noexcept { return value_.load(std::memory_order_relaxed); }
  void set(T value) noexcept { value_.store(value, std::memory_order_relaxed); }

 private:
  std::atomic<T> value_{T{}};
};

}  // namespace sdk
}  // namespace lodge
