// Conformance, services 12 to 22: hooks in their orders, statuses and who hears of them, roll-back and retry.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>

#include "rig/node.hpp"
#include "service/service_info.hpp"

namespace lodge {
namespace {

using rig::eventually;
using rig::Node;
using rig::ScriptedPlugin;
using rig::Seen;
using service::Admin;
using service::Running;
using testing::ElementsAre;
using testing::HasSubstr;
using wire::Value;

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

// A second start is refused, and the running one goes on untouched.
TEST(services, 13) {
  std::vector<std::string> hooks;
  ScriptedPlugin plugin("p");
  record(plugin, hooks);
  plugin.callback("f", 0, [](const Seen& seen) { return seen.done(1); });
  Node node;
  node.add(plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  const auto before = node.runtime().find("s");
  const Status second = node.start("s", {"p"});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::ALREADY_EXISTS);
  EXPECT_EQ(node.runtime().find("s"), before);
  EXPECT_THAT(hooks, ElementsAre("p.config", "p.start"));
  EXPECT_EQ(node.call("s", "f").value, Value(1));
}

/// The services that a plugin of the node is told of, as "NAME STATUS".
std::vector<std::string> listed(const lodge_host* host) {
  std::vector<std::string> out;
  const auto see = [](void* user, const lodge_service_status* status) -> std::int32_t {
    static_cast<std::vector<std::string>*>(user)->push_back(
        std::string(text_of(status->name)) + " " +
        std::string(service::running_name(Running{static_cast<std::uint8_t>(status->running)})));
    return 0;
  };
  EXPECT_EQ(rig::table<lodge_service_v1>(host).status(host, "", 0, see, &out), LODGE_OK);
  return out;
}

// What runs is listed as running, on this node; what is stopped is not.
TEST(services, 14) {
  rig::Lender looker("looker");
  ScriptedPlugin plugin("p");
  Node node;
  node.add(looker.plugin, plugin);
  ASSERT_TRUE(node.start("looker", {"looker"}));
  ASSERT_TRUE(node.start("s", {"p"}));
  EXPECT_THAT(listed(looker.host), ElementsAre("looker running", "s running"));
  node.want("s", Admin::inactive);
  EXPECT_THAT(listed(looker.host), ElementsAre("looker running", "s stopped"));
  ASSERT_TRUE(node.runtime().remove("s", std::chrono::seconds(1)));
  EXPECT_THAT(listed(looker.host), ElementsAre("looker running"));
}

/// The children of an instance that starts one in its `start` hook: how many there are, and the newest's run.
struct Household {
  std::atomic<int> alive{0};
  std::atomic<int> started{0};
  std::atomic<lodge_handle> run{0};
  std::atomic<const lodge_host*> host{nullptr};

