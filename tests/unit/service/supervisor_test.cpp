#include "service/supervisor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace lodge::service {
namespace {

using Id = Supervisor::Id;
using Kind = Supervisor::Step::Kind;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr MonotonicNs ms = 1'000'000;
constexpr MonotonicNs second = 1000 * ms;
const Error broken{Code::UNAVAILABLE, "the line is dead"};
const Error well{Code::OK, "it ended"};

/// A supervisor, and somebody who does all that it says.
class SupervisorTest : public testing::Test {
 protected:
  Id started(Restart restart = Restart::permanent) {
    const Id id = rules.add(restart);
    rules.started(id, now);
    return id;
  }
  /// Does what is due until nothing is, as "stop 1"; no child can be started again that is in `cannot_start`.
  std::vector<std::string> go_on() {
    std::vector<std::string> out;
    while (const auto step = rules.next(now)) {
      const std::string child = " " + std::to_string(step->child);
      switch (step->kind) {
        case Kind::stop:
          out.push_back("stop" + child);
          rules.stopped(step->child);
          break;
        case Kind::start:
          out.push_back("start" + child);
          if (cannot_start.contains(step->child)) {
            rules.start_failed(step->child, broken, now);
          } else {
            rules.started(step->child, now);
          }
          break;
        case Kind::forget:
          out.push_back("forget" + child);
          break;
        case Kind::fail:
          out.push_back("fail" + child + " " + step->error.message);
          break;
      }
    }
    return out;
  }
  /// The same, with all the time that it asks for.
  std::vector<std::string> go_on_to_the_end() {
    std::vector<std::string> out = go_on();
    while (rules.wakes_at() != no_deadline) {
      now = std::max(now, rules.wakes_at());
      for (std::string& each : go_on()) out.push_back(std::move(each));
    }
    return out;
  }

