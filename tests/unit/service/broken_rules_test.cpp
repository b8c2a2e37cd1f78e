// Plugins that break the border's rules: it costs their own call, and they are named.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "base/log.hpp"
#include "rig/node.hpp"

namespace lodge {
namespace {

using rig::Answer;
using rig::Node;
using rig::ScriptedPlugin;
using rig::Seen;
using testing::HasSubstr;
using testing::StartsWith;
using wire::Value;

/// One misbehaving callback: what it does, and the rule that the caller and the log are told.
struct Misbehaving {
  const char* what;
  rig::Script script;
  const char* rule;
  Code code = Code::INTERNAL;
};

class CallsMisbehaving : public testing::TestWithParam<Misbehaving> {};

TEST_P(CallsMisbehaving, costs_its_own_call_and_is_named) {
  ScriptedPlugin plugin("rogue");
  plugin.callback("f", 1, GetParam().script);
  Node node;
  node.add(plugin);
  ASSERT_TRUE(node.start("s", {"rogue"}));
  const std::uint64_t before = log::misbehaved_count();
  const Answer answer = node.call("s", "f", {1});
  EXPECT_EQ(answer.code, GetParam().code);
  EXPECT_EQ(answer.executed, Executed::yes);
  EXPECT_THAT(answer.message, StartsWith(std::string("plugin rogue misbehaved: f/1 ") + GetParam().rule));
  EXPECT_EQ(log::misbehaved_count(), before + 1);
}

std::int32_t write_raw(const Seen& seen, const Bytes& bytes, std::int32_t verdict) {
  (void)append(*seen.out, bytes);
  return verdict;
}

INSTANTIATE_TEST_SUITE_P(
    All, CallsMisbehaving,
    testing::Values(
        Misbehaving{"garbage",
                    [](const Seen& seen) {
                      return write_raw(seen, {0xc1, 0xff}, LODGE_DONE);
                    },
                    "answered with bytes that are not one msgpack value"},
        Misbehaving{"two_values",
                    [](const Seen& seen) {
                      return write_raw(seen, {1, 2}, LODGE_DONE);
                    },
                    "answered with bytes that are not one msgpack value"},
        Misbehaving{"unknown_verdict", [](const Seen&) { return 77; }, "answered with the unknown verdict 77"},
        Misbehaving{"deferred_without_ticket", [](const Seen&) { return LODGE_DEFERRED; },
                    "answered DEFERRED without having taken a ticket"},
        Misbehaving{"too_many_arguments",
                    [](const Seen& seen) {
                      return write_raw(seen, {1, 2}, LODGE_CONTINUE_WITH);
                    },
                    "continued with other than 1 msgpack values"},
        Misbehaving{"unknown_code", [](const Seen&) { return -99; }, "answered with the unknown code -99",
                    Code::UNKNOWN},
        Misbehaving{"unknown_code_with_a_message", [](const Seen& seen) { return seen.fail(INT32_MIN, "it broke"); },
                    "answered with the unknown code -2147483648: it broke", Code::UNKNOWN}),
    [](const auto& each) { return each.param.what; });

TEST(BrokenRules, a_hook_that_answers_with_an_unknown_code_is_named) {
  ScriptedPlugin plugin("rogue");
  plugin.on_start([](const lodge_host*) { return -99; });
  Node node;
  node.add(plugin);
  const std::uint64_t before = log::misbehaved_count();
  const Status started = node.start("s", {"rogue"});
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Code::UNKNOWN);
  EXPECT_THAT(started.error().message, HasSubstr("hook start answered with the unknown code -99"));
  EXPECT_EQ(log::misbehaved_count(), before + 1);
}

TEST(BrokenRules, a_callback_that_takes_a_ticket_and_answers_itself_is_named_and_its_ticket_void) {
  std::atomic<lodge_handle> ticket{0};
  std::atomic<const lodge_host*> host{nullptr};
  ScriptedPlugin plugin("rogue");
  plugin.callback("f", 0, [&](const Seen& seen) {
    ticket = seen.defer();
    lodge_handle second = 0;
    EXPECT_EQ(rig::table<lodge_call_v1>(seen.host).defer(seen.host, seen.call, &second), LODGE_STALE)
        << "one ticket a link";
    host = seen.host;
    return seen.done("itself");
  });
  Node node;
  node.add(plugin);
  ASSERT_TRUE(node.start("s", {"rogue"}));
  const std::uint64_t before = log::misbehaved_count();
  EXPECT_EQ(node.call("s", "f").value, Value("itself"));
  EXPECT_EQ(log::misbehaved_count(), before + 1);
  EXPECT_EQ(rig::table<lodge_call_v1>(host).complete(host, ticket, LODGE_DONE, nullptr, 0), LODGE_STALE);
}

TEST(BrokenRules, a_plugin_that_calls_itself_without_end_is_stopped) {
  std::atomic<int> depth{0};
  ScriptedPlugin plugin("p");
  plugin.callback("f", 0, [&](const Seen& seen) {
    ++depth;
    return seen.pass_on_to(seen.target("s", "f"));
  });
  Node node;
  node.add(plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  const Answer answer = node.call("s", "f");
  EXPECT_EQ(answer.code, Code::RESOURCE_EXHAUSTED);
  EXPECT_THAT(answer.message, HasSubstr("128 deep"));
  EXPECT_EQ(depth, 128);
}

}  // namespace
}  // namespace lodge
