// When something that was asked of another service is asked again. Told what came back and what time it is, says how
// long to wait; does nothing itself.
#pragma once

#include <cstdint>
#include <optional>

#include "status/outcome.hpp"

namespace request {

inline constexpr std::int64_t attempts_max = 100;

struct RetryRules {
  std::int64_t attempts = 1;            ///< at most
  std::int64_t backoff_ns = 0;          ///< before the second attempt; twice as much before each one after it
  std::int64_t backoff_ns_max = 0;      ///< but never more
  std::int64_t attempt_timeout_ns = 0;  ///< 0: what is left
  std::int64_t deadline_ns = 0;         ///< of the whole; INT64_MAX: never
  bool idempotent = false;
};

/// How long the callee gets so that there is time left to tell what became of it. 0: there is no deadline.
[[nodiscard]] std::int64_t time_for_callee(std::int64_t now_ns, std::int64_t deadline_ns);

class Retry {
 public:
  explicit Retry(const RetryRules& rules) : rules_(rules) {}

  /// Of the attempt that begins now; 0: none, the host has its own.
  [[nodiscard]] std::int64_t attempt_timeout_ns(std::int64_t now_ns) const;
  /// What to wait before the next attempt, or nothing: that was the last one. `chance`: 0 to 1, for the jitter.
  [[nodiscard]] std::optional<std::int64_t> pause_ns(const outcome::Outcome& of, std::int64_t now_ns, double chance);
  /// Whether all that keeps it from being tried again is that it may have run.
  [[nodiscard]] bool may_have_run(const outcome::Outcome& of) const;
  /// It may run twice, as has come out by now.
  void may_run_twice() { rules_.idempotent = true; }
  /// Attempts that have ended.
  [[nodiscard]] std::int64_t attempts() const { return ended_; }

 private:
  RetryRules rules_;
  std::int64_t ended_ = 0;
};

}  // namespace request
