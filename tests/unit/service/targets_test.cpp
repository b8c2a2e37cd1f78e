#include "service/targets.hpp"

#include <gtest/gtest.h>

#include "base/log.hpp"
#include "rig/node.hpp"

namespace lodge::service {
namespace {

using rig::Node;
using rig::ScriptedPlugin;
using rig::Seen;

/// A target, and dispatches of different life that all have a chain for it.
class TargetTest : public testing::Test {
 protected:
  void SetUp() override {
    plugin.callback("f", 0, [](const Seen& seen) { return seen.done(1); });
    other.callback("g", 0, [](const Seen& seen) { return seen.done(1); });
    node.add(plugin, other);
    for (const auto* service : {"oldest", "middle", "youngest"}) {
      ASSERT_TRUE(node.start(service, {"p"}));
      dispatches.push_back(node.runtime().find(service)->assembly()->dispatch.get());
    }
    ASSERT_TRUE(node.start("without", {"other"}));
  }
  [[nodiscard]] static const Chain* own(const Dispatch& dispatch) { return dispatch.find("f", 0); }

  ScriptedPlugin plugin{"p"}, other{"other"};
  Node node;
  std::vector<const Dispatch*> dispatches;
  Cell cell{"s"};
  Target target{cell, "f", 0};
};

TEST_F(TargetTest, follows_its_service_from_dispatch_to_dispatch) {
  for (const Dispatch* each : dispatches) {
    EXPECT_EQ(target.chain_in(*each), own(*each));
    EXPECT_EQ(target.chain_in(*each), own(*each)) << "and remembers it";
  }
  EXPECT_EQ(target.chain_in(*node.runtime().find("without")->assembly()->dispatch), nullptr);
}

TEST_F(TargetTest, still_knows_an_older_dispatch_that_calls_are_on_their_way_through) {
  for (const Dispatch* each : {dispatches[1], dispatches[0], dispatches[2], dispatches[1], dispatches[2]}) {
    EXPECT_EQ(target.chain_in(*each), own(*each));
  }
}

TEST(Targets, are_limited_for_each_plugin_of_a_service_so_that_one_harms_nobody_else) {
  Targets targets;
  Cell cell("s");
  const Resolver greedy{"s", "greedy_resolver"};
  const lodge_handle first = *targets.intern(cell, "f", 0, greedy);
  for (std::uint32_t i = 1; i < Targets::per_resolver_max; ++i) {
    ASSERT_TRUE(targets.intern(cell, "f" + std::to_string(i), 0, greedy));
  }
  for (int i = 0; i < 2; ++i) {
    const auto refused = targets.intern(cell, "one more", 0, greedy);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::RESOURCE_EXHAUSTED);
  }
  EXPECT_FALSE(targets.room_for(greedy));
  EXPECT_EQ(log::misbehaved_count("greedy_resolver"), 1U) << "named once";
  EXPECT_EQ(*targets.intern(cell, "f", 0, greedy), first) << "what there is costs nothing";
  for (const Resolver& other : {Resolver{"s", "modest"}, Resolver{"t", "greedy_resolver"}}) {
    const std::string name = "of " + std::string(other.service) + std::string(other.plugin);
    const auto given = targets.intern(cell, name, 0, other);
    ASSERT_TRUE(given);
    EXPECT_EQ(targets.find(*given)->name(), name);
  }
  EXPECT_EQ(targets.find(first)->name(), "f");
  EXPECT_EQ(targets.find(0), nullptr);
  EXPECT_EQ(targets.find(Targets::count_max), nullptr);
  EXPECT_EQ(targets.find(Targets::count_max + 1), nullptr);
}

TEST(Targets, of_impossible_names_and_arities_are_refused) {
  rig::Lender lender("p");
  rig::Node node;
  node.add(lender.plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  const lodge_host* const host = lender.host;
  const auto resolved = [&](std::string_view service, std::string_view name, std::uint32_t arity = 1) {
    lodge_handle target = 0;
    return rig::table<lodge_call_v1>(host).resolve(host, service.data(), service.size(), name.data(), name.size(),
                                                   arity, &target);
  };
  const std::string longest(64, 'n');
  EXPECT_EQ(resolved("callee", "f"), LODGE_OK);
  EXPECT_EQ(resolved(longest, longest, 32), LODGE_OK);
  for (const std::string& wrong : {std::string(), longest + "n", std::string("a\nb"), std::string("\x1b[31m"),
                                   std::string("Upper"), std::string("a b"), std::string("a\0", 2), std::string("9")}) {
    EXPECT_EQ(resolved(wrong, "f"), LODGE_INVALID_ARGUMENT) << wrong;
    EXPECT_EQ(resolved("callee", wrong), LODGE_INVALID_ARGUMENT) << wrong;
  }
  EXPECT_EQ(resolved("callee", "f-g"), LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(resolved("callee", "f", 33), LODGE_INVALID_ARGUMENT);
  lodge_handle target = 0;
  EXPECT_EQ(rig::table<lodge_call_v1>(host).resolve(host, nullptr, 5, "f", 1, 0, &target), LODGE_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace lodge::service
