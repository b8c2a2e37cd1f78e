#include "request/retry.hpp"

#include <algorithm>
#include <limits>

namespace request {

namespace {

constexpr std::int64_t ms = 1'000'000;
constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

/// Another time it may go well. By the number, which a plugin that words its own outcomes keeps.
bool may_pass(const outcome::Outcome& of) {
  return of.code == 429 || of.code == 503 || of.code == 504 || of.status == "aborted";
}

bool surely_not_run(const outcome::Outcome& of) {
  const auto executed = of.metadata.find(outcome::executed_key);
  return executed != of.metadata.end() && executed->second == outcome::word_of(lodge::Executed::no);
}

}  // namespace

std::int64_t time_for_callee(std::int64_t now_ns, std::int64_t deadline_ns) {
  if (deadline_ns == never) return 0;
  const std::int64_t left = std::max<std::int64_t>(deadline_ns - now_ns, 2);
  // The host keeps deadlines to within 10 ms.
  const std::int64_t margin = std::clamp(left / 10, 20 * ms, 100 * ms);
  return left - std::min(margin, left / 2);
}

std::int64_t Retry::attempt_timeout_ns(std::int64_t now_ns) const {
  const std::int64_t left = time_for_callee(now_ns, rules_.deadline_ns);
  if (rules_.attempt_timeout_ns == 0) return left;
  return left == 0 ? rules_.attempt_timeout_ns : std::min(left, rules_.attempt_timeout_ns);
}

bool Retry::may_have_run(const outcome::Outcome& of) const {
  return !rules_.idempotent && may_pass(of) && !surely_not_run(of);
}

std::optional<std::int64_t> Retry::pause_ns(const outcome::Outcome& of, std::int64_t now_ns, double chance) {
  ++ended_;
  if (of.code < 400 || ended_ >= rules_.attempts || !may_pass(of)) return std::nullopt;
  if (!rules_.idempotent && !surely_not_run(of)) return std::nullopt;
  std::int64_t backoff = std::min(rules_.backoff_ns, rules_.backoff_ns_max);
  for (std::int64_t i = 1; i < ended_ && backoff < rules_.backoff_ns_max; ++i) {
    backoff = std::min(2 * backoff, rules_.backoff_ns_max);
  }
  // Between a half and the whole: who was refused together does not come back together.
  const std::int64_t half = backoff / 2;
  const std::int64_t pause = half + static_cast<std::int64_t>(chance * static_cast<double>(half));
  if (rules_.deadline_ns != never && pause >= rules_.deadline_ns - now_ns) return std::nullopt;
  return pause;
}

}  // namespace request
