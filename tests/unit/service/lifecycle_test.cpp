#include "service/lifecycle.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <optional>
#include <vector>

namespace lodge::service {
namespace {

using Step = Lifecycle::Step;
using testing::ElementsAre;

constexpr MonotonicNs second = 1'000'000'000;
const Error broken{Code::UNAVAILABLE, "the port is taken"};

/// A lifecycle, and somebody who does all that it says, well or badly.
class LifecycleTest : public testing::Test {
 protected:
  /// Does what is due until nothing is; `fails` of it with `broken`.
  std::vector<Step> go_on(std::optional<Step> fails = std::nullopt) {
    std::vector<Step> out;
    while (const auto due = life.next(now)) {
      if (due->step == Step::announce) {
        said.push_back(due->said.running);
      } else {
        out.push_back(due->step);
      }
      life.done(fails == due->step ? Status(broken) : Status(), now);
    }
    return out;
  }
  void want(Admin admin) { (void)life.want(admin, "asked", now); }
  void pass(MonotonicNs ns) {
    now.steady += ns;
    now.wall_ns += ns;
  }
  [[nodiscard]] Running running() const { return life.state().running; }

  Moment now{5 * second, 1'700'000'000 * second};
  Lifecycle life{{}, 7, now};
  std::vector<Running> said;
};

TEST_F(LifecycleTest, begins_stopped_with_the_reason_init) {
  EXPECT_TRUE(go_on().empty());
  EXPECT_EQ(running(), Running::stopped);
  EXPECT_EQ(life.state().reason, "init");
  EXPECT_EQ(life.state().since_wall_ns, now.wall_ns);
}

TEST_F(LifecycleTest, becomes_running_and_says_so) {
  want(Admin::active);
  EXPECT_THAT(go_on(), ElementsAre(Step::assemble, Step::start, Step::open));
  EXPECT_THAT(said, ElementsAre(Running::starting, Running::running));
}

TEST_F(LifecycleTest, starts_paused_without_letting_calls_in) {
  want(Admin::pause);
  EXPECT_THAT(go_on(), ElementsAre(Step::assemble, Step::start));
  EXPECT_EQ(running(), Running::paused);
  want(Admin::active);
  EXPECT_THAT(go_on(), ElementsAre(Step::open));
  EXPECT_THAT(said, ElementsAre(Running::starting, Running::paused, Running::starting, Running::running));
}

TEST_F(LifecycleTest, pauses_without_stopping) {
  want(Admin::active);
  (void)go_on();
  said.clear();
  want(Admin::pause);
  EXPECT_THAT(go_on(), ElementsAre(Step::shut));
  EXPECT_THAT(said, ElementsAre(Running::pausing, Running::paused));
}

TEST_F(LifecycleTest, becomes_inactive_and_active_again_with_new_instances) {
  want(Admin::active);
  (void)go_on();
  said.clear();
  want(Admin::inactive);
  EXPECT_THAT(go_on(), ElementsAre(Step::stop, Step::destroy));
  EXPECT_THAT(said, ElementsAre(Running::stopping, Running::stopped)) << "told before the instances go";
  want(Admin::active);
  EXPECT_THAT(go_on(), ElementsAre(Step::assemble, Step::start, Step::open));
}

TEST_F(LifecycleTest, takes_the_same_wish_twice_for_one) {
  want(Admin::active);
  (void)go_on();
  said.clear();
  EXPECT_FALSE(life.want(Admin::active, "again", now));
  EXPECT_TRUE(go_on().empty());
  EXPECT_TRUE(said.empty());
  EXPECT_EQ(life.state().admin_reason, "asked");
}

TEST_F(LifecycleTest, tries_a_failed_start_again_ever_later) {
  want(Admin::active);
  EXPECT_THAT(go_on(Step::start), ElementsAre(Step::assemble, Step::start, Step::destroy));
  EXPECT_THAT(said, ElementsAre(Running::starting, Running::failed));
  EXPECT_EQ(life.state().last_error->message, broken.message);
  const std::array<MonotonicNs, 9> least = {1, 2, 4, 8, 16, 32, 48, 48, 48};
  for (const MonotonicNs seconds : least) {
    const MonotonicNs delay = life.wakes_at() - now.steady;
    EXPECT_GE(delay, seconds * second);
    EXPECT_LE(delay, seconds * second * 5 / 4);
    pass(delay - 1);
    EXPECT_TRUE(go_on().empty()) << "not before its time";
    pass(1);
    EXPECT_FALSE(go_on(Step::start).empty());
  }
  EXPECT_EQ(life.state().failures, 10U);
}

TEST_F(LifecycleTest, counts_from_the_first_failure_again_after_a_stable_time) {
  want(Admin::active);
  for (int i = 0; i < 5; ++i) {
    (void)go_on(Step::start);
    pass(life.wakes_at() - now.steady);
  }
  (void)go_on();
  ASSERT_EQ(running(), Running::running);
  pass(60 * second);
  life.fail(broken, "child poller failed", now);
  EXPECT_THAT(go_on(), ElementsAre(Step::stop, Step::destroy));
  EXPECT_EQ(running(), Running::failed);
  EXPECT_EQ(life.state().reason, "child poller failed");
  EXPECT_EQ(life.state().failures, 1U);
  EXPECT_LE(life.wakes_at() - now.steady, second * 5 / 4);
}

TEST_F(LifecycleTest, does_not_try_again_what_failed_while_paused) {
  want(Admin::pause);
  (void)go_on(Step::start);
  EXPECT_EQ(running(), Running::failed);
  EXPECT_EQ(life.wakes_at(), no_deadline);
  pass(100 * second);
  EXPECT_TRUE(go_on().empty());
}

TEST_F(LifecycleTest, tries_at_once_where_the_operator_says_active_to_what_failed) {
  want(Admin::active);
  (void)go_on(Step::start);
  EXPECT_TRUE(life.want(Admin::active, "now", now));
  EXPECT_THAT(go_on(), ElementsAre(Step::assemble, Step::start, Step::open));
}

TEST_F(LifecycleTest, forgets_a_failure_when_told_to_be_inactive) {
  want(Admin::active);
  (void)go_on(Step::start);
  want(Admin::inactive);
  EXPECT_TRUE(go_on().empty());
  EXPECT_EQ(running(), Running::stopped);
  EXPECT_EQ(life.wakes_at(), no_deadline);
}

TEST_F(LifecycleTest, has_nothing_to_undo_where_no_instance_could_be_made) {
  want(Admin::active);
  EXPECT_THAT(go_on(Step::assemble), ElementsAre(Step::assemble));
  EXPECT_EQ(running(), Running::failed);
  EXPECT_TRUE(said.empty()) << "nobody is there to hear it";
}

TEST_F(LifecycleTest, is_not_wanted_any_more_once_it_has_ended) {
  want(Admin::active);
  (void)go_on();
  life.end("the host stops", now);
  EXPECT_FALSE(life.want(Admin::active, "asked", now));
  EXPECT_THAT(go_on(), ElementsAre(Step::stop, Step::destroy));
  EXPECT_EQ(life.state().reason, "the host stops");
}

TEST_F(LifecycleTest, does_nothing_more_once_plugin_code_does_not_return) {
  want(Admin::active);
  (void)go_on();
  want(Admin::inactive);
  while (life.next(now)->step != Step::stop) life.done({}, now);
  life.stuck(now);
  EXPECT_EQ(running(), Running::stopping);
  want(Admin::active);
  EXPECT_TRUE(go_on().empty());
}

/// What must hold whatever happens, looked at from outside: the instances, whether they have started, the door.
struct World {
  bool assembled = false;
  bool started = false;
  bool open = false;
  std::optional<Running> last_said;

