// Who is told of which statuses that services enter.
#pragma once

#include <lodge/service.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/watch.hpp"
#include "service/lifecycle.hpp"

namespace lodge::service {

/// A status as it crosses the border; `name` and `state` outlive it. `error` gets the text of the last error.
[[nodiscard]] lodge_service_status status_of(std::string_view name, const Lifecycle::State& state, std::string& error);

/// Thread-safe.
class StatusWatches {
 public:
  /// Told on a worker, in order for each service. nullptr: some were missed.
  using Tell = std::function<void(const lodge_service_status*)>;

  explicit StatusWatches(Executor& executor) : hub_(executor) {}

  /// Watches one service, or all where the name is empty. 0: the owner has WatchHub::watches_max.
  [[nodiscard]] lodge_handle add(std::string_view service, std::uint64_t owner, Tell tell);
  [[nodiscard]] Code remove(lodge_handle watch, std::uint64_t owner) { return hub_.remove(watch, owner); }
  void remove_owner(std::uint64_t owner) { hub_.remove_owner(owner); }

  /// By one thread at a time for one service.
  void publish(std::string_view service, const Lifecycle::State& state);

 private:
  WatchHub hub_;
};

}  // namespace lodge::service
