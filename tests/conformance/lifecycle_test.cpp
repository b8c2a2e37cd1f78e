// Conformance, services 12 and 22 (without its retry): hooks in their orders, and roll-back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rig/node.hpp"

namespace lodge {
namespace {

using rig::Node;
using rig::ScriptedPlugin;
using testing::ElementsAre;
using testing::HasSubstr;

/// Writes `NAME.HOOK` for each hook of a plugin that runs.
void record(ScriptedPlugin& plugin, std::vector<std::string>& hooks) {
  const auto note = [&plugin, &hooks](const std::string& hook) {
    hooks.push_back(plugin.name() + "." + hook);
    return LODGE_OK;
  };
  plugin.on_start([note](const lodge_host*) { return note("start"); });
  plugin.on_stop([note](const lodge_host*) { return note("stop"); });
  plugin.on_config([note](const wire::Value&, wire::Value&) {
    (void)note("config");
    return LODGE_CONTINUE;
  });
}

// `config` and `stop` top to bottom, `start` bottom to top.
TEST(services, 12) {
  std::vector<std::string> hooks;
  ScriptedPlugin p1("p1"), p2("p2"), p3("p3");
  for (ScriptedPlugin* each : {&p1, &p2, &p3}) record(*each, hooks);
  {
    Node node;
    node.add(p1, p2, p3);
    ASSERT_TRUE(node.start("s", {"p1", "p2", "p3"}));
  }
  EXPECT_THAT(hooks, ElementsAre("p1.config", "p2.config", "p3.config", "p3.start", "p2.start", "p1.start", "p1.stop",
                                 "p2.stop", "p3.stop"));
}

// `start` fails in the second of three: the first (the lowest) is stopped, the third never started, status failed.
TEST(services, 22) {
  std::vector<std::string> hooks;
  ScriptedPlugin p1("p1"), p2("p2"), p3("p3");
  for (ScriptedPlugin* each : {&p1, &p2, &p3}) record(*each, hooks);
  p2.on_start([](const lodge_host*) { return LODGE_UNAVAILABLE; });
  Node node;
  node.add(p1, p2, p3);
  const Status started = node.start("s", {"p1", "p2", "p3"});
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Code::UNAVAILABLE);
  EXPECT_THAT(started.error().message, HasSubstr("plugin p2, hook start"));
  EXPECT_THAT(hooks, ElementsAre("p1.config", "p2.config", "p3.config", "p3.start", "p3.stop"));
  EXPECT_EQ(node.runtime().find("s")->state().running, service::Running::failed);
  EXPECT_EQ(node.call("s", "f").code, Code::UNAVAILABLE);
}

}  // namespace
}  // namespace lodge
