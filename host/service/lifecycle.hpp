// The life of a service: what it is doing, what the operator wants, and what has to be done next. Rules only: no
// thread, no clock, no plugin. `Service` does what is said here and tells how it went.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/status.hpp"

namespace lodge::service {

/// What the operator wants of a service.
enum class Admin : std::uint8_t { active, pause, inactive };
[[nodiscard]] std::string_view admin_name(Admin admin);
/// nullopt: no such word.
[[nodiscard]] std::optional<Admin> admin_of(std::string_view name);

/// What a service does, as services.md names it.
enum class Running : std::uint8_t { starting, running, pausing, paused, stopping, stopped, failed };
[[nodiscard]] std::string_view running_name(Running running);

/// One instant on both clocks.
struct Moment {
  MonotonicNs steady = 0;
  std::int64_t wall_ns = 0;
};

/// Used under one lock.
class Lifecycle {
 public:
  struct Options {
    MonotonicNs retry_min_ns = 1'000'000'000;
    MonotonicNs retry_max_ns = 60'000'000'000;
    MonotonicNs stable_ns = 60'000'000'000;  ///< after so long in `running` the next failure counts as the first
  };

  /// Both statuses; what `service show` tells and `service_status_changed` carries.
  struct State {
    Running running = Running::stopped;
    std::string reason = "init";
    std::int64_t since_wall_ns = 0;
    Admin admin = Admin::inactive;
    std::string admin_reason = "init";
    std::int64_t admin_since_wall_ns = 0;
    std::optional<Error> last_error;
    std::int64_t last_error_wall_ns = 0;
    std::uint32_t failures = 0;  ///< in a row, without a stable time between them
  };

  enum class Step : std::uint8_t {
    assemble,  ///< make the instances
    announce,  ///< tell all plugins `said`
    start,     ///< `config` and `start` hooks; after an error those that have started are stopped again
    open,      ///< let calls in
    shut,      ///< let no call in, and wait for those inside
    stop,      ///< let no call in, drain, `stop` hooks, children
    destroy    ///< undo `assemble`
  };
  struct Due {
    Step step;
    State said;  ///< of announce
  };

  /// `seed`: of the jitter.
  Lifecycle(const Options& options, std::uint64_t seed, Moment now);

  /// False: it is wanted already, or the life is over. A failed service that is wanted active is tried again at once.
  bool want(Admin admin, std::string_view reason, Moment now);
  /// Wanted inactive for ever.
  void end(std::string_view reason, Moment now);
  /// Something that lives in the service has failed for good: it stops, and counts as failed.
  void fail(const Error& error, std::string_view reason, Moment now);

  /// The next thing to do; then `done` or `stuck`, before anything else is due. Nothing: until something is told, or
  /// `wakes_at` has come.
  [[nodiscard]] std::optional<Due> next(Moment now);
  void done(const Status& how, Moment now);
  /// The step cannot end, since plugin code does not return. Nothing is due any more.
  void stuck(Moment now);

  /// When to ask again though nothing was told; no_deadline: never.
  [[nodiscard]] MonotonicNs wakes_at() const;
  [[nodiscard]] const State& state() const { return state_; }
  /// Every state that was entered since this was last asked, in order.
  [[nodiscard]] std::vector<State> take_changes() { return std::exchange(changes_, {}); }
  [[nodiscard]] bool is_stuck() const { return stuck_; }
  [[nodiscard]] bool ended() const { return ended_; }

 private:
  void turn(Moment now);
  void turn_up(Moment now);
  void turn_down(Moment now);
  [[nodiscard]] std::optional<Step> due() const;
  [[nodiscard]] bool leaving() const { return failure_.has_value() || state_.admin == Admin::inactive; }
  void enter(Running running, std::string_view reason, Moment now);
  void enter_failed(const Error& error, std::string_view reason, Moment now);
  void has_stopped(Moment now);
  [[nodiscard]] MonotonicNs next_delay();

  struct Failure {
    Error error;
    std::string reason;
  };

  const Options options_;
  std::uint64_t random_;
  State state_;
  std::vector<State> changes_;
  std::deque<State> unsaid_;  ///< of those, what plugins have still to be told
  std::optional<Step> under_way_;
  std::optional<Failure> failure_;
  bool assembled_ = false;
  bool started_ = false;  ///< the `start` hooks have run, the `stop` hooks have not
  bool stuck_ = false;
  bool ended_ = false;
  MonotonicNs retry_at_ = 0;
  MonotonicNs running_since_ = no_deadline;
};

}  // namespace lodge::service
