#include "service/chain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rig/node.hpp"

namespace lodge {
namespace {

using rig::Node;
using rig::ScriptedPlugin;
using rig::Seen;
using testing::AllOf;
using testing::HasSubstr;
using wire::Value;

TEST(Chain, a_function_that_two_plugins_offer_is_refused_before_any_of_their_code_runs) {
  int created = 0;
  const auto count = [&](const lodge_host*) {
    ++created;
    return LODGE_OK;
  };
  ScriptedPlugin alone("alone"), second("second");
  alone.on_create(count).callback(
      "f", 2, [](const Seen& seen) { return seen.done(1); }, LODGE_FUNCTION);
  second.on_create(count).callback("f", 2, [](const Seen& seen) { return seen.done(2); });
  Node node;
  node.add(alone, second);
  for (const std::vector<std::string>& order : {std::vector<std::string>{"alone", "second"}, {"second", "alone"}}) {
    const Status started = node.start("s", order);
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, Code::ALREADY_EXISTS);
    EXPECT_THAT(started.error().message,
                AllOf(HasSubstr("plugins " + order[0] + " and " + order[1] + " both offer f/2"), HasSubstr("leave")));
  }
  EXPECT_EQ(created, 0);
}

TEST(Chain, a_function_may_share_its_name_with_a_callback_of_another_arity) {
  ScriptedPlugin alone("alone"), second("second");
  alone.callback(
      "f", 2, [](const Seen& seen) { return seen.done("two"); }, LODGE_FUNCTION);
  second.callback("f", 1, [](const Seen& seen) { return seen.done("one"); });
  Node node;
  node.add(alone, second);
  ASSERT_TRUE(node.start("s", {"alone", "second"}));
  EXPECT_EQ(node.call("s", "f", {1}).value, Value("one"));
  EXPECT_EQ(node.call("s", "f", {1, 2}).value, Value("two"));
}

}  // namespace
}  // namespace lodge
