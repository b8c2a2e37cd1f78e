#include "service/child_group.hpp"

#include <lodge/names.h>

#include <utility>

#include "base/function_task.hpp"
#include "base/log.hpp"
#include "base/stack_id.hpp"
#include "base/utf8.hpp"
#include "base/writer.hpp"
#include "names/names.hpp"
#include "plugin/foreign_code.hpp"

namespace lodge::service {

namespace {

/// How long a child that is to be started waits for what is done to others.
constexpr std::int64_t turn_patience_ns = 10'000'000'000;
constexpr std::uint8_t packed_nil = 0xc0;

}  // namespace

// -- whose turn it is: all of it under the lock

/// `nested`: this stack has it already, being in a start function that starts another child.
Status ChildGroup::take_turn(Lock& lock, bool& nested) {
  nested = turn_ == this_stack();
  if (nested) return {};
  const MonotonicNs until = ground_.clock.now() + turn_patience_ns;
  // Others may take it between the end of the wait and its return.
  while (turn_ != nullptr) {
    const MonotonicNs left = until - ground_.clock.now();
    if (left > 0) {
      (void)ground_.executor.wait(lock, changed_, left, [this] { return turn_ == nullptr; });
      continue;
    }
    return Error{Code::DEADLINE_EXCEEDED, std::string(doing_ != nullptr ? doing_ : "start") +
                                              " of another child has not returned for 10 s; nothing was started"};
  }
  turn_ = this_stack();
  return {};
}

void ChildGroup::give_turn(bool nested) {
  if (nested) return;
  turn_ = nullptr;
  changed_.notify_all();
  poke();
}

void ChildGroup::poke() {
  if (!rules_.due(ground_.clock.now())) return wake_later();
  if (turn_ != nullptr || std::exchange(pump_queued_, true)) return;
  ground_.turns.submit_always(task_of([self = shared_from_this()] { self->pump(); }));
}

void ChildGroup::pump() {
  Lock lock(mutex_);
  pump_queued_ = false;
  while (turn_ == nullptr) {
    const std::optional<Supervisor::Step> step = rules_.next(ground_.clock.now());
    if (!step) break;
    turn_ = this_stack();
    perform(*step, lock);
    turn_ = nullptr;
  }
  wake_later();
  changed_.notify_all();
}

void ChildGroup::wake_later() {
  alarm_.set(closed_ ? no_deadline : rules_.wakes_at(), [weak = weak_from_this()] {
    const std::shared_ptr<ChildGroup> group = weak.lock();
    if (!group) return;
    std::lock_guard lock(group->mutex_);
    group->alarm_.rang();
    group->poke();
  });
}

// -- what is asked of it

Result<lodge_handle> ChildGroup::start(const lodge_child& spec) {
  Lock lock(mutex_);
  bool nested = false;
  if (Status turn = take_turn(lock, nested); !turn) return std::move(turn).error();
  Status started;
  lodge_handle handle = 0;
  if (closed_) {
    started = Error{Code::FAILED_PRECONDITION, "the instance is stopping: no child is started any more"};
  } else if (children_.size() >= children_max) {
    started = Error{Code::RESOURCE_EXHAUSTED, "this instance has 1,024 children; stop some"};
  } else {
    const Restart restart{static_cast<std::uint8_t>(spec.restart)};
    const Supervisor::Id id = rules_.add(restart);
    const std::string name(text_of(spec.name));
    Child& child = children_[id];
    child.name = name;
    child.label = "child " + name;
    child.code = spec;
    child.restart = restart;
    child.handle = handle = ground_.handles.add({shared_from_this(), id, false});
    child.unique_name = copy_of(view_of(spec.unique_name));
    child.unique_value = spec.unique_value.size > 0 ? copy_of(view_of(spec.unique_value)) : Bytes{packed_nil};
    started = start_first(id, child, lock);
  }
  give_turn(nested);
  if (!started) return std::move(started).error();
  return handle;
}

Status ChildGroup::start_first(Supervisor::Id id, Child& child, Lock& lock) {
  Status done = run_start(id, child, lock);
  if (done) {
    rules_.started(id, ground_.clock.now());
    return done;
  }
  rules_.start_failed(id, done.error(), ground_.clock.now());
  const auto over = children_.extract(id);
  (void)ground_.handles.remove(child.handle);
  lock.unlock();
  release_name(child);
  lock.lock();
  return done;
}

void ChildGroup::stop(Supervisor::Id child) {
  std::lock_guard lock(mutex_);
  rules_.stop(child);
  poke();
}

void ChildGroup::ended(Supervisor::Id id, lodge_handle run, Error how) {
  std::string line;
  {
    std::lock_guard lock(mutex_);
    const auto found = children_.find(id);
    if (found == children_.end() || found->second.run != run) return;
    Child& child = found->second;
    if (how.code != Code::OK) line = text_of_child(child) + " ended: " + how.text();
    rules_.ended(id, how, ground_.clock.now());
    child.last_end = std::move(how);
    poke();
  }
  if (!line.empty()) log::warn(module(), line);
}

void ChildGroup::supervise(const Supervisor::Policy& policy) {
  std::lock_guard lock(mutex_);
  rules_.set(policy);
}

std::vector<ChildFacts> ChildGroup::list() const {
  std::vector<ChildFacts> out;
  std::lock_guard lock(mutex_);
  for (const auto& [id, each] : children_) {
    out.push_back({each.handle, each.name, each.restart, each.up, each.since_wall_ns, each.restarts, each.last_end});
  }
  return out;
}

std::optional<std::string> ChildGroup::running() const {
  std::lock_guard lock(mutex_);
  if (doing_ == nullptr) return std::nullopt;
  return std::string(doing_) + " of " + *doing_to_;
}

void ChildGroup::close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  rules_.close();
}

