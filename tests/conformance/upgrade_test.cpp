// Plugins that are upgraded while their service runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
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
using testing::HasSubstr;
using wire::Value;

Result<Changed> change(Node& node, const Change& asked) { return node.runtime().find("s")->change(asked); }

/// A plugin of that version, whose `version/0` says it.
void answer_with_version(ScriptedPlugin& plugin, const std::string& version) {
  plugin.callback("version", 0, [version](const Seen& seen) { return seen.done(version); });
}

TEST(services, an_upgrade_hands_state_over_and_fails_no_call) {
  Node node;
  ScriptedPlugin old("p", "1.0.0");
  answer_with_version(old, "1.0.0");
  old.on_handover([] { return Value(41); }, [](const Value&) { return LODGE_OK; });
  node.add(old);
  ASSERT_TRUE(node.start("s", {"p"}));
  std::atomic<bool> stop{false};
  std::atomic<int> failed{0}, by_old{0}, by_new{0};
  std::thread caller([&] {
    while (!stop) {
      const rig::Answer answer = node.call("s", "version");
      if (answer.code != Code::OK) ++failed;
      ++(answer.value == Value("1.0.0") ? by_old : by_new);
    }
  });
  ASSERT_TRUE(eventually([&] { return by_old > 10; }));
  ScriptedPlugin fresh("p", "2.0.0");
  answer_with_version(fresh, "2.0.0");
  Value handed;
  fresh.on_handover([] { return Value(); },
                    [&](const Value& state) {
                      handed = state;
                      return LODGE_OK;
                    });
  node.add(fresh);
  Change asked;
  asked.upgrade = {"p"};
  const Result<Changed> changed = change(node, asked);
  EXPECT_TRUE(changed) << changed.error().text();
  EXPECT_TRUE(eventually([&] { return by_new > 10; }));
  stop = true;
  caller.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(handed, Value(41));
  ASSERT_EQ(changed->replaced.size(), 1U);
  EXPECT_EQ(changed->replaced[0].from, "1.0.0");
  EXPECT_EQ(changed->replaced[0].to, "2.0.0");
  EXPECT_THAT(change(node, asked).error().message, HasSubstr("2.0.0 is what runs already"));
}

// A plugin that counts in memory, and hands over exclusively, loses no count.
TEST(services, an_exclusive_handover_holds_calls_and_fails_none) {
  Node node;
  std::atomic<std::int64_t> old_count{0}, new_count{0};
  const auto counting = [](std::atomic<std::int64_t>& count) {
    return [&count](const Seen& seen) { return seen.done(++count); };
  };
  ScriptedPlugin old("p", "1.0.0");
  old.callback("count", 0, counting(old_count));
  old.on_handover([&] { return Value(old_count.load()); }, [](const Value&) { return LODGE_OK; },
                  LODGE_EXCLUSIVE_HANDOVER);
  node.add(old);
  ASSERT_TRUE(node.start("s", {"p"}));
  std::atomic<bool> stop{false};
  std::atomic<std::int64_t> counted{0};
  std::atomic<int> failed{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 3; ++i) {
    callers.emplace_back([&] {
      while (!stop) node.call("s", "count").code == Code::OK ? void(++counted) : void(++failed);
    });
  }
  ASSERT_TRUE(eventually([&] { return counted > 20; }));
  ScriptedPlugin fresh("p", "2.0.0");
  fresh.callback("count", 0, counting(new_count));
  fresh.on_handover([&] { return Value(new_count.load()); },
                    [&](const Value& state) {
                      new_count = *state.as_int();
                      return LODGE_OK;
                    });
  node.add(fresh);
  Change asked;
  asked.upgrade = {"p"};
  const Result<Changed> changed = change(node, asked);
  EXPECT_TRUE(changed) << changed.error().text();
  const std::int64_t before = counted;
  EXPECT_TRUE(eventually([&] { return counted > before + 20; }));
  stop = true;
  for (std::thread& each : callers) each.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(new_count, counted) << "each call counted once, in one of the two";
}

/// One child of each version, with a unique name; counts how many there are at a time.
struct Sole {
  std::atomic<int> alive{0};
  std::atomic<int> most{0};
  std::atomic<int> starts{0};

