// What the host calls again and again, until it is dropped: timers and watches.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include <lodge/log.hpp>

namespace lodge {
inline namespace sdk {

/// What the host calls again and again, ended by destroying it: when the destructor returns, the function does not run,
/// unless it is the function that destroys.
class [[nodiscard]] Subscription {
 public:
  using End = std::int32_t (*)(const lodge_host* host, lodge_handle handle);

  Subscription() = default;
  Subscription(const lodge_host* host, End ender, lodge_handle handle, std::shared_ptr<void> state) noexcept
      : host_(host), end_(ender), handle_(handle), state_(std::move(state)) {}
  Subscription(Subscription&& other) noexcept
      : host_(other.host_),
        end_(other.end_),
        handle_(std::exchange(other.handle_, 0)),
        state_(std::move(other.state_)) {}
  Subscription& operator=(Subscription&& other) noexcept {
    if (this != &other) {
      end();
      host_ = other.host_;
      end_ = other.end_;
      handle_ = std::exchange(other.handle_, 0);
      state_ = std::move(other.state_);
    }
    return *this;
  }
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;
  ~Subscription() { end(); }

  void end() noexcept {
    if (handle_ != 0) static_cast<void>(end_(host_, std::exchange(handle_, 0)));
    state_.reset();
  }

 private:
  const lodge_host* host_ = nullptr;
  End end_ = nullptr;
  lodge_handle handle_ = 0;
  std::shared_ptr<void> state_;  ///< what the host's user pointer points to; a running call holds it too
};

/// What the host hands back as `user`. A call keeps it alive, since the function may end its own subscription.
template <typename... Args>
struct Subscriber : std::enable_shared_from_this<Subscriber<Args...>> {
  Subscriber(const lodge_host* raw, std::function<void(Args...)> function) : host(raw), fn(std::move(function)) {}
  void run(const char* what, Args... args) noexcept {
    const auto self = this->shared_from_this();
    guarded_task(host, what, [&] { fn(args...); });
  }
  const lodge_host* host;
  std::function<void(Args...)> fn;
};

}  // namespace sdk
}  // namespace lodge