void ChildGroup::end() {
  Lock lock(mutex_);
  closed_ = true;
  rules_.stop_all();
  do_all_due(lock);
  // What has been submitted must have run before what it runs on may go.
  while (pump_queued_) (void)ground_.turns.wait(lock, changed_, without_end, [this] { return !pump_queued_; });
}

void ChildGroup::rest() {
  Lock lock(mutex_);
  resting_ = true;
  rules_.rest();
  do_all_due(lock);
}

void ChildGroup::resume() {
  std::lock_guard lock(mutex_);
  resting_ = false;
  rules_.resume();
  poke();
}

void ChildGroup::do_all_due(Lock& lock) {
  while (turn_ != nullptr) {
    (void)ground_.turns.wait(lock, changed_, without_end, [this] { return turn_ == nullptr; });
  }
  turn_ = this_stack();
  while (const std::optional<Supervisor::Step> step = rules_.next(ground_.clock.now())) perform(*step, lock);
  turn_ = nullptr;
  wake_later();
  changed_.notify_all();
}

// -- the steps: by who has the turn

void ChildGroup::perform(const Supervisor::Step& step, Lock& lock) {
  switch (step.kind) {
    case Supervisor::Step::Kind::stop:
      return stop_run(step.child, lock);
    case Supervisor::Step::Kind::start:
      return start_again(step.child, lock);
    case Supervisor::Step::Kind::forget:
      return forget(step.child, lock);
    case Supervisor::Step::Kind::fail:
      return fail(step, lock);
  }
}

/// Runs `code()` of the plugin without the lock, under a frame; not where the instance is gone.
template <typename Code>
void ChildGroup::run_code(const char* doing, const Child& child, Lock& lock, const Code& code) {
  const char* const outer = std::exchange(doing_, doing);
  const std::string* const outer_to = std::exchange(doing_to_, &child.label);
  lock.unlock();
  if (const plugin::Visit visit(instance_, child.label); visit.live()) plugin::run_foreign(code);
  lock.lock();
  doing_ = outer;
  doing_to_ = outer_to;
}

Status ChildGroup::run_start(Supervisor::Id id, Child& child, Lock& lock) {
  lock.unlock();
  Status named = claim_name(child);
  lock.lock();
  if (!named) return named;
  const lodge_handle run = child.run = ground_.handles.add({shared_from_this(), id, true});
  child.since_wall_ns = ground_.clock.wall();
  Writer out;
  std::int32_t code = LODGE_STALE;
  run_code("start", child, lock, [&] { code = child.code.start(child.code.user, run, &out); });
  if (code == LODGE_OK) {
    child.up = true;
    return {};
  }
  child.run = 0;
  (void)ground_.handles.remove(run);
  if (!out.intact() || !is_code(code)) {
    const std::string broken = !out.intact()
                                   ? "wrote past its error's capacity, or over its fields"
                                   : "returned " + std::to_string(code) + ", which is no code that it may return";
    log::misbehaved(instance_.plugin(), "start of " + child.label + " " + broken);
    return Error{Code::INTERNAL, "start of " + child.label + " misbehaved: " + broken, Executed::yes};
  }
  const std::string_view said = out.size > 0 ? text_of(out.view()) : "its start function failed";
  return Error{code_from(code), std::string(said), Executed::yes};
}

