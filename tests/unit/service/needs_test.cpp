// What `query` gives to the plugins of a running service: what a plugin can do without may be denied it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "rig/node.hpp"

namespace lodge::service {
namespace {

TEST(Needs, that_are_none_get_null_where_they_are_denied_and_the_plugin_runs_on) {
  rig::ScriptedPlugin careful("careful"), other("other");
  rig::Node node;
  for (rig::ScriptedPlugin* each : {&careful, &other}) {
    each->callback(
        "has", 1,
        [](const rig::Seen& seen) {
          const std::string id = *seen.args()[0].as_text();
          return seen.done(seen.host->query(seen.host, id.data(), id.size()) != nullptr);
        },
        LODGE_FUNCTION);
    node.add(*each);
    node.plugins().deny("careful", "lodge.store/1");
    ASSERT_TRUE(node.start(each->name(), {each->name()}));
  }
  EXPECT_EQ(node.call("careful", "has", {"lodge.store/1"}).value, wire::Value(false));
  EXPECT_EQ(node.call("careful", "has", {"lodge.log/1"}).value, wire::Value(true));
  EXPECT_EQ(node.call("other", "has", {"lodge.store/1"}).value, wire::Value(true));
}

TEST(Needs, get_null_for_ids_that_no_host_has) {
  rig::Lender lender("p");
  rig::Node node;
  node.add(lender.plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  const auto asked = [&](std::string_view id) { return lender.host->query(lender.host, id.data(), id.size()); };
  EXPECT_NE(asked("lodge.store/1"), nullptr);
  for (const std::string_view id : {"lodge.store/2", "lodge.store", "", "lodge.store/1 "}) {
    EXPECT_EQ(asked(id), nullptr) << id;
  }
  EXPECT_EQ(lender.host->query(lender.host, nullptr, 0), nullptr);
}

TEST(Needs, that_are_unknown_are_refused_in_whole_sentences) {
  for (const auto& [need, instead] :
       {std::pair{"lodge.cal/1",
                  "did you mean `lodge.call/1`? Take a plugin that is made for this host, or a newer host"},
        std::pair{"lodge.call/9", "; it has lodge.call/1, another revision of it. Take a plugin"}}) {
    rig::ScriptedPlugin plugin("p");
    plugin.needs(need);
    rig::Node node;
    node.add(plugin);
    const Status started = node.start("s", {"p"});
    ASSERT_FALSE(started);
    EXPECT_THAT(started.error().message, testing::HasSubstr(instead));
  }
}

}  // namespace
}  // namespace lodge::service
