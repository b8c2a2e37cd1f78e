#include "service/supervisor.hpp"

#include <algorithm>
#include <utility>

namespace lodge::service {

namespace {

constexpr MonotonicNs first_delay_ns = 10'000'000;
constexpr MonotonicNs longest_delay_ns = 1'000'000'000;

}  // namespace

std::string_view restart_name(Restart restart) {
  switch (restart) {
    case Restart::permanent:
      return "permanent";
    case Restart::transient:
      return "transient";
    case Restart::temporary:
      return "temporary";
  }
  return "";
}

Supervisor::Id Supervisor::add(Restart restart) {
  Child& child = children_[++last_];
  child.restart = restart;
  child.must_stop = resting_;
  return last_;
}

void Supervisor::started(Id id, MonotonicNs now) {
  const auto found = children_.find(id);
  if (found == children_.end()) return;
  Child& child = found->second;
  child.phase = Phase::up;
  child.first = false;
  if (const std::optional<Error> how = std::exchange(child.ended_while_starting, std::nullopt)) ended(id, *how, now);
}

void Supervisor::start_failed(Id id, const Error& error, MonotonicNs now) {
  const auto found = children_.find(id);
  if (found == children_.end()) return;
  Child& child = found->second;
  if (child.first) {
    children_.erase(found);
    return;
  }
  child.phase = Phase::down;
  child.must_stop = false;
  child.ended_while_starting.reset();
  if (!child.leaving) died(id, child, error, now);
}

void Supervisor::stopped(Id id) {
  const auto found = children_.find(id);
  if (found == children_.end()) return;
  found->second.phase = Phase::down;
  found->second.must_stop = false;
}

void Supervisor::ended(Id id, const Error& how, MonotonicNs now) {
  const auto found = children_.find(id);
  if (found == children_.end()) return;
  Child& child = found->second;
  if (child.phase == Phase::starting) {
    if (!child.ended_while_starting) child.ended_while_starting = how;
    return;
  }
  if (child.phase != Phase::up || child.must_stop) return;
  child.must_stop = true;
  child.leaving = child.restart == Restart::temporary || (child.restart == Restart::transient && how.code == Code::OK);
  if (!child.leaving) died(id, child, how, now);
}

void Supervisor::died(Id id, Child& child, const Error& error, MonotonicNs now) {
  if (closed_) return;
  while (!restarts_.empty() && restarts_.front() <= now - policy_.period_ns) restarts_.pop_front();
  if (restarts_.size() >= policy_.restarts_max) {
    failure_ = Step{Step::Kind::fail, id, error};
    closed_ = true;
    return;
  }
  const MonotonicNs when = now + delay();
  restarts_.push_back(now);
  if (policy_.strategy == Strategy::one_for_all) {
    restart_all(when);
  } else {
    child.restart_at = when;
  }
}

void Supervisor::restart_all(MonotonicNs when) {
  for (auto& [id, child] : children_) {
    child.restart_at = when;
    child.must_stop = child.phase == Phase::starting || child.phase == Phase::up;
    child.leaving = child.leaving || child.restart == Restart::temporary;
  }
}

// The first restart comes at once. Those after it come ever later, so that what cannot live does not keep a processor
// busy, but soon enough for the intensity to be exceeded by what dies at once.
MonotonicNs Supervisor::delay() const {
  if (restarts_.empty()) return 0;
  MonotonicNs delay = first_delay_ns;
  for (std::size_t i = 1; i < restarts_.size() && delay < longest_delay_ns; ++i) delay *= 2;
  const MonotonicNs within = policy_.period_ns / (2 * (MonotonicNs{policy_.restarts_max} + 1));
  return std::min({delay, longest_delay_ns, within});
}

void Supervisor::stop(Id id) {
  const auto found = children_.find(id);
  if (found == children_.end()) return;
  found->second.must_stop = true;
  found->second.leaving = true;
}

void Supervisor::rest() {
  resting_ = true;
  for (auto& [id, child] : children_) {
    child.must_stop = child.phase == Phase::starting || child.phase == Phase::up;
  }
}

void Supervisor::close() {
  closed_ = true;
  failure_.reset();
}

void Supervisor::stop_all() {
  close();
  for (const auto& [id, child] : children_) stop(id);
}

std::optional<Supervisor::Step> Supervisor::find_step(MonotonicNs now) const {
  if (failure_) return failure_;
  for (auto each = children_.rbegin(); each != children_.rend(); ++each) {
    const auto& [id, child] = *each;
    if (child.phase == Phase::up && child.must_stop) return Step{Step::Kind::stop, id};
    if (child.phase == Phase::down && child.leaving) return Step{Step::Kind::forget, id};
  }
  return find_start(now);
}

std::optional<Supervisor::Step> Supervisor::find_start(MonotonicNs now) const {
  if (closed_ || resting_) return std::nullopt;
  for (const auto& [id, child] : children_) {
    if (child.phase != Phase::down) continue;
    if (child.restart_at <= now) return Step{Step::Kind::start, id};
    // Where all go together, each may need those that were started before it.
    if (policy_.strategy == Strategy::one_for_all) return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Supervisor::Step> Supervisor::next(MonotonicNs now) {
  std::optional<Step> step = find_step(now);
  if (!step) return step;
  switch (step->kind) {
    case Step::Kind::stop:
      children_.at(step->child).phase = Phase::stopping;
      break;
    case Step::Kind::start:
      children_.at(step->child).phase = Phase::starting;
      break;
    case Step::Kind::forget:
      children_.erase(step->child);
      break;
    case Step::Kind::fail:
      failure_.reset();
      break;
  }
  return step;
}

MonotonicNs Supervisor::wakes_at() const {
  MonotonicNs when = no_deadline;
  if (closed_ || resting_) return when;
  for (const auto& [id, child] : children_) {
    if (child.phase == Phase::down && !child.leaving) when = std::min(when, child.restart_at);
  }
  return when;
}

}  // namespace lodge::service
