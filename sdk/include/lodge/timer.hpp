// The host's clock, and things to do later.
#pragma once

#include <memory>
#include <utility>

#include <lodge/subscription.hpp>

namespace lodge {
inline namespace sdk {

/// A timer; dropping it cancels it.
using Timer = Subscription;

class Clock {
 public:
  explicit Clock(Link<lodge_timer_v1> link) noexcept : link_(link) {}

  /// Nanoseconds on the host's monotonic clock; in tests it may be virtual. [quick]
  [[nodiscard]] Result<std::int64_t> now() const {
    if (link_.table == nullptr) return missing_interface<lodge_timer_v1>();
    return link_.table->now(link_.host);
  }
  /// Nanoseconds since 1970-01-01 UTC; it may jump. [quick]
  [[nodiscard]] Result<std::int64_t> wall() const {
    if (link_.table == nullptr) return missing_interface<lodge_timer_v1>();
    return link_.table->wall(link_.host);
  }
  /// Runs `fn` once, on a worker.
  [[nodiscard]] Result<Timer> after(std::int64_t delay_ns, std::function<void()> fn) const {
    return start(delay_ns, 0, std::move(fn));
  }
  /// Runs `fn` each period, on a worker, first when one has passed; never two at a time.
  [[nodiscard]] Result<Timer> every(std::int64_t period_ns, std::function<void()> fn) const {
    if (period_ns <= 0) return Error{LODGE_INVALID_ARGUMENT, "a period is more than 0 ns"};
    return start(period_ns, period_ns, std::move(fn));
  }

 private:
  Result<Timer> start(std::int64_t delay_ns, std::int64_t period_ns, std::function<void()> fn) const {
    if (link_.table == nullptr) return missing_interface<lodge_timer_v1>();
    auto state = std::make_shared<Subscriber<>>(link_.host, std::move(fn));
    const auto fire = [](void* user, lodge_handle) { static_cast<Subscriber<>*>(user)->run("a timer"); };
    lodge_handle handle = 0;
    const std::int32_t code = link_.table->start(link_.host, delay_ns, period_ns, fire, state.get(), &handle);
    if (code != LODGE_OK) return failed<lodge_timer_v1>("start", {}, code);
    return Timer(link_.host, link_.table->cancel, handle, std::move(state));
  }

  Link<lodge_timer_v1> link_;
};

inline Clock Host::timer() const noexcept { return Clock(link<lodge_timer_v1>()); }

}  // namespace sdk
}  // namespace lodge