  void will_do(const Lifecycle::Due& due, const Lifecycle& life) {
    switch (due.step) {
      case Step::assemble:
        RC_ASSERT(!assembled);
        break;
      case Step::announce:
        RC_ASSERT(assembled);
        RC_ASSERT(last_said != due.said.running);
        last_said = due.said.running;
        break;
      case Step::start:
        RC_ASSERT(assembled && !started && last_said == Running::starting);
        break;
      case Step::open:
        RC_ASSERT(started && !open && last_said == Running::starting);
        RC_ASSERT(life.state().admin != Admin::inactive);
        break;
      case Step::shut:
        RC_ASSERT(started && open && last_said == Running::pausing);
        break;
      case Step::stop:
        RC_ASSERT(started && last_said == Running::stopping);
        break;
      case Step::destroy:
        RC_ASSERT(assembled && !started && !open);
        RC_ASSERT(last_said == Running::stopped || last_said == Running::failed);
        break;
    }
  }
  void has_done(Step step, bool well) {
    if (step == Step::assemble) assembled = well;
    if (step == Step::start) started = well;
    if (step == Step::open) open = true;
    if (step == Step::shut) open = false;
    if (step == Step::stop) started = open = false;
    if (step == Step::destroy) {
      assembled = false;
      last_said.reset();
    }
  }
};

/// Where a life that nothing disturbs any more has to come to rest.
bool at_rest(const Lifecycle::State& state) {
  switch (state.admin) {
    case Admin::active:
      return state.running == Running::running;
    case Admin::pause:
      return state.running == Running::paused || state.running == Running::failed;
    case Admin::inactive:
      return state.running == Running::stopped;
  }
  return false;
}

RC_GTEST_PROP(LifecycleProperty, keeps_its_order_under_any_sequence_of_events, ()) {
  Moment now{second, second};
  Lifecycle life({}, *rc::gen::arbitrary<std::uint64_t>(), now);
  World world;
  std::optional<Step> under_way;
  const auto finish = [&](bool well) {
    if (!under_way) return;
    const bool can_fail = *under_way == Step::assemble || *under_way == Step::start;
    world.has_done(*under_way, well || !can_fail);
    life.done(well || !can_fail ? Status() : Status(broken), now);
    under_way.reset();
  };
  const auto ask = [&] {
    const auto due = life.next(now);
    RC_ASSERT(!(due && under_way));
    if (!due) return;
    world.will_do(*due, life);
    under_way = due->step;
  };
  for (const int event : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 9))) {
    switch (event) {
      case 0:
      case 1:
      case 2:
        (void)life.want(static_cast<Admin>(event), "any", now);
        break;
      case 3:
        life.fail(broken, "child failed", now);
        break;
      case 4:
        now.steady += *rc::gen::inRange<MonotonicNs>(0, 70 * second);
        break;
      case 5:
        finish(false);
        break;
      case 6:
        finish(true);
        break;
      default:
        ask();
    }
    RC_ASSERT(world.open || life.state().running != Running::running);
    RC_ASSERT(life.state().running != Running::failed || life.state().last_error.has_value());
  }
  // All goes well from here on: it gets where it is wanted, in a bounded number of steps.
  for (int steps = 0; steps < 100; ++steps) {
    finish(true);
    if (life.wakes_at() != no_deadline) now.steady = std::max(now.steady, life.wakes_at());
    ask();
    if (!under_way && life.wakes_at() == no_deadline) break;
  }
  RC_ASSERT(!under_way);
  RC_ASSERT(at_rest(life.state()));
  RC_ASSERT(world.open == (life.state().running == Running::running));
}

}  // namespace
}  // namespace lodge::service
