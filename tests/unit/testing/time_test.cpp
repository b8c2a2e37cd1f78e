// Virtual time, and code that waits in it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <lodge/testing.hpp>

#include "testing/subjects.hpp"

namespace {

using lodge::testing::Host;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;

constexpr std::int64_t ms = 1'000'000;

class TestingTime : public ::testing::Test {
 protected:
  TestingTime() {
    host.add(Greeter::plugin());
    host.add(Sleeper::plugin());
    host.add(Waiter::plugin());
    host.start("hello", {"greeter"}).or_throw();
    host.start("sleeper", {"sleeper"}).or_throw();
    host.start("waiter", {"waiter"}).or_throw();
  }
  [[nodiscard]] std::int64_t passed_ms() const { return (host.now_ns() - began_) / ms; }

  Host host;

 private:
  const std::int64_t began_ = host.now_ns();
};

TEST_F(TestingTime, stands_still_while_anything_can_run) {
  host.call("hello", "greet", "Ada").or_throw();
  host.run();
  EXPECT_EQ(passed_ms(), 0);
}

TEST_F(TestingTime, passes_in_a_call_as_far_as_its_answer_needs) {
  EXPECT_EQ(host.call<int>("sleeper", "sleep", 1500).or_throw(), 1500);
  EXPECT_EQ(passed_ms(), 1500);
}

TEST_F(TestingTime, passes_in_a_call_up_to_its_deadline) {
  const auto answer = host.call(lodge::CallOptions{.timeout_ns = 200 * ms}, "sleeper", "sleep", 1000);
  EXPECT_EQ(answer.error().code, LODGE_DEADLINE_EXCEEDED);
  EXPECT_EQ(answer.error().executed, lodge::Executed::maybe);
  EXPECT_GE(passed_ms(), 200);
  EXPECT_LE(passed_ms(), 210);
}

TEST_F(TestingTime, a_call_without_a_deadline_gets_the_hosts) {
  EXPECT_EQ(host.call("sleeper", "sleep", 60'000).error().code, LODGE_DEADLINE_EXCEEDED);
  EXPECT_GE(passed_ms(), 15'000);
  EXPECT_LE(passed_ms(), 15'010);
}

TEST_F(TestingTime, passes_only_where_it_is_told_to_for_a_call_that_was_started) {
  auto pending = host.start_call<int>("sleeper", "sleep", 1000);
  EXPECT_FALSE(pending.done());
  host.advance(milliseconds(999));
  EXPECT_FALSE(pending.done());
  host.advance(milliseconds(1));
  EXPECT_TRUE(pending.done());
  EXPECT_EQ(pending.result().or_throw(), 1000);
  EXPECT_EQ(passed_ms(), 1000);
}

TEST_F(TestingTime, a_call_that_was_started_begins_at_once) {
  auto pending = host.start_call<std::string>("hello", "greet", "Ada");
  EXPECT_TRUE(pending.done());
  EXPECT_EQ(pending.result().or_throw(), "hello, Ada");
}

TEST_F(TestingTime, a_call_can_be_given_up) {
  auto pending = host.start_call<int>("sleeper", "sleep", 1000);
  EXPECT_TRUE(pending.cancel());
  EXPECT_EQ(pending.result().error().code, LODGE_CANCELLED);
  EXPECT_FALSE(pending.cancel());
}

TEST_F(TestingTime, a_callback_that_waits_for_another_service_gets_its_answer) {
  EXPECT_EQ(host.call<int>("waiter", "wait", 700).or_throw(), 700);
  EXPECT_EQ(passed_ms(), 700);
}

TEST_F(TestingTime, callbacks_that_wait_stand_still_between_advances) {
  auto pending = host.start_call<int>("waiter", "wait", 1000);
  host.advance(milliseconds(500));
  EXPECT_FALSE(pending.done());
  EXPECT_EQ(host.call<std::string>("hello", "greet", "Ada").or_throw(), "hello, Ada");
  host.advance(milliseconds(500));
  EXPECT_TRUE(pending.done());
}

TEST_F(TestingTime, callbacks_that_wait_end_in_the_order_of_their_answers) {
  std::vector<lodge::testing::PendingCall<int>> pending;
  for (const int each : {300, 100, 200}) pending.push_back(host.start_call<int>("waiter", "wait", each));
  std::vector<std::string> seen;
  for (int i = 0; i < 3; ++i) {
    host.advance(milliseconds(100));
    std::string done;
    for (const auto& each : pending) done += each.done() ? 'x' : '.';
    seen.push_back(done);
  }
  EXPECT_THAT(seen, ElementsAre(".x.", ".xx", "xxx"));
}

TEST_F(TestingTime, a_serial_callback_lets_one_in_at_a_time) {
  auto first = host.start_call<int>("waiter", "wait_alone", 100);
  auto second = host.start_call<int>("waiter", "wait_alone", 100);
  host.advance(milliseconds(150));
  EXPECT_TRUE(first.done());
  EXPECT_FALSE(second.done());
  EXPECT_EQ(second.result().or_throw(), 100);
  EXPECT_EQ(passed_ms(), 200);
}

TEST_F(TestingTime, a_waiting_callback_meets_the_deadline_of_its_own_call) {
  const auto answer = host.call(lodge::CallOptions{.timeout_ns = 100 * ms}, "waiter", "wait", 1000);
  EXPECT_EQ(answer.error().code, LODGE_DEADLINE_EXCEEDED);
  EXPECT_LE(passed_ms(), 110);
}

TEST_F(TestingTime, as_many_callbacks_wait_as_a_host_has_threads) {
  std::vector<lodge::testing::PendingCall<int>> pending;
  for (int i = 0; i < 65; ++i) pending.push_back(host.start_call<int>("waiter", "wait", 100));
  host.advance(milliseconds(100));
  for (auto& each : pending) EXPECT_TRUE(each.done());
}

// Each waits for a timer that finds no thread: as in lodged, their deadlines end it.
TEST_F(TestingTime, where_all_stacks_wait_nothing_else_runs_and_the_log_says_so) {
  std::vector<lodge::testing::PendingCall<int>> pending;
  for (int i = 0; i < 100; ++i) pending.push_back(host.start_call<int>("waiter", "wait", 100));
  EXPECT_EQ(pending.front().result().error().code, LODGE_DEADLINE_EXCEEDED);
  EXPECT_THAT(host.logs(), Contains(Field(&lodge::testing::LogLine::text, HasSubstr("all 66 stacks wait"))));
}

/// Counts what a period brings.
class Ticker {
 public:
  explicit Ticker(const lodge::Host& host) : host_(host) {}
  void start() {
    timer_ = host_.timer()
                 .every(100 * ms,
                        [this] {
                          ticks_ += 1;
                          times_.push_back(host_.timer().now().or_throw());
                        })
                 .or_throw();
  }
  std::int64_t ticks() { return ticks_; }
  std::vector<std::int64_t> times() { return times_; }

  static const lodge_plugin* plugin() {
    static const auto description = lodge::describe<Ticker>("ticker", "1.0.0", lodge::function<&Ticker::ticks>("ticks"),
                                                            lodge::function<&Ticker::times>("times"));
    return description.plugin();
  }

 private:
  lodge::Host host_;
  std::int64_t ticks_ = 0;
  std::vector<std::int64_t> times_;
  lodge::Timer timer_;
};

TEST(TestingTimers, fire_each_at_its_time) {
  Host host;
  host.add(Ticker::plugin());
  const std::int64_t began = host.now_ns();
  host.start("ticker", {"ticker"}).or_throw();
  host.advance(milliseconds(350));
  EXPECT_EQ(host.call<std::vector<std::int64_t>>("ticker", "times").or_throw(),
            (std::vector<std::int64_t>{began + 100 * ms, began + 200 * ms, began + 300 * ms}));
  host.advance(std::chrono::hours(1));
  EXPECT_EQ(host.call<int>("ticker", "ticks").or_throw(), 36'003);
}

TEST(TestingTimers, the_wall_clock_begins_where_it_is_told_and_goes_along) {
  Host host({.wall_ns = 1'700'000'000'000'000'000});
  host.add(Greeter::plugin());
  host.start("hello", {"greeter"}).or_throw();
  host.advance(seconds(5));
  EXPECT_EQ(host.inside("hello").timer().wall().or_throw(), 1'700'000'005'000'000'000);
}

TEST(TestingTimers, entries_of_the_store_expire_in_virtual_time) {
  Host host;
  host.add(Greeter::plugin());
  host.start("hello", {"greeter"}).or_throw();
  const lodge::Host inside = host.inside("hello");
  inside.store().put("key", 1, 1000).or_throw();
  host.advance(milliseconds(999));
  EXPECT_TRUE(inside.store().get<int>("key").ok());
  host.advance(milliseconds(1));
  EXPECT_EQ(inside.store().get<int>("key").error().code, LODGE_NOT_FOUND);
}

/// Waits in its hooks.
class Patient {
 public:
  explicit Patient(const lodge::Host& host) : host_(host) {}
  void start() { host_.call<int>("sleeper", "sleep", 100).or_throw(); }
  void stop() { host_.call<int>("sleeper", "sleep", 200).or_throw(); }

  static const lodge_plugin* plugin() {
    static const auto description = lodge::describe<Patient>("patient", "1.0.0");
    return description.plugin();
  }

 private:
  lodge::Host host_;
};

TEST(TestingHooks, may_wait) {
  Host host;
  host.add(Sleeper::plugin());
  host.add(Patient::plugin());
  host.start("sleeper", {"sleeper"}).or_throw();
  const std::int64_t began = host.now_ns();
  host.start("patient", {"patient"}).or_throw();
  EXPECT_EQ(host.now_ns() - began, 100 * ms);
  host.stop("patient").or_throw();
  EXPECT_EQ(host.now_ns() - began, 300 * ms);
}

TEST(TestingQuick, callbacks_may_not_call_what_waits) {
  struct Hasty {
    lodge::Host host;
    explicit Hasty(const lodge::Host& given) : host(given) {}
    std::int64_t now() { return host.call<std::int64_t>("sleeper", "sleep", 1).or_throw(); }
  };
  static const auto description =
      lodge::describe<Hasty>("hasty", "1.0.0", lodge::function<&Hasty::now>("now", "cannot be quick", lodge::quick));
  Host host;
  host.add(Sleeper::plugin());
  host.add(description.plugin());
  host.start("sleeper", {"sleeper"}).or_throw();
  host.start("hasty", {"hasty"}).or_throw();
  EXPECT_EQ(host.call("hasty", "now").error().code, LODGE_FAILED_PRECONDITION);
}

}  // namespace
