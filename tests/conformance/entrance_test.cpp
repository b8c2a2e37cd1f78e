// Conformance, services 33: each call from outside a service comes in by one entrance.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rig/node.hpp"

namespace lodge {
namespace {

using rig::Answer;
using rig::Node;
using rig::ScriptedPlugin;
using rig::Seen;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using wire::Value;

/// A plugin with f/1, which answers what it is given.
void offer_f(ScriptedPlugin& plugin) {
  plugin.callback("f", 1, [](const Seen& seen) { return seen.done(seen.args()[0]); });
}

/// A plugin whose g/0 calls `s.f(7)`.
void offer_g(ScriptedPlugin& plugin) {
  plugin.callback("g", 0, [](const Seen& seen) {
    const Bytes args = rig::pack_all({7});
    std::int32_t executed = 0;
    return seen.table<lodge_call_v1>().call(seen.host, seen.target("s", "f", 1), args.data(), args.size(), nullptr,
                                            seen.out, &executed);
  });
}

// `service_call` sees function, arguments and options of each, whoever calls, and may refuse.
TEST(services, 33) {
  std::vector<Value> seen_args;
  ScriptedPlugin guard("guard"), p("p"), caller("caller");
  guard.callback("service_call", 3, [&](const Seen& seen) -> std::int32_t {
    seen_args = seen.args();
    if (seen_args[1] == Value(Value::List{13})) return seen.fail(LODGE_PERMISSION_DENIED, "no thirteens");
    return LODGE_CONTINUE;
  });
  offer_f(p);
  offer_g(caller);
  Node node;
  node.add(guard, p, caller);
  ASSERT_TRUE(node.start("s", {"guard", "p"}));
  ASSERT_TRUE(node.start("other", {"caller"}));
  EXPECT_EQ(node.call("s", "f", {5}).value, Value(5));
  ASSERT_EQ(seen_args.size(), 3U);
  EXPECT_EQ(seen_args[0], Value("f"));
  EXPECT_EQ(seen_args[1], Value(Value::List{5}));
  EXPECT_EQ(*seen_args[2].find("outside"), Value(true));
  EXPECT_EQ(node.call("other", "g").value, Value(7));
  EXPECT_EQ(*seen_args[2].find("caller"), Value("other"));
  EXPECT_EQ(*seen_args[2].find("outside"), Value(false));
  const Answer refused = node.call("s", "f", {13});
  EXPECT_EQ(refused.code, Code::PERMISSION_DENIED);
  EXPECT_EQ(refused.message, "no thirteens");
}

// `service_authorize` decides about the same calls, and nothing but true lets one in.
TEST(services, 33_authorize) {
  std::vector<std::string> asked;
  ScriptedPlugin guard("guard"), p("p"), caller("caller");
  guard.callback("service_authorize", 3, [&](const Seen& seen) -> std::int32_t {
    const std::vector<Value> args = seen.args();
    const std::string caller_name = *args[2].find("caller")->as_text();
    asked.push_back(*args[0].as_text() + " for " + (caller_name.empty() ? "outside" : caller_name));
    const Value& first = args[1].as_list()->front();
    if (first == Value(1)) return seen.done(false);
    if (first == Value(2)) return seen.done("yes");
    if (first == Value(3)) return seen.fail(LODGE_UNAUTHENTICATED, "who are you?");
    return LODGE_CONTINUE;
  });
  int ran = 0;
  p.callback("f", 1, [&](const Seen& seen) {
    ++ran;
    return seen.done(seen.args()[0]);
  });
  offer_g(caller);
  Node node;
  node.add(guard, p, caller);
  ASSERT_TRUE(node.start("s", {"guard", "p"}));
  ASSERT_TRUE(node.start("other", {"caller"}));
  EXPECT_EQ(node.call("s", "f", {5}).value, Value(5)) << "who passes it on leaves it to the default";
  EXPECT_EQ(node.call("other", "g").value, Value(7));
  EXPECT_THAT(asked, ElementsAre("f for outside", "f for other"));
  EXPECT_EQ(ran, 2);
  const Answer refused = node.call("s", "f", {1});
  EXPECT_EQ(refused.code, Code::PERMISSION_DENIED);
  EXPECT_THAT(refused.message, HasSubstr("s.f is not for callers from outside"));
  EXPECT_EQ(node.call("s", "f", {2}).code, Code::PERMISSION_DENIED) << "a text is no yes";
  const Answer unknown = node.call("s", "f", {3});
  EXPECT_EQ(unknown.code, Code::UNAUTHENTICATED);
  EXPECT_EQ(unknown.message, "who are you?");
  EXPECT_EQ(ran, 2);
}

// A service's own plugins call each other without asking anybody.
TEST(services, 33_not_within_the_service) {
  std::vector<std::string> asked;
  ScriptedPlugin guard("guard"), p("p"), caller("caller");
  guard.callback("service_authorize", 3, [&](const Seen& seen) -> std::int32_t {
    asked.push_back(*seen.args()[0].as_text());
    return LODGE_CONTINUE;
  });
  offer_f(p);
  offer_g(caller);
  Node node;
  node.add(guard, p, caller);
  ASSERT_TRUE(node.start("s", {"guard", "caller", "p"}));
  EXPECT_EQ(node.call("s", "g").value, Value(7));
  EXPECT_THAT(asked, ElementsAre("g"));
}

}  // namespace
}  // namespace lodge
