// Those who wait for lines of the log that are yet to be written.
#pragma once

#include <cstddef>
#include <memory>

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "base/log_ring.hpp"
#include "base/timers.hpp"
#include "control/admin.hpp"

namespace lodge::control {

/// A page of the log as the verb `logs` answers it.
[[nodiscard]] wire::Value value_of(const log::Ring::Page& page);

/// Thread-safe. A wait holds no thread; it ends with the first line that fits, after a while, or when the host stops.
class LogFollow {
 public:
  static constexpr std::size_t waiting_max = 64;

  LogFollow(const log::Ring& ring, const Clock& clock, Timers& timers, Executor& executor);
  ~LogFollow();
  LogFollow(const LogFollow&) = delete;
  LogFollow& operator=(const LogFollow&) = delete;

  /// Answers with the first page that has a line or has lost one, or with an empty one at `until`. RESOURCE_EXHAUSTED:
  /// too many wait.
  void wait(const log::Ring::Query& query, MonotonicNs until, const VerbAnswer& answer);

  /// There may be a line: has the executor look, where anybody waits. Neither waits nor logs.
  void look();

  /// Answers all, now and from now on.
  void end();

 private:
  struct State;
  static void look(const std::shared_ptr<State>& state);

  const std::shared_ptr<State> state_;  // what is queued and timed outlives this
};

}  // namespace lodge::control
