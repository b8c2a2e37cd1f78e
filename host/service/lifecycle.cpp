#include "service/lifecycle.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace lodge::service {

namespace {

constexpr std::array<std::string_view, 3> admin_names = {"active", "pause", "inactive"};
constexpr std::array<std::string_view, 7> running_names = {"starting", "running", "pausing", "paused",
                                                           "stopping", "stopped", "failed"};

// xorshift64: enough to keep services that failed together from trying again together.
std::uint64_t next_random(std::uint64_t& state) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

}  // namespace

std::string_view admin_name(Admin admin) { return admin_names.at(static_cast<std::size_t>(admin)); }

std::optional<Admin> admin_of(std::string_view name) {
  const auto found = std::find(admin_names.begin(), admin_names.end(), name);
  if (found == admin_names.end()) return std::nullopt;
  return static_cast<Admin>(found - admin_names.begin());
}

std::string_view running_name(Running running) { return running_names.at(static_cast<std::size_t>(running)); }

Lifecycle::Lifecycle(const Options& options, std::uint64_t seed, Moment now) : options_(options), random_(seed | 1) {
  state_.since_wall_ns = state_.admin_since_wall_ns = now.wall_ns;
}

bool Lifecycle::want(Admin admin, std::string_view reason, Moment now) {
  if (ended_) return false;
  if (state_.admin == admin) {
    if (admin != Admin::active || state_.running != Running::failed) return false;
    retry_at_ = now.steady;
    return true;
  }
  state_.admin = admin;
  state_.admin_reason = reason;
  state_.admin_since_wall_ns = now.wall_ns;
  if (admin == Admin::active) retry_at_ = now.steady;
  return true;
}

void Lifecycle::end(std::string_view reason, Moment now) {
  (void)want(Admin::inactive, reason, now);
  ended_ = true;
}

void Lifecycle::fail(const Error& error, std::string_view reason, Moment) {
  const bool alive = started_ || under_way_ == Step::start;
  if (alive && !failure_) failure_ = {error, std::string(reason)};
}

std::optional<Lifecycle::Due> Lifecycle::next(Moment now) {
  if (under_way_ || stuck_) return std::nullopt;
  turn(now);
  under_way_ = due();
  if (!under_way_) return std::nullopt;
  Due out{*under_way_, {}};
  if (out.step == Step::announce) {
    out.said = std::move(unsaid_.front());
    unsaid_.pop_front();
  }
  return out;
}

// What changes without anything being done for it.
void Lifecycle::turn(Moment now) {
  switch (state_.running) {
    case Running::stopped:
    case Running::failed:
      return turn_up(now);
    case Running::starting:
    case Running::running:
    case Running::paused:
      return turn_down(now);
    case Running::pausing:
    case Running::stopping:
      return;
  }
}

void Lifecycle::turn_up(Moment now) {
  if (assembled_) return;
  const bool failed = state_.running == Running::failed;
  switch (state_.admin) {
    case Admin::inactive:
      if (failed) enter(Running::stopped, state_.admin_reason, now);
      return;
    case Admin::pause:
      if (!failed) enter(Running::starting, state_.admin_reason, now);
      return;
    case Admin::active:
      if (failed && now.steady < retry_at_) return;
      enter(Running::starting, failed ? "trying again" : std::string_view(state_.admin_reason), now);
      return;
  }
}

void Lifecycle::turn_down(Moment now) {
  if (!started_) {
    // Nothing has been acquired yet that would have to be released.
    if (leaving()) enter(Running::stopped, state_.admin_reason, now);
  } else if (leaving()) {
    enter(Running::stopping, failure_ ? failure_->reason : state_.admin_reason, now);
  } else if (state_.running == Running::running && state_.admin == Admin::pause) {
    enter(Running::pausing, state_.admin_reason, now);
  } else if (state_.running == Running::paused && state_.admin == Admin::active) {
    enter(Running::starting, state_.admin_reason, now);
  } else if (state_.running == Running::starting && state_.admin == Admin::pause) {
    enter(Running::paused, state_.admin_reason, now);
  }
}

std::optional<Lifecycle::Step> Lifecycle::due() const {
  if (assembled_ && !unsaid_.empty()) return Step::announce;
  switch (state_.running) {
    case Running::starting:
      if (!assembled_) return Step::assemble;
      return started_ ? Step::open : Step::start;
    case Running::pausing:
      return Step::shut;
    case Running::stopping:
      return Step::stop;
    case Running::stopped:
    case Running::failed:
      return assembled_ ? std::optional(Step::destroy) : std::nullopt;
    case Running::running:
    case Running::paused:
      return std::nullopt;
  }
  return std::nullopt;
}

void Lifecycle::done(const Status& how, Moment now) {
  const std::optional<Step> step = std::exchange(under_way_, std::nullopt);
  if (!step) return;
  switch (*step) {
    case Step::assemble:
      assembled_ = how.ok();
      if (!how) enter_failed(how.error(), "cannot be assembled", now);
      return;
    case Step::start:
      started_ = how.ok();
      if (!how) enter_failed(how.error(), "start failed", now);
      return;
    case Step::open:
      running_since_ = now.steady;
      return enter(Running::running, "started", now);
    case Step::shut:
      return enter(Running::paused, state_.admin == Admin::pause ? state_.admin_reason : state_.reason, now);
    case Step::stop:
      return has_stopped(now);
    case Step::destroy:
      assembled_ = false;
      return;
    case Step::announce:
      return;
  }
}

void Lifecycle::has_stopped(Moment now) {
  started_ = false;
  const std::optional<Failure> failure = std::exchange(failure_, std::nullopt);
  if (!failure) return enter(Running::stopped, state_.admin_reason, now);
  enter_failed(failure->error, failure->reason, now);
}

void Lifecycle::stuck(Moment now) {
  under_way_.reset();
  enter(Running::stopping, "plugin code does not return", now);
  stuck_ = true;
}

void Lifecycle::enter_failed(const Error& error, std::string_view reason, Moment now) {
  failure_.reset();
  if (now.steady - running_since_ >= options_.stable_ns) state_.failures = 0;
  running_since_ = no_deadline;
  ++state_.failures;
  state_.last_error = error;
  state_.last_error_wall_ns = now.wall_ns;
  retry_at_ = now.steady + next_delay();
  enter(Running::failed, reason, now);
}

// Twice as long with each failure in a row, and up to a quarter more by chance; never beyond the longest.
MonotonicNs Lifecycle::next_delay() {
  const MonotonicNs longest = options_.retry_max_ns / 5 * 4;
  MonotonicNs delay = options_.retry_min_ns;
  for (std::uint32_t i = 1; i < state_.failures && delay < longest; ++i) delay *= 2;
  delay = std::min(delay, longest);
  return delay + static_cast<MonotonicNs>(next_random(random_) % static_cast<std::uint64_t>(delay / 4 + 1));
}

void Lifecycle::enter(Running running, std::string_view reason, Moment now) {
  state_.running = running;
  state_.reason = std::string(reason);  // may view the old one
  state_.since_wall_ns = now.wall_ns;
  changes_.push_back(state_);
  // Without instances there is nobody to hear it; those that are about to be made hear what they are made for.
  if (assembled_ || running == Running::starting) {
    unsaid_.push_back(state_);
  } else {
    unsaid_.clear();
  }
}

MonotonicNs Lifecycle::wakes_at() const {
  const bool waits = state_.running == Running::failed && state_.admin == Admin::active && !assembled_ && !stuck_;
  return waits ? retry_at_ : no_deadline;
}

}  // namespace lodge::service