  void belongs_to(ScriptedPlugin& plugin) {
    plugin.on_start([this](const lodge_host* host) {
      constexpr std::string_view name = "port";
      const lodge_child child{.struct_size = sizeof(lodge_child),
                              .name = slice_of(name),
                              .restart = LODGE_CHILD_PERMANENT,
                              .reserved = 0,
                              .start = [](void* user, lodge_handle, lodge_writer*) -> std::int32_t {
                                auto& self = *static_cast<Sole*>(user);
                                self.most = std::max(self.most.load(), ++self.alive);
                                ++self.starts;
                                return LODGE_OK;
                              },
                              .stop = [](void* user, lodge_handle) { --static_cast<Sole*>(user)->alive; },
                              .release = nullptr,
                              .user = this,
                              .unique_name = slice_of(name),
                              .unique_value = {}};
      lodge_handle handle = 0;
      return rig::table<lodge_child_v1>(host).start(host, &child, nullptr, &handle);
    });
  }
};

// Its children are down from save to swap, so that those of the new one may have what only one can: a port, a name.
TEST(services, an_exclusive_handover_lets_only_one_versions_children_live) {
  Node node;
  Sole sole;
  ScriptedPlugin old("p", "1.0.0");
  std::atomic<int> alive_at_save{-1};
  old.on_handover(
      [&] {
        alive_at_save = sole.alive.load();
        return Value(1);
      },
      [](const Value&) { return LODGE_OK; }, LODGE_EXCLUSIVE_HANDOVER);
  sole.belongs_to(old);
  node.add(old);
  ASSERT_TRUE(node.start("s", {"p"}));
  ScriptedPlugin fresh("p", "2.0.0");
  fresh.on_handover([] { return Value(); }, [](const Value&) { return LODGE_OK; });
  sole.belongs_to(fresh);
  node.add(fresh);
  Change asked;
  asked.upgrade = {"p"};
  const Result<Changed> changed = change(node, asked);
  ASSERT_TRUE(changed) << changed.error().text();
  EXPECT_EQ(alive_at_save, 0);
  EXPECT_EQ(sole.alive, 1);
  EXPECT_EQ(sole.most, 1);
  EXPECT_EQ(sole.starts, 2);
}

TEST(services, a_handover_that_fails_has_the_old_instances_children_live_again) {
  Node node;
  Sole sole;
  ScriptedPlugin old("p", "1.0.0");
  old.on_handover([] { return Value(1); }, [](const Value&) { return LODGE_OK; }, LODGE_EXCLUSIVE_HANDOVER);
  sole.belongs_to(old);
  node.add(old);
  ASSERT_TRUE(node.start("s", {"p"}));
  ScriptedPlugin fresh("p", "2.0.0");
  fresh.on_handover([] { return Value(); }, [](const Value&) { return LODGE_DATA_LOSS; });
  node.add(fresh);
  Change asked;
  asked.upgrade = {"p"};
  EXPECT_EQ(change(node, asked).error().code, Code::DATA_LOSS);
  EXPECT_TRUE(eventually([&] { return sole.starts == 2 && sole.alive == 1; }));
}

TEST(services, a_handover_that_fails_gives_held_calls_to_the_old_instance) {
  Node node;
  ScriptedPlugin old("p", "1.0.0");
  answer_with_version(old, "1.0.0");
  old.on_handover([] { return Value(1); }, [](const Value&) { return LODGE_OK; }, LODGE_EXCLUSIVE_HANDOVER);
  node.add(old);
  ASSERT_TRUE(node.start("s", {"p"}));
  ScriptedPlugin fresh("p", "2.0.0");
  answer_with_version(fresh, "2.0.0");
  std::future<rig::Answer> held;
  fresh.on_handover([] { return Value(); },
                    [&](const Value&) {
                      held = node.send("s", "version");
                      EXPECT_TRUE(eventually([&] { return node.runtime().ground().tickets.size() == 1; }));
                      return LODGE_DATA_LOSS;
                    });
  node.add(fresh);
  Change asked;
  asked.upgrade = {"p"};
  EXPECT_EQ(change(node, asked).error().code, Code::DATA_LOSS);
  EXPECT_EQ(held.get().value, Value("1.0.0"));
}

TEST(services, an_upgrade_that_fails_to_start_changes_nothing) {
  Node node;
  ScriptedPlugin old("p", "1.0.0");
  answer_with_version(old, "1.0.0");
  node.add(old);
  ASSERT_TRUE(node.start("s", {"p"}));
  ScriptedPlugin fresh("p", "2.0.0");
  answer_with_version(fresh, "2.0.0");
  int destroyed = 0;
  fresh.on_start([](const lodge_host*) { return LODGE_UNAVAILABLE; });
  fresh.on_destroy([&](const lodge_host*) { return ++destroyed; });
  node.add(fresh);
  Change asked;
  asked.upgrade = {"p"};
  EXPECT_THAT(change(node, asked).error().message, HasSubstr("plugin p, hook start"));
  EXPECT_EQ(node.call("s", "version").value, Value("1.0.0"));
  EXPECT_EQ(destroyed, 1);
}

}  // namespace
}  // namespace lodge
