// How the children of an instance are kept alive: who is stopped, who is started again, and when that is given up.
// Rules only: no thread, no clock, no plugin. `ChildGroup` does what is said here and tells how it went.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "base/status.hpp"

namespace lodge::service {

/// Whether a child that has ended is started again: always; unless it ended without an error; never.
enum class Restart : std::uint8_t { permanent, transient, temporary };
[[nodiscard]] std::string_view restart_name(Restart restart);
/// Who is started again where one has to be: itself; all, the latest stopped first.
enum class Strategy : std::uint8_t { one_for_one, one_for_all };

/// Used under one lock.
class Supervisor {
 public:
  /// Counts up: of two children the one that was started later has the higher.
  using Id = std::uint64_t;

  struct Policy {
    Strategy strategy = Strategy::one_for_one;
    std::uint32_t restarts_max = 3;  ///< in any period; one more, and it is given up
    MonotonicNs period_ns = 5'000'000'000;
  };

  struct Step {
    enum class Kind : std::uint8_t {
      stop,    ///< run its stop function; then `stopped`
      start,   ///< run its start function; then `started` or `start_failed`
      forget,  ///< it is over; it is not known here any more
      fail     ///< the intensity is exceeded: the service fails with `error`
    };
    Kind kind;
    Id child;
    Error error = {};  ///< of fail: what the child ended with
  };

  void set(const Policy& policy) { policy_ = policy; }
  [[nodiscard]] const Policy& policy() const { return policy_; }

  /// A child is being started for the first time: then `started`, or `start_failed`, with which it is forgotten.
  [[nodiscard]] Id add(Restart restart);
  void started(Id child, MonotonicNs now);
  /// Of a child that was to be started again: as if it had started, and died.
  void start_failed(Id child, const Error& error, MonotonicNs now);
  /// Its stop function has returned.
  void stopped(Id child);

  /// It says that it has ended by itself, Code::OK: as it should. While it is being started: once it has. A child that
  /// is to be stopped anyhow is not counted.
  void ended(Id child, const Error& how, MonotonicNs now);

  /// To be stopped and forgotten.
  void stop(Id child);
  /// From now on nothing is started again, and nothing fails: what ends is stopped.
  void close();
  void stop_all();

  /// All are to be stopped, and kept, until `resume`: nothing is started meanwhile but what is `add`ed, which is then
  /// stopped too. It counts as no death.
  void rest();
  void resume() { resting_ = false; }

  /// The next thing to do, and only then the one after it; nothing: until something is told, or `wakes_at` has come.
  [[nodiscard]] std::optional<Step> next(MonotonicNs now);
  [[nodiscard]] bool due(MonotonicNs now) const { return find_step(now).has_value(); }
  /// When to ask again though nothing was told; no_deadline: never.
  [[nodiscard]] MonotonicNs wakes_at() const;

 private:
  enum class Phase : std::uint8_t { starting, up, stopping, down };
  struct Child {
    Restart restart = Restart::permanent;
    Phase phase = Phase::starting;
    bool first = true;  ///< it has never been up
    bool must_stop = false;
    bool leaving = false;  ///< to be forgotten once it is down
    std::optional<Error> ended_while_starting;
    MonotonicNs restart_at = 0;
  };

  [[nodiscard]] std::optional<Step> find_step(MonotonicNs now) const;
  [[nodiscard]] std::optional<Step> find_start(MonotonicNs now) const;
  void died(Id id, Child& child, const Error& error, MonotonicNs now);
  void restart_all(MonotonicNs when);
  [[nodiscard]] MonotonicNs delay() const;

  Policy policy_;
  Id last_ = 0;
  std::map<Id, Child> children_;
  std::deque<MonotonicNs> restarts_;  ///< of the last period
  std::optional<Step> failure_;       ///< to be told
  bool closed_ = false;
  bool resting_ = false;
};

}  // namespace lodge::service