void ChildGroup::start_again(Supervisor::Id id, Lock& lock) {
  Child& child = children_.at(id);
  Status started = run_start(id, child, lock);
  if (started) {
    ++child.restarts;
    return rules_.started(id, ground_.clock.now());
  }
  const std::string line = text_of_child(child) + " cannot be started again: " + started.error().text();
  rules_.start_failed(id, started.error(), ground_.clock.now());
  child.last_end = std::move(started).error();
  lock.unlock();
  log::warn(module(), line);
  lock.lock();
}

void ChildGroup::stop_run(Supervisor::Id id, Lock& lock) {
  Child& child = children_.at(id);
  const lodge_handle run = std::exchange(child.run, 0);
  (void)ground_.handles.remove(run);
  child.up = false;
  run_code("stop", child, lock, [&] { child.code.stop(child.code.user, run); });
  if (resting_) {
    lock.unlock();
    release_name(child);
    lock.lock();
  }
  rules_.stopped(id);
}

void ChildGroup::forget(Supervisor::Id id, Lock& lock) {
  auto over = children_.extract(id);
  Child& child = over.mapped();
  (void)ground_.handles.remove(child.handle);
  lock.unlock();
  release_name(child);
  lock.lock();
  if (child.code.release == nullptr) return;
  run_code("release", child, lock, [&] { child.code.release(child.code.user); });
}

void ChildGroup::fail(const Supervisor::Step& step, Lock& lock) {
  const Child& child = children_.at(step.child);
  const Supervisor::Policy policy = rules_.policy();
  Error error{step.error.code == Code::OK ? Code::ABORTED : step.error.code,
              text_of_child(child) + ", restarted " + std::to_string(policy.restarts_max) + " times in " +
                  std::to_string(policy.period_ns / 1'000'000) + " ms: " + step.error.message,
              Executed::yes};
  const std::string reason = child.label + " failed";
  lock.unlock();
  ground_.fail(instance_, error, reason);
  lock.lock();
}

// -- names

// It has it already where it was started before.
Status ChildGroup::claim_name(Child& child) {
  if (child.unique_name.empty() || child.name_owner != 0) return {};
  const lodge_host& host = instance_;
  constexpr std::string_view names_id = LODGE_NAMES_V1;
  if (host.query(&host, names_id.data(), names_id.size()) == nullptr) {
    return Error{Code::PERMISSION_DENIED, "a unique name needs lodge.names/1, which this plugin is denied"};
  }
  auto& names = instance_.state<names::Names>(plugin::Place::names);
  const std::uint64_t instance = instance_.instance_owner();
  if (const Code code = names.open_owner(instance, instance_.service(), child.name, child.name_owner);
      code != Code::OK) {
    return Error{code, "this instance, or the node, has as many owners of names as it may"};
  }
  const std::shared_ptr<names::Owner> owner = names.find_owner(instance, child.name_owner);
  std::string why;
  const Code code = names.register_name(*owner, child.unique_name, child.unique_value, &why);
  if (code == Code::OK) return {};
  release_name(child);
  const std::string name = escape_for_terminal(text_of(ByteView(child.unique_name)));
  switch (code) {
    case Code::ALREADY_EXISTS:
      return Error{code, "the name " + name + " is held by " + why};
    case Code::INVALID_ARGUMENT:
      return Error{code, "a unique name has 1 to 255 bytes, its value is one msgpack value of at most 64 KiB"};
    default:
      return Error{code, "the name " + name + " cannot be taken: " + (why.empty() ? "out of memory" : why)};
  }
}

void ChildGroup::release_name(Child& child) {
  const lodge_handle owner = std::exchange(child.name_owner, 0);
  if (owner == 0) return;
  (void)instance_.state<names::Names>(plugin::Place::names).close_owner(instance_.instance_owner(), owner);
}

std::string ChildGroup::text_of_child(const Child& child) const {
  return child.label + " of plugin " + instance_.plugin();
}

}  // namespace lodge::service
