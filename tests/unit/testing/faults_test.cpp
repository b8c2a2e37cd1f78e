// Errors in place of what plugins ask the host for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <lodge/testing.hpp>

#include "testing/subjects.hpp"

namespace {

using lodge::testing::Host;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;

/// Keeps what it is given, in the store.
class Keeper {
 public:
  explicit Keeper(const lodge::Host& host) : host_(host) {}
  std::int32_t keep(const std::string& what) {
    const auto kept = host_.store().put("kept", what);
    return kept.ok() ? LODGE_OK : kept.error().code;
  }
  std::string ask(const std::string& who) { return host_.call<std::string>("hello", "greet", who).or_throw(); }

  std::string count() { return host_.metrics().counter("kept_total", "What was kept").error().message; }
  std::string take_name() { return host_.names().register_name("keeper", 1).error().message; }

  static const lodge_plugin* plugin() {
    static const auto description = lodge::describe<Keeper>(
        "keeper", "1.0.0", lodge::function<&Keeper::keep>("keep"), lodge::function<&Keeper::ask>("ask"),
        lodge::function<&Keeper::count>("count"), lodge::function<&Keeper::take_name>("take_name"));
    return description.plugin();
  }

 private:
  lodge::Host host_;
};

class TestingFaults : public ::testing::Test {
 protected:
  TestingFaults() {
    host.add(Keeper::plugin());
    host.add(Greeter::plugin());
    host.start("hello", {"greeter"}).or_throw();
    host.start("keeper", {"keeper"}).or_throw();
  }
  int keep() { return host.call<int>("keeper", "keep", "x").or_throw(); }

  Host host;
};

TEST_F(TestingFaults, the_next_call_fails_and_nothing_happens) {
  host.fail_next("lodge.store/1", "put", LODGE_RESOURCE_EXHAUSTED, "disk full");
  EXPECT_EQ(keep(), LODGE_RESOURCE_EXHAUSTED);
  EXPECT_EQ(host.inside("keeper").store().get<std::string>("kept").error().code, LODGE_NOT_FOUND);
  EXPECT_EQ(keep(), LODGE_OK);
}

TEST_F(TestingFaults, several_come_in_order) {
  host.fail_next("lodge.store/1", "put", LODGE_ABORTED);
  host.fail_next("lodge.store/1", "put", LODGE_UNAVAILABLE);
  EXPECT_EQ(keep(), LODGE_ABORTED);
  EXPECT_EQ(keep(), LODGE_UNAVAILABLE);
  EXPECT_EQ(keep(), LODGE_OK);
}

TEST_F(TestingFaults, the_nth_call_fails) {
  host.fail_nth(3, "lodge.store/1", "put", LODGE_ABORTED);
  EXPECT_EQ(keep(), LODGE_OK);
  EXPECT_EQ(keep(), LODGE_OK);
  EXPECT_EQ(keep(), LODGE_ABORTED);
  EXPECT_EQ(keep(), LODGE_OK);
}

TEST_F(TestingFaults, every_call_fails_until_it_is_healed) {
  host.fail_every("lodge.store/1", "put", LODGE_ABORTED);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(keep(), LODGE_ABORTED);
  host.heal();
  EXPECT_EQ(keep(), LODGE_OK);
}

TEST_F(TestingFaults, one_plugin_can_be_meant) {
  host.fail({.interface_id = "lodge.store/1", .function = "put", .code = LODGE_ABORTED, .plugin = "other"});
  EXPECT_EQ(keep(), LODGE_OK);
  host.fail({.interface_id = "lodge.store/1", .function = "put", .code = LODGE_ABORTED, .plugin = "keeper"});
  EXPECT_EQ(keep(), LODGE_ABORTED);
}

TEST_F(TestingFaults, a_call_of_another_service_gets_code_and_message) {
  host.fail_next(LODGE_CALL_V1, "call", LODGE_UNAVAILABLE, "the wire is cut");
  const auto answer = host.call<std::string>("keeper", "ask", "Ada");
  EXPECT_EQ(answer.error().code, LODGE_UNAVAILABLE);
  EXPECT_EQ(answer.error().message, "the wire is cut");
  EXPECT_EQ(host.call<std::string>("keeper", "ask", "Ada").or_throw(), "hello, Ada");
}

TEST_F(TestingFaults, give_their_message_wherever_the_host_would_give_one) {
  host.fail_next(LODGE_METRIC_V1, "open", LODGE_RESOURCE_EXHAUSTED, "no more series");
  EXPECT_THAT(host.call<std::string>("keeper", "count").or_throw(), HasSubstr("no more series"));
  host.fail_next(LODGE_NAMES_V1, "register_name", LODGE_ALREADY_EXISTS, "somebody");
  EXPECT_EQ(host.call<std::string>("keeper", "take_name").or_throw(), "keeper is held by somebody");
}

TEST_F(TestingFaults, are_told_in_the_log) {
  host.fail_next("lodge.store/1", "put", LODGE_RESOURCE_EXHAUSTED, "disk full");
  keep();
  EXPECT_THAT(host.logs(), Contains(Field(&lodge::testing::LogLine::text,
                                          "injected: lodge.store/1 put: RESOURCE_EXHAUSTED: disk full")));
}

TEST_F(TestingFaults, calls_are_counted) {
  keep();
  host.fail_next("lodge.store/1", "put", LODGE_ABORTED);
  keep();
  host.inside("keeper").store().put("by the test", 1).or_throw();
  EXPECT_EQ(host.count("lodge.store/1", "put"), 2U);
  EXPECT_EQ(host.count("lodge.store/1", "get"), 0U);
}

TEST_F(TestingFaults, do_not_touch_what_the_test_does_inside) {
  host.fail_every("lodge.store/1", "put", LODGE_ABORTED);
  EXPECT_TRUE(host.inside("keeper").store().put("key", 1).ok());
}

TEST_F(TestingFaults, must_mean_something) {
  const auto refused = [&](const std::string& id, const std::string& function, std::int32_t code) -> std::string {
    try {
      host.fail_next(id, function, code);
    } catch (const lodge::Failure& failure) {
      return failure.what();
    }
    return "";
  };
  EXPECT_THAT(refused("lodge.sotre/1", "put", LODGE_ABORTED), HasSubstr("did you mean `lodge.store/1`?"));
  EXPECT_THAT(refused("lodge.store/1", "putt", LODGE_ABORTED), HasSubstr("did you mean `put`?"));
  EXPECT_THAT(refused("lodge.timer/1", "now", LODGE_ABORTED), HasSubstr("cannot fail"));
  EXPECT_THAT(refused("lodge.store/1", "put", LODGE_OK), HasSubstr("0 is no code of an error"));
  EXPECT_THAT(refused("lodge.store/1", "put", -99), HasSubstr("-99 is no code of an error"));
  EXPECT_EQ(refused("lodge.store/1", "put", LODGE_FENCED), "");
}

// Whatever there is to be called can fail: each function of each interface.
TEST_F(TestingFaults, reach_every_interface) {
  for (const auto& [id, function] : std::vector<std::pair<std::string, std::string>>{{LODGE_CALL_V1, "defer"},
                                                                                     {LODGE_STORE_V1, "scan"},
                                                                                     {LODGE_NAMES_V1, "whereis"},
                                                                                     {LODGE_CONFIG_V1, "own"},
                                                                                     {LODGE_LOG_V1, "write"},
                                                                                     {LODGE_TIMER_V1, "start"}}) {
    EXPECT_NO_THROW(host.fail_next(id, function, LODGE_ABORTED)) << id;
  }
}

}  // namespace
