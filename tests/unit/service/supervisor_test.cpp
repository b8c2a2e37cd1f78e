#include "service/supervisor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace lodge::service
