// What a `config` hook makes of the configuration is held to the rules that the file is held to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rig/node.hpp"

namespace lodge::service {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using wire::Value;

/// How a service starts whose plugin's hook answers with that configuration.
std::string started_with(const Value& config) {
  rig::ScriptedPlugin plugin("p"), below("q");
  plugin.setting("size", LODGE_TYPE_INT);
  below.setting("size", LODGE_TYPE_INT);
  plugin.on_config([&](const Value&, Value& replaced) {
    replaced = config;
    return LODGE_DONE;
  });
  rig::Node node;
  node.add(plugin, below);
  const Status started = node.start("s", {"p", "q"});
  return started ? "started" : started.error().message;
}

TEST(ConfigHook, may_change_the_tables_of_all_plugins) {
  EXPECT_EQ(started_with(Value::map({{"p", Value::map({{"size", 1}})}, {"q", Value::map({{"size", 2}})}})), "started");
}

TEST(ConfigHook, may_leave_tables_out) { EXPECT_EQ(started_with(Value::map({})), "started"); }

TEST(ConfigHook, adds_no_setting_that_a_plugin_does_not_have) {
  EXPECT_THAT(started_with(Value::map({{"p", Value::map({{"sise", 1}})}})),
              HasSubstr("service.s.config.p.sise: plugin p has no such setting; did you mean `size`?"));
  EXPECT_THAT(started_with(Value::map({{"q", Value::map({{"colour", 1}})}})),
              HasSubstr("service.s.config.q.colour: plugin q has no such setting"));
}

TEST(ConfigHook, adds_no_table_for_a_plugin_that_is_not_there) {
  EXPECT_THAT(
      started_with(Value::map({{"r", Value::map({})}})),
      AllOf(HasSubstr("service.s.config.r: a `config` hook has made this table"), HasSubstr("no plugin of that name")));
}

TEST(ConfigHook, gives_no_plugin_two_tables) {
  Value twice = Value::map({{"p", Value::map({{"size", 1}})}, {"p", Value::map({{"size", 2}})}});
  EXPECT_THAT(started_with(twice), HasSubstr("service.s.config.p: a `config` hook has made this table"));
}

}  // namespace
}  // namespace lodge::service
