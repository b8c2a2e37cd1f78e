// What a caller is told about a service that takes no calls.
#include "service/service_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <latch>
#include <thread>

#include "base/clock.hpp"
#include "rig/node.hpp"

namespace lodge {
namespace {

using rig::Answer;
using rig::eventually;
using rig::Node;
using rig::ScriptedPlugin;
using rig::Seen;
using testing::AllOf;
using testing::ContainsRegex;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* time_of_day = "[0-9-]+ [0-9][0-9]:[0-9][0-9]:[0-9][0-9] UTC";

/// A call that never ran, and what was said about it.
std::string refusal(Node& node, const std::string& service) {
  const Answer answer = node.call(service, "f");
  EXPECT_EQ(answer.code, Code::UNAVAILABLE);
  EXPECT_EQ(answer.executed, Executed::no);
  return answer.message;
}

TEST(ServiceList, a_service_that_failed_says_when_and_why) {
  ScriptedPlugin plugin("p");
  plugin.on_start([](const lodge_host*) { return LODGE_FAILED_PRECONDITION; });
  Node node;
  node.add(plugin);
  EXPECT_FALSE(node.start("s", {"p"}));
  EXPECT_THAT(refusal(node, "s"), AllOf(StartsWith("service `s` failed at "), ContainsRegex(time_of_day),
                                        EndsWith(": FAILED_PRECONDITION: plugin p, hook start: FAILED_PRECONDITION")));
}

TEST(ServiceList, a_paused_service_says_since_when_and_why) {
  ScriptedPlugin plugin("p");
  plugin.callback("f", 0, [](const Seen& seen) { return seen.done(1); });
  Node node;
  node.add(plugin);
  service::ServiceSpec spec;
  spec.name = "s";
  spec.plugins = {"p"};
  spec.paused = true;
  ASSERT_TRUE(node.runtime().start(spec));
  EXPECT_THAT(refusal(node, "s"), AllOf(StartsWith("service `s` is paused since "), ContainsRegex(time_of_day),
                                        EndsWith(" (paused in the configuration)")));
}

TEST(ServiceList, a_stopped_service_says_so) {
  ScriptedPlugin plugin("p");
  Node node;
  node.add(plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  ASSERT_TRUE(node.runtime().stop_all(std::chrono::seconds(10)));
  EXPECT_THAT(refusal(node, "s"), StartsWith("service `s` is stopped since "));
}

TEST(ServiceList, a_service_that_is_starting_says_so) {
  std::latch let_go(1);
  std::atomic<bool> starting{false};
  ScriptedPlugin plugin("p");
  plugin.on_start([&](const lodge_host*) {
    starting = true;
    let_go.wait();
    return LODGE_OK;
  });
  Node node;
  node.add(plugin);
  std::thread starter([&node] { EXPECT_TRUE(node.start("s", {"p"})); });
  EXPECT_TRUE(eventually([&] { return starting.load(); }));
  EXPECT_THAT(refusal(node, "s"), HasSubstr("service `s` is still starting"));
  let_go.count_down();
  starter.join();
}

TEST(ServiceList, a_service_that_is_yet_to_be_started_is_not_unknown) {
  Node node;
  node.runtime().expect("later");
  EXPECT_THAT(refusal(node, "later"), HasSubstr("service `later` has not been started yet"));
}

TEST(ServiceList, an_unknown_service_comes_with_the_nearest_that_is_known) {
  ScriptedPlugin plugin("p");
  Node node;
  node.add(plugin);
  ASSERT_TRUE(node.start("greeter", {"p"}));
  EXPECT_EQ(refusal(node, "greter"), "there is no service `greter` on this node; did you mean `greeter`?");
  EXPECT_EQ(refusal(node, "clock"), "there is no service `clock` on this node");
}

TEST(ServiceList, plugins_are_told_the_same) {
  ScriptedPlugin broken("broken");
  broken.on_start([](const lodge_host*) { return LODGE_UNAVAILABLE; });
  ScriptedPlugin caller("caller");
  std::string said;
  caller.callback("ask", 0, [&said](const Seen& seen) {
    const auto& calls = seen.table<lodge_call_v1>();
    lodge_handle target = 0;
    EXPECT_EQ(calls.resolve(seen.host, "down", 4, "f", 1, 0, &target), LODGE_OK);
    Writer reply;
    std::int32_t executed = LODGE_EXECUTED_MAYBE;
    EXPECT_EQ(calls.call(seen.host, target, nullptr, 0, nullptr, &reply, &executed), LODGE_UNAVAILABLE);
    EXPECT_EQ(executed, LODGE_EXECUTED_NO);
    said = text_of(reply.view());
    return seen.done(1);
  });
  Node node;
  node.add(broken, caller);
  EXPECT_FALSE(node.start("down", {"broken"}));
  ASSERT_TRUE(node.start("up", {"caller"}));
  EXPECT_EQ(node.call("up", "ask").code, Code::OK);
  EXPECT_THAT(said, StartsWith("service `down` failed at "));
}

TEST(WallText, is_a_date_and_a_time_of_day) {
  EXPECT_EQ(wall_text(1'769'861'000'999'999'999), "2026-01-31 12:03:20 UTC");
}

}  // namespace
}  // namespace lodge
