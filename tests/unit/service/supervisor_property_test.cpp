// The promises of the supervisor, under any sequence of events.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "service/supervisor.hpp"

namespace lodge::service {
namespace {

using Id = Supervisor::Id;
using Kind = Supervisor::Step::Kind;

constexpr MonotonicNs ms = 1'000'000;
constexpr MonotonicNs second = 1000 * ms;
const Error broken{Code::UNAVAILABLE, "the line is dead"};
const Error well{Code::OK, "it ended"};

/// What the world knows of one child.
struct Known {
  Restart restart = Restart::permanent;
  bool up = false;
  bool over = false;   ///< it may not be started again
  bool ended = false;  ///< this run of it
};

class World {
 public:
  explicit World(const Supervisor::Policy& policy) : policy_(policy) { rules.set(policy); }

  void add(Restart restart, bool well_started) {
    const Id id = rules.add(restart);
    const bool early = *rc::gen::inRange(0, 4) == 0;
    if (early) rules.ended(id, broken, now);
    if (!well_started) return rules.start_failed(id, broken, now);
    Known& child = children[id];
    child.restart = restart;
    child.up = true;
    if (early) note_end(child, broken);
    rules.started(id, now);
  }

  void end(Known& child, Id id, const Error& how) {
    if (!child.up || child.ended) return;
    note_end(child, how);
    rules.ended(id, how, now);
  }

  void do_one(bool start_well) {
    const auto step = rules.next(now);
    if (!step) return;
    Known& child = children.at(step->child);
    switch (step->kind) {
      case Kind::stop:
        RC_ASSERT(child.up);
        if (stopping_all) RC_ASSERT(highest_up() == step->child);
        child.up = false;
        rules.stopped(step->child);
        return;
      case Kind::start:
        RC_ASSERT(!child.up && !child.over && !failed && !stopping_all);
        child.ended = false;
        child.up = start_well;
        if (start_well) return rules.started(step->child, now);
        note_death();
        return rules.start_failed(step->child, broken, now);
      case Kind::forget:
        RC_ASSERT(!child.up);
        children.erase(step->child);
        return;
      case Kind::fail:
        RC_ASSERT(!failed && !stopping_all);
        if (one_for_one()) RC_ASSERT(too_many_);
        failed = true;
        return;
    }
  }

  /// However long it takes; nothing else happens meanwhile.
  void settle() {
    for (;;) {
      while (rules.due(now)) do_one(true);
      if (rules.wakes_at() == no_deadline) return;
      now = std::max(now, rules.wakes_at());
    }
  }

  [[nodiscard]] Id highest_up() const {
    Id highest = 0;
    for (const auto& [id, child] : children) highest = child.up ? id : highest;
    return highest;
  }

  /// After `settle`: where each death counts by itself, it has failed if there were too many within a period.
  void check_intensity() const {
    if (one_for_one()) RC_ASSERT(failed == too_many_);
  }

  MonotonicNs now = 100 * second;
  Supervisor rules;
  std::map<Id, Known> children;
  bool failed = false;
  bool stopping_all = false;

 private:
  [[nodiscard]] bool one_for_one() const { return policy_.strategy == Strategy::one_for_one; }
  void note_end(Known& child, const Error& how) {
    child.ended = true;
    if (child.over) return;
    child.over = child.restart == Restart::temporary || (child.restart == Restart::transient && how.code == Code::OK);
    // One for all it may be that it was to be stopped anyhow, and is started again.
    if (!one_for_one() && child.restart == Restart::transient) child.over = false;
    if (!child.over) note_death();
  }
  void note_death() {
    deaths_.push_back(now);
    const auto recent =
        std::ranges::count_if(deaths_, [this](MonotonicNs each) { return each > now - policy_.period_ns; });
    too_many_ = too_many_ || static_cast<std::uint32_t>(recent) > policy_.restarts_max;
  }

  const Supervisor::Policy policy_;
  std::vector<MonotonicNs> deaths_;
  bool too_many_ = false;
};

RC_GTEST_PROP(SupervisorProperty, keeps_its_promises_under_any_sequence_of_events, ()) {
  World world({.strategy = *rc::gen::element(Strategy::one_for_one, Strategy::one_for_all),
               .restarts_max = *rc::gen::inRange<std::uint32_t>(0, 6),
               .period_ns = *rc::gen::element(ms, second, 5 * second)});
  const auto some_child = [&] {
    const auto index = *rc::gen::inRange<std::size_t>(0, world.children.size());
    return std::next(world.children.begin(), static_cast<std::ptrdiff_t>(index));
  };
  for (const int event : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 10))) {
    if (event >= 5 && event <= 7 && world.children.empty()) continue;
    switch (event) {
      case 0:
      case 1:
        world.add(*rc::gen::element(Restart::permanent, Restart::transient, Restart::temporary), event == 0);
        break;
      case 2:
      case 3:
        world.do_one(event == 2);
        break;
      case 4:
        world.now += *rc::gen::inRange<MonotonicNs>(0, 10 * second);
        break;
      case 5:
      case 6: {
        const auto child = some_child();
        world.end(child->second, child->first, event == 5 ? broken : well);
        break;
      }
      case 7: {
        const auto child = some_child();
        child->second.over = true;
        world.rules.stop(child->first);
        break;
      }
      case 8:
        world.settle();
        break;
      default:
        break;
    }
  }
  world.settle();
  world.check_intensity();
  for (const auto& [id, child] : world.children) {
    if (!world.failed) RC_ASSERT(child.up && !child.over && !child.ended);
  }
  world.stopping_all = true;
  world.rules.stop_all();
  world.settle();
  RC_ASSERT(world.children.empty());
}

}  // namespace
}  // namespace lodge::service
