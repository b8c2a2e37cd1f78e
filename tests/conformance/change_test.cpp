// Conformance, services 11 and 23 to 27: configuration and chains that change while the service runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "rig/node.hpp"

namespace lodge {
namespace {

using rig::eventually;
using rig::Node;
using rig::ScriptedPlugin;
using rig::Seen;
using service::Change;
using service::Changed;
using service::Running;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using wire::Value;

Result<Changed> change(Node& node, Change asked) { return node.runtime().find("s")->change(asked); }

Change update(const std::string& plugin, const std::string& key, const Value& value) {
  Change out;
  out.update[plugin] = Value::map({{key, value}});
  return out;
}

Change adding(const std::string& plugin) {
  Change out;
  out.add = {plugin};
  return out;
}

Change removing(const std::vector<std::string>& plugins) {
  Change out;
  out.remove = plugins;
  return out;
}

/// The settings of a plugin as it sees them.
Value settings_of(Node& node, const std::string& plugin) {
  for (const auto& each : node.runtime().find("s")->assembly()->instances) {
    if (each->name() == plugin) return Value::unpack(*each->context().settings()).value();
  }
  return {};
}

// What is given at the start runs through `config`, top to bottom, each seeing what the one before it has made of it;
// what nobody touches is kept.
TEST(services, 11) {
  std::vector<std::string> seen;
  ScriptedPlugin p1("p1"), p2("p2");
  p1.setting("z", LODGE_TYPE_INT, 0, 0).on_config([&](const Value& config, Value& replaced) {
    seen.push_back("p1 sees a = " + std::to_string(*config.find("p2")->find("a")->as_int()));
    replaced = config;
    replaced.find("p2")->set("a", 3);
    return LODGE_DONE;
  });
  p2.setting("a", LODGE_TYPE_INT, 0, 1).on_config([&](const Value& config, Value&) {
    seen.push_back("p2 sees a = " + std::to_string(*config.find("p2")->find("a")->as_int()));
    return LODGE_CONTINUE;
  });
  Node node;
  node.add(p1, p2);
  ASSERT_TRUE(node.start("s", {"p1", "p2"}, {{"p2", Value::map({{"a", 2}})}, {"p1", Value::map({{"z", 1}})}}));
  EXPECT_THAT(seen, ElementsAre("p1 sees a = 2", "p2 sees a = 3"));
  EXPECT_EQ(settings_of(node, "p2"), Value::map({{"a", 3}}));
  EXPECT_EQ(settings_of(node, "p1"), Value::map({{"z", 1}}));
}

// `merge` runs top to bottom, `updated` bottom to top, what `config` derives is derived anew, and no call is refused.
TEST(services, 23) {
  std::mutex mutex;
  std::vector<std::string> hooks;
  const auto note = [&](const std::string& what) {
    const std::lock_guard lock(mutex);
    hooks.push_back(what);
  };
  ScriptedPlugin p1("p1"), p2("p2");
  for (ScriptedPlugin* each : {&p1, &p2}) {
    each->setting("n", LODGE_TYPE_INT, 0, 1).setting("twice", LODGE_TYPE_INT, 0, 0);
    each->on_merge([&note, each](const Value&, const Value&, Value&) {
      note(each->name() + ".merge");
      return LODGE_CONTINUE;
    });
    each->on_config([each](const Value& config, Value& replaced) {
      replaced = config;
      Value& own = *replaced.find(each->name());
      own.set("twice", 2 * *own.find("n")->as_int());
      return LODGE_DONE;
    });
    each->on_updated([&note, each](const lodge_host*, const Value& config) {
      note(each->name() + ".updated n = " + std::to_string(*config.find("p2")->find("n")->as_int()));
      return LODGE_OK;
    });
  }
  p2.callback("f", 0, [](const Seen& seen) { return seen.done(1); });
  Node node;
  node.add(p1, p2);
  ASSERT_TRUE(node.start("s", {"p1", "p2"}));
  std::atomic<bool> stop{false};
  std::atomic<int> refused{0};
  std::atomic<int> answered{0};
  std::thread caller([&] {
    while (!stop) {
      if (node.call("s", "f").code != Code::OK) ++refused;
      ++answered;
    }
  });
  ASSERT_TRUE(eventually([&] { return answered > 10; }));
  const Result<Changed> changed = change(node, update("p2", "n", 21));
  stop = true;
  caller.join();
  ASSERT_TRUE(changed) << changed.error().text();
  EXPECT_THAT(hooks, ElementsAre("p1.merge", "p2.merge", "p2.updated n = 21", "p1.updated n = 21"));
  EXPECT_EQ(*settings_of(node, "p2").find("twice"), Value(42));
  EXPECT_THAT(changed->settings, ElementsAre("p2.n", "p2.twice"));
  EXPECT_THAT(changed->replaced, IsEmpty());
  EXPECT_EQ(refused, 0);
}

// What a plugin has merged in its own way is what counts.
TEST(services, 23_a_merge_of_a_plugins_own_wins) {
  ScriptedPlugin plugin("p");
  plugin.setting("list", LODGE_TYPE_LIST, 0, Value::List{});
  plugin.on_merge([](const Value& current, const Value& change, Value& merged) {
    merged = current;
    Value::List list = current.find("list") != nullptr ? *current.find("list")->as_list() : Value::List();
    for (const Value& each : *change.find("list")->as_list()) list.push_back(each);
    merged.set("list", list);
    return LODGE_DONE;
  });
  Node node;
  node.add(plugin);
  ASSERT_TRUE(node.start("s", {"p"}, {{"p", Value::map({{"list", Value::List{1}}})}}));
  ASSERT_TRUE(change(node, update("p", "list", Value::List{2})));
  ASSERT_TRUE(change(node, update("p", "list", Value::List{3})));
  EXPECT_EQ(*settings_of(node, "p").find("list"), Value(Value::List{1, 2, 3}));
}

// An update that is wrong changes nothing, and says where it is wrong; one that a hook refuses neither.
TEST(services, 24) {
  ScriptedPlugin p1("p1"), p2("p2");
  p1.setting("n", LODGE_TYPE_INT, 0, 1).on_updated([](const lodge_host*, const Value&) { return LODGE_OK; });
  p2.setting("n", LODGE_TYPE_INT, 0, 1).on_config([](const Value& config, Value&) {
    return *config.find("p2")->find("n")->as_int() < 10 ? std::int32_t{LODGE_CONTINUE}
                                                        : std::int32_t{LODGE_OUT_OF_RANGE};
  });
  std::atomic<int> told{0};
  p2.on_updated([&](const lodge_host*, const Value&) {
    ++told;
    return LODGE_OK;
  });
  Node node;
  node.add(p1, p2);
  ASSERT_TRUE(node.start("s", {"p1", "p2"}));
  Change both = update("p1", "n", 5);
  both.update["p2"] = Value::map({{"n", "seven"}});
  const Result<Changed> wrong = change(node, both);
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message, HasSubstr("service.s.config.p2.n: expected integer"));
  EXPECT_THAT(change(node, update("p2", "m", 1)).error().message, HasSubstr("service.s.config.p2.m"));
  EXPECT_THAT(change(node, update("p3", "m", 1)).error().message, HasSubstr("service.s.config.p3: no plugin"));
  EXPECT_EQ(change(node, update("p2", "n", 10)).error().code, Code::OUT_OF_RANGE);
  EXPECT_EQ(settings_of(node, "p1"), Value::map({{"n", 1}}));
  EXPECT_EQ(settings_of(node, "p2"), Value::map({{"n", 1}}));
  EXPECT_EQ(told, 0);
  EXPECT_EQ(node.runtime().find("s")->state().running, Running::running);
}

// A change that one plugin cannot take is taken back from those that have taken it.
TEST(services, 24_a_change_that_is_refused_late_is_taken_back) {
  std::vector<std::int64_t> told;
  ScriptedPlugin p1("p1"), p2("p2");
  p1.on_updated([](const lodge_host*, const Value& config) {
    return *config.find("p2")->find("n")->as_int() == 1 ? LODGE_OK : LODGE_UNAVAILABLE;
  });
  p2.setting("n", LODGE_TYPE_INT, 0, 1).on_updated([&](const lodge_host*, const Value& config) {
    told.push_back(*config.find("p2")->find("n")->as_int());
    return LODGE_OK;
  });
  Node node;
  node.add(p1, p2);
  ASSERT_TRUE(node.start("s", {"p1", "p2"}));
  EXPECT_THAT(change(node, update("p2", "n", 2)).error().message, HasSubstr("plugin p1, hook updated"));
  EXPECT_THAT(told, ElementsAre(2, 1));
  EXPECT_EQ(settings_of(node, "p2"), Value::map({{"n", 1}}));
}

// Nothing changes in a dry run, and it says what would.
TEST(services, 24_dry_run) {
  ScriptedPlugin plugin("p");
  plugin.setting("n", LODGE_TYPE_INT, 0, 1);
  Node node;
  node.add(plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  Change asked = update("p", "n", 2);
  asked.dry_run = true;
  const Result<Changed> changed = change(node, asked);
  ASSERT_TRUE(changed) << changed.error().text();
  EXPECT_THAT(changed->settings, ElementsAre("p.n"));
  EXPECT_EQ(settings_of(node, "p"), Value::map({{"n", 1}}));
  EXPECT_THAT(change(node, update("p", "n", 2))->settings, ElementsAre("p.n"));
  EXPECT_EQ(settings_of(node, "p"), Value::map({{"n", 2}}));
}

// A plugin that another needs is not removed alone; both together are: stopped, their callbacks gone.
TEST(services, 25) {
  std::vector<std::string> stopped;
  ScriptedPlugin p1("p1"), p2("p2"), p3("p3");
  p1.depends("p2");
  for (ScriptedPlugin* each : {&p1, &p2, &p3}) {
    each->callback("f_" + each->name(), 0, [](const Seen& seen) { return seen.done(1); });
    each->on_stop([&stopped, each](const lodge_host*) {
      stopped.push_back(each->name());
      return LODGE_OK;
    });
  }
  Node node;
  node.add(p1, p2, p3);
  ASSERT_TRUE(node.start("s", {"p1", "p2", "p3"}));
  const Result<Changed> alone = change(node, removing({"p2"}));
  ASSERT_FALSE(alone);
  EXPECT_THAT(alone.error().message, HasSubstr("needed by p1"));
  EXPECT_THAT(node.chain("s"), ElementsAre("p1", "p2", "p3", "base"));
  const Result<Changed> both = change(node, removing({"p2", "p1"}));
  ASSERT_TRUE(both) << both.error().text();
  EXPECT_THAT(both->removed, ElementsAre("p1", "p2"));
  EXPECT_THAT(node.chain("s"), ElementsAre("p3", "base"));
  EXPECT_THAT(stopped, ElementsAre("p1", "p2"));
  EXPECT_EQ(node.call("s", "f_p1").code, Code::UNIMPLEMENTED);
  EXPECT_EQ(node.call("s", "f_p3").value, Value(1));
  EXPECT_THAT(change(node, removing({"p4"})).error().message, HasSubstr("has no plugin `p4`"));
}

// A plugin is added under load: no call fails, and its callbacks can be called at once.
TEST(services, 26) {
  ScriptedPlugin p1("p1"), p2("p2");
  p1.callback("f", 0, [](const Seen& seen) { return seen.done(1); });
  p2.callback("g", 0, [](const Seen& seen) { return seen.done(2); });
  Node node;
  node.add(p1, p2);
  ASSERT_TRUE(node.start("s", {"p1"}));
  EXPECT_EQ(node.call("s", "g").code, Code::UNIMPLEMENTED);
  std::atomic<bool> stop{false};
  std::atomic<int> failed{0};
  std::atomic<int> answered{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 2; ++i) {
    callers.emplace_back([&] {
      while (!stop) {
        if (node.call("s", "f").code != Code::OK) ++failed;
        ++answered;
      }
    });
  }
  for (int round = 0; round < 20; ++round) {
    const int before = answered;
    ASSERT_TRUE(eventually([&] { return answered > before + 2; }));
    const Result<Changed> added = change(node, adding("p2"));
    EXPECT_TRUE(added) << added.error().text();
    EXPECT_EQ(node.call("s", "g").value, Value(2));
    EXPECT_TRUE(change(node, removing({"p2"})));
    EXPECT_EQ(node.call("s", "g").code, Code::UNIMPLEMENTED);
  }
  stop = true;
  for (std::thread& each : callers) each.join();
  EXPECT_EQ(failed, 0);
}

// What was reconfigured before stays when something else is.
TEST(services, 27) {
  ScriptedPlugin plugin("p");
  plugin.setting("a", LODGE_TYPE_INT, 0, 1).setting("b", LODGE_TYPE_INT, 0, 1).setting("c", LODGE_TYPE_INT, 0, 1);
  Node node;
  node.add(plugin);
  ASSERT_TRUE(node.start("s", {"p"}, {{"p", Value::map({{"a", 2}})}}));
  ASSERT_TRUE(change(node, update("p", "b", 2)));
  ASSERT_TRUE(change(node, update("p", "c", 2)));
  EXPECT_EQ(settings_of(node, "p"), Value::map({{"a", 2}, {"b", 2}, {"c", 2}}));
  ASSERT_TRUE(change(node, update("p", "b", Value())));
  EXPECT_EQ(settings_of(node, "p"), Value::map({{"a", 2}, {"b", 1}, {"c", 2}})) << "nil is the default again";
}

TEST(services, a_plugin_that_cannot_take_a_change_is_replaced_by_a_new_instance) {
  std::atomic<int> made{0};
  ScriptedPlugin plugin("p"), other("q");
  plugin.setting("n", LODGE_TYPE_INT, 0, 1).on_create([&](const lodge_host*) {
    ++made;
    return LODGE_OK;
  });
  plugin.callback("n", 0, [](const Seen& seen) {
    Writer own;
    EXPECT_EQ(seen.table<lodge_config_v1>().own(seen.host, &own), LODGE_OK);
    return seen.done(*Value::unpack(own.view()).value().find("n"));
  });
  Node node;
  node.add(plugin, other);
  ASSERT_TRUE(node.start("s", {"p", "q"}));
  const Result<Changed> changed = change(node, update("p", "n", 2));
  ASSERT_TRUE(changed) << changed.error().text();
  EXPECT_EQ(made, 2);
  EXPECT_EQ(node.call("s", "n").value, Value(2));
  ASSERT_EQ(changed->replaced.size(), 1U);
}

TEST(services, a_change_from_the_services_own_code_would_wait_for_itself) {
  Node node;
  ScriptedPlugin plugin("p");
  plugin.callback("change_me", 0, [&](const Seen& seen) {
    return seen.done(std::string(code_name(change(node, update("p", "n", 2)).error().code)));
  });
  node.add(plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  EXPECT_EQ(node.call("s", "change_me").value, Value("DEADLOCK"));
}

}  // namespace
}  // namespace lodge