  std::int32_t start(const lodge_host* its_host) {
    host = its_host;
    constexpr std::string_view name = "poller";
    const lodge_child child{.struct_size = sizeof(lodge_child),
                            .name = slice_of(name),
                            .restart = LODGE_CHILD_PERMANENT,
                            .reserved = 0,
                            .start = [](void* user, lodge_handle its_run, lodge_writer*) -> std::int32_t {
                              auto& self = *static_cast<Household*>(user);
                              self.run = its_run;
                              ++self.alive;
                              ++self.started;
                              return LODGE_OK;
                            },
                            .stop = [](void* user, lodge_handle) { --static_cast<Household*>(user)->alive; },
                            .release = nullptr,
                            .user = this,
                            .unique_name = {},
                            .unique_value = {}};
    lodge_handle handle = 0;
    return rig::table<lodge_child_v1>(its_host).start(its_host, &child, nullptr, &handle);
  }
  [[nodiscard]] std::int32_t die() const {
    constexpr std::string_view why = "the line is dead";
    return rig::table<lodge_child_v1>(host).exit(host, run, LODGE_UNAVAILABLE, why.data(), why.size());
  }
};

// A child dies beyond its restart intensity: the service is failed with that error; the next retry runs with a new one.
TEST(services, 15) {
  Household household;
  ScriptedPlugin plugin("p");
  plugin.on_start([&](const lodge_host* host) { return household.start(host); });
  plugin.callback("f", 0, [](const Seen& seen) { return seen.done(1); });
  constexpr MonotonicNs ms = 1'000'000;
  Node node({.lifecycle = {.retry_min_ns = 50 * ms, .retry_max_ns = 1000 * ms, .stable_ns = 60'000 * ms}});
  node.add(plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  const auto state = [&] { return node.runtime().find("s")->state(); };
  for (int death = 1; death <= 3; ++death) {
    ASSERT_EQ(household.die(), LODGE_OK);
    ASSERT_TRUE(eventually([&] { return household.started == death + 1; }));
  }
  EXPECT_EQ(state().running, Running::running) << "three times in 5 s it is started again";
  ASSERT_EQ(household.die(), LODGE_OK);
  ASSERT_TRUE(eventually([&] { return state().failures == 1; }));
  EXPECT_EQ(state().last_error->code, Code::UNAVAILABLE);
  EXPECT_THAT(state().last_error->message, HasSubstr("child poller of plugin p"));
  EXPECT_THAT(state().last_error->message, HasSubstr("the line is dead"));
  EXPECT_TRUE(eventually([&] { return state().running == Running::running; }));
  EXPECT_EQ(household.started, 5);
  EXPECT_EQ(household.alive, 1);
  EXPECT_EQ(node.call("s", "f").value, Value(1));
}

// A pause leaves the child alone; inactive ends it, and not the store; active has a new one.
TEST(services, 16) {
  Household household;
  ScriptedPlugin plugin("p");
  plugin.on_start([&](const lodge_host* host) { return household.start(host); });
  Node node;
  node.add(plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  service::Store& store = node.runtime().find("s")->store();
  const Bytes key = {1};
  ASSERT_EQ(store.put(key, key), Code::OK);
  EXPECT_EQ(node.want("s", Admin::pause), Running::paused);
  EXPECT_EQ(household.alive, 1);
  EXPECT_EQ(household.started, 1) << "the same child";
  EXPECT_EQ(node.want("s", Admin::inactive), Running::stopped);
  EXPECT_EQ(household.alive, 0);
  EXPECT_EQ(store.entries(), 1U);
  EXPECT_EQ(node.want("s", Admin::active), Running::running);
  EXPECT_EQ(household.alive, 1);
  EXPECT_EQ(household.started, 2);
}

/// Notes what each plugin hears of the service's status, as PLUGIN.STATUS.
class Hearers {
 public:
  void listen(ScriptedPlugin& plugin, std::int32_t verdict = LODGE_CONTINUE) {
    plugin.callback("service_status_changed", 1, [this, verdict, &plugin](const Seen& seen) {
      const std::lock_guard lock(mutex_);
      heard_.push_back(plugin.name() + "." + *seen.args()[0].find("status")->as_text());
      return verdict;
    });
  }
  std::vector<std::string> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(heard_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> heard_;
};

// Each change is announced with its transient and its final status, in chain order, `starting` at the beginning too;
// the same status again says nothing. Whatever one plugin answers, the others hear it.
TEST(services, 17) {
  Hearers hearers;
  ScriptedPlugin p1("p1"), p2("p2");
  hearers.listen(p1, LODGE_DONE);
  hearers.listen(p2);
  Node node;
  node.add(p1, p2);
  ASSERT_TRUE(node.start("s", {"p1", "p2"}));
  EXPECT_THAT(hearers.take(), ElementsAre("p1.starting", "p2.starting", "p1.running", "p2.running"));
  node.want("s", Admin::pause);
  EXPECT_THAT(hearers.take(), ElementsAre("p1.pausing", "p2.pausing", "p1.paused", "p2.paused"));
  node.want("s", Admin::pause);
  EXPECT_THAT(hearers.take(), ElementsAre());
  node.want("s", Admin::active);
  EXPECT_THAT(hearers.take(), ElementsAre("p1.starting", "p2.starting", "p1.running", "p2.running"));
  node.want("s", Admin::inactive);
  EXPECT_THAT(hearers.take(), ElementsAre("p1.stopping", "p2.stopping", "p1.stopped", "p2.stopped"));
  node.want("s", Admin::active);
  EXPECT_THAT(hearers.take(), ElementsAre("p1.starting", "p2.starting", "p1.running", "p2.running"));
}

// What is known of a service: both statuses, each with its reason and time; the first reason is `init`.
TEST(services, 18) {
  std::string first_reason;
  ScriptedPlugin plugin("p");
  plugin.callback("service_status_changed", 1, [&](const Seen& seen) {
    if (first_reason.empty()) first_reason = *seen.args()[0].find("reason")->as_text();
    return LODGE_CONTINUE;
  });
  Node node;
  node.add(plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  EXPECT_EQ(first_reason, "init");
  const service::Service::State running = node.runtime().find("s")->state();
  EXPECT_EQ(running.reason, "started");
  EXPECT_EQ(running.admin, Admin::active);
  EXPECT_EQ(running.admin_reason, "init");
  node.want("s", Admin::pause);
  const service::Service::State paused = node.runtime().find("s")->state();
  EXPECT_EQ(paused.reason, "asked");
  EXPECT_EQ(paused.admin_reason, "asked");
  EXPECT_GE(paused.since_wall_ns, running.since_wall_ns);
  EXPECT_GE(paused.admin_since_wall_ns, running.since_wall_ns);
}

// All of it as one map: what operators and plugins are shown.
TEST(services, 18_as_it_is_shown) {
  ScriptedPlugin plugin("p", "3.1.4");
  plugin.setting("a", LODGE_TYPE_INT, 0, 1).setting("key", LODGE_TYPE_STRING, LODGE_SECRET, "hidden");
  plugin.callback("f", 2, [](const Seen& seen) { return seen.done(1); });
  Node node;
  node.add(plugin);
  service::ServiceSpec spec;
  spec.name = "s";
  spec.plugins = {"p"};
  spec.version = "1.2.3";
  spec.service_class = "demo";
  ASSERT_TRUE(node.runtime().start(spec));
  const auto shown = [&] {
    return service::service_info(*node.runtime().find("s"), node.runtime().children(), node.clock().wall());
  };
  const Value info = shown();
  for (const auto& [key, value] : {std::pair<const char*, Value>{"name", "s"},
                                   {"status", "running"},
                                   {"reason", "started"},
                                   {"admin", "active"},
                                   {"admin_reason", "init"},
                                   {"version", "1.2.3"},
                                   {"class", "demo"},
                                   {"node", "local"},
                                   {"last_error", ""}}) {
    ASSERT_NE(info.find(key), nullptr) << key;
    EXPECT_EQ(*info.find(key), value) << key;
  }
  const Value& first = info.find("plugins")->as_list()->front();
  EXPECT_EQ(*first.find("version"), Value("3.1.4"));
  EXPECT_EQ(*first.find("settings"), Value::map({{"a", 1}, {"key", "(secret)"}}));
  const Value& callback = info.find("callbacks")->as_list()->front();
  EXPECT_EQ(*callback.find("name"), Value("f"));
  EXPECT_EQ(*callback.find("arity"), Value(2));
  service::Change change;
  change.update["p"] = Value::map({{"a", 2}});
  ASSERT_TRUE(node.runtime().find("s")->change(change));
  const Value later = shown();
  EXPECT_FALSE(*later.find("config_hash") == *info.find("config_hash")) << "other settings, another hash";
}

// A service that nobody knows is unknown, and not live.
TEST(services, 19) {
  rig::Lender looker("looker");
  Node node;
  node.add(looker.plugin);
  ASSERT_TRUE(node.start("looker", {"looker"}));
  const auto never = [](void*, const lodge_service_status*) -> std::int32_t { return 0; };
  const lodge_service_v1& services = rig::table<lodge_service_v1>(looker.host);
  EXPECT_EQ(services.status(looker.host, "nobody", 6, never, nullptr), LODGE_NOT_FOUND);
  EXPECT_EQ(node.runtime().find("nobody"), nullptr);
  const rig::Answer answer = node.call("nobody", "f");
  EXPECT_EQ(answer.code, Code::UNAVAILABLE);
  EXPECT_EQ(answer.executed, Executed::no);
}

// One plugin that says no is enough for not ready, and a paused service is not.
TEST(services, 20) {
  std::atomic<bool> ready{false};
  ScriptedPlugin p1("p1"), p2("p2");
  p1.callback("service_ready", 0, [](const Seen& seen) { return seen.done(true); });
  p2.callback("service_ready", 0, [&](const Seen& seen) { return seen.done(ready.load()); });
  Node node;
  node.add(p1, p2);
  ASSERT_TRUE(node.start("s", {"p1", "p2"}));
  EXPECT_FALSE(node.runtime().find("s")->ready());
  ready = true;
  EXPECT_TRUE(node.runtime().find("s")->ready());
  node.want("s", Admin::pause);
  EXPECT_FALSE(node.runtime().find("s")->ready());
}

// Configured as paused it starts paused: its hooks have run, and no call gets in before it is made active.
TEST(services, 21) {
  std::vector<std::string> hooks;
  ScriptedPlugin plugin("p");
  record(plugin, hooks);
  plugin.callback("f", 0, [](const Seen& seen) { return seen.done(1); });
  Node node;
  node.add(plugin);
  service::ServiceSpec spec;
  spec.name = "s";
  spec.plugins = {"p"};
  spec.paused = true;
  ASSERT_TRUE(node.runtime().start(spec));
  EXPECT_EQ(node.runtime().find("s")->state().running, Running::paused);
  EXPECT_THAT(hooks, ElementsAre("p.config", "p.start"));
  EXPECT_EQ(node.call("s", "f").code, Code::UNAVAILABLE);
  EXPECT_EQ(node.want("s", Admin::active), Running::running);
  EXPECT_EQ(node.call("s", "f").value, Value(1));
  EXPECT_THAT(hooks, ElementsAre("p.config", "p.start")) << "and nothing was started twice";
}

// `start` fails in the second of three: the first (the lowest) is stopped, the third never started, status failed. It
// is tried again, later and later, until it succeeds.
TEST(services, 22) {
  std::vector<std::string> hooks;
  std::atomic<int> failures_left{3};
  ScriptedPlugin p1("p1"), p2("p2"), p3("p3");
  for (ScriptedPlugin* each : {&p1, &p2, &p3}) record(*each, hooks);
  p2.on_start([&](const lodge_host*) { return failures_left-- > 0 ? LODGE_UNAVAILABLE : LODGE_OK; });
  p2.callback("f", 0, [](const Seen& seen) { return seen.done(1); });
  constexpr MonotonicNs ms = 1'000'000;
  Node node({.lifecycle = {.retry_min_ns = 50 * ms, .retry_max_ns = 1000 * ms, .stable_ns = 60'000 * ms}});
  node.add(p1, p2, p3);
  const Status started = node.start("s", {"p1", "p2", "p3"});
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Code::UNAVAILABLE);
  EXPECT_THAT(started.error().message, HasSubstr("plugin p2, hook start"));
  EXPECT_EQ(node.runtime().find("s")->state().running, Running::failed);
  EXPECT_THAT(hooks, ElementsAre("p1.config", "p2.config", "p3.config", "p3.start", "p3.stop"));
  EXPECT_EQ(node.call("s", "f").code, Code::UNAVAILABLE);
  EXPECT_TRUE(eventually([&] { return node.runtime().find("s")->state().running == Running::running; }));
  EXPECT_EQ(node.runtime().find("s")->state().failures, 3U);
  EXPECT_EQ(node.call("s", "f").value, Value(1));
}

// Inactive keeps the service and its store, and nothing else; active again begins with new instances.
TEST(services, a_store_survives_pause_and_inactive) {
  std::atomic<int> made{0};
  ScriptedPlugin plugin("p");
  plugin.on_create([&](const lodge_host*) {
    ++made;
    return LODGE_OK;
  });
  Node node;
  node.add(plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  service::Store& store = node.runtime().find("s")->store();
  const Bytes key = {1};
  const Bytes value = {7};
  ASSERT_EQ(store.put(key, value), Code::OK);
  EXPECT_EQ(node.want("s", Admin::pause), Running::paused);
  EXPECT_EQ(store.entries(), 1U);
  EXPECT_EQ(node.want("s", Admin::inactive), Running::stopped);
  EXPECT_EQ(store.entries(), 1U);
  EXPECT_EQ(node.want("s", Admin::active), Running::running);
  EXPECT_EQ(store.entries(), 1U);
  EXPECT_EQ(made, 2);
}

}  // namespace
}  // namespace lodge