  MonotonicNs now = 100 * second;
  Supervisor rules;
  std::set<Id> cannot_start;
};

TEST_F(SupervisorTest, starts_a_permanent_child_again_however_it_ended) {
  const Id child = started();
  rules.ended(child, well, now);
  EXPECT_THAT(go_on(), ElementsAre("stop 1", "start 1"));
  now += 10 * second;
  rules.ended(child, broken, now);
  EXPECT_THAT(go_on(), ElementsAre("stop 1", "start 1"));
}

TEST_F(SupervisorTest, starts_a_transient_child_again_only_after_an_error) {
  const Id child = started(Restart::transient);
  rules.ended(child, broken, now);
  EXPECT_THAT(go_on(), ElementsAre("stop 1", "start 1"));
  rules.ended(child, well, now);
  EXPECT_THAT(go_on(), ElementsAre("stop 1", "forget 1"));
}

TEST_F(SupervisorTest, never_starts_a_temporary_child_again) {
  rules.ended(started(Restart::temporary), broken, now);
  EXPECT_THAT(go_on(), ElementsAre("stop 1", "forget 1"));
}

TEST_F(SupervisorTest, leaves_the_others_alone_one_for_one) {
  (void)started();
  const Id second_child = started();
  (void)started();
  rules.ended(second_child, broken, now);
  EXPECT_THAT(go_on(), ElementsAre("stop 2", "start 2"));
}

TEST_F(SupervisorTest, restarts_all_in_order_one_for_all_and_ends_the_temporary_ones) {
  rules.set({.strategy = Strategy::one_for_all});
  const Id first = started();
  (void)started(Restart::temporary);
  (void)started(Restart::transient);
  rules.ended(first, broken, now);
  EXPECT_THAT(go_on(), ElementsAre("stop 3", "stop 2", "forget 2", "stop 1", "start 1", "start 3"));
}

TEST_F(SupervisorTest, counts_one_death_where_several_die_of_it_one_for_all) {
  rules.set({.strategy = Strategy::one_for_all, .restarts_max = 1});
  const Id first = started();
  const Id second_child = started();
  rules.ended(first, broken, now);
  rules.ended(second_child, broken, now);
  EXPECT_THAT(go_on(), ElementsAre("stop 2", "stop 1", "start 1", "start 2"));
}

TEST_F(SupervisorTest, begins_anew_where_one_cannot_be_started_one_for_all) {
  rules.set({.strategy = Strategy::one_for_all});
  const Id first = started();
  cannot_start = {started()};
  rules.ended(first, broken, now);
  EXPECT_THAT(go_on(), ElementsAre("stop 2", "stop 1", "start 1", "start 2", "stop 1"));
  EXPECT_THAT(go_on(), IsEmpty()) << "and not at once";
  cannot_start.clear();
  EXPECT_THAT(go_on_to_the_end(), ElementsAre("start 1", "start 2"));
}

TEST_F(SupervisorTest, fails_with_the_childs_error_beyond_the_intensity) {
  const Id child = started();
  std::vector<std::string> last;
  for (int death = 0; death < 4; ++death) {
    rules.ended(child, broken, now);
    last = go_on_to_the_end();
    now += second;
  }
  EXPECT_THAT(last, ElementsAre("fail 1 the line is dead", "stop 1"));
  now += 100 * second;
  EXPECT_THAT(go_on_to_the_end(), IsEmpty()) << "what has failed is not started again";
}

TEST_F(SupervisorTest, lets_a_child_die_slowly_for_ever) {
  const Id child = started();
  for (int death = 0; death < 20; ++death) {
    rules.ended(child, broken, now);
    EXPECT_THAT(go_on_to_the_end(), ElementsAre("stop 1", "start 1"));
    now += 2 * second;
  }
}

TEST_F(SupervisorTest, tries_again_later_and_later_what_cannot_be_started) {
  const Id child = started();
  cannot_start = {child};
  rules.ended(child, broken, now);
  EXPECT_THAT(go_on(), ElementsAre("stop 1", "start 1"));
  EXPECT_EQ(rules.wakes_at(), now + 10 * ms);
  now = rules.wakes_at();
  EXPECT_THAT(go_on(), ElementsAre("start 1"));
  EXPECT_EQ(rules.wakes_at(), now + 20 * ms);
  now = rules.wakes_at();
  EXPECT_THAT(go_on(), ElementsAre("start 1", "fail 1 the line is dead"));
  EXPECT_EQ(rules.wakes_at(), no_deadline);
}

TEST_F(SupervisorTest, reaches_any_intensity_with_a_child_that_dies_at_once) {
  rules.set({.strategy = Strategy::one_for_one, .restarts_max = 1000, .period_ns = second});
  const Id child = started();
  cannot_start = {child};
  const MonotonicNs begin = now;
  rules.ended(child, broken, now);
  EXPECT_EQ(go_on_to_the_end().back(), "fail 1 the line is dead");
  EXPECT_LT(now - begin, second);
}

TEST_F(SupervisorTest, hears_of_an_end_from_within_the_start) {
  const Id child = rules.add(Restart::temporary);
  rules.ended(child, broken, now);
  EXPECT_THAT(go_on(), IsEmpty());
  rules.started(child, now);
  EXPECT_THAT(go_on(), ElementsAre("stop 1", "forget 1"));
}

TEST_F(SupervisorTest, forgets_what_could_not_be_started_the_first_time) {
  const Id child = rules.add(Restart::permanent);
  rules.ended(child, broken, now);
  rules.start_failed(child, broken, now);
  EXPECT_THAT(go_on_to_the_end(), IsEmpty());
}

TEST_F(SupervisorTest, stops_and_forgets_what_it_is_told_to) {
  (void)started();
  rules.stop(started());
  EXPECT_THAT(go_on(), ElementsAre("stop 2", "forget 2"));
}

TEST_F(SupervisorTest, forgets_what_is_stopped_while_it_waits_to_be_started_again) {
  const Id child = started();
  cannot_start = {child};
  rules.ended(child, broken, now);
  (void)go_on();
  rules.stop(child);
  EXPECT_THAT(go_on_to_the_end(), ElementsAre("forget 1"));
}

TEST_F(SupervisorTest, stops_all_the_last_one_first) {
  for (int i = 0; i < 3; ++i) (void)started();
  rules.stop_all();
  EXPECT_THAT(go_on(), ElementsAre("stop 3", "forget 3", "stop 2", "forget 2", "stop 1", "forget 1"));
}

TEST_F(SupervisorTest, starts_nothing_again_once_closed_and_does_not_fail) {
  rules.set({.strategy = Strategy::one_for_one, .restarts_max = 0});
  const Id child = started();
  rules.close();
  rules.ended(child, broken, now);
  EXPECT_THAT(go_on_to_the_end(), ElementsAre("stop 1"));
  rules.stop_all();
  EXPECT_THAT(go_on(), ElementsAre("forget 1"));
}

TEST_F(SupervisorTest, has_all_rest_and_starts_them_again_in_order) {
  (void)started();
  (void)started(Restart::temporary);
  rules.rest();
  EXPECT_THAT(go_on_to_the_end(), ElementsAre("stop 2", "stop 1"));
  (void)started();
  EXPECT_THAT(go_on_to_the_end(), ElementsAre("stop 3"));
  rules.resume();
  EXPECT_THAT(go_on(), ElementsAre("start 1", "start 2", "start 3"));
}

TEST_F(SupervisorTest, ends_what_rests) {
  (void)started();
  rules.rest();
  EXPECT_THAT(go_on(), ElementsAre("stop 1"));
  rules.stop_all();
  EXPECT_THAT(go_on(), ElementsAre("forget 1"));
}

// -- any events in any order, against what must hold of each child by itself

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
