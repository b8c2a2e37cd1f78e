#include "service/targets.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace lodge::service
