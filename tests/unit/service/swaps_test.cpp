// Chains that change all the time, under calls that never stop.
#include <gtest/gtest.h>

#include <atomic>
#include <map>
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
using wire::Value;

/// A plugin whose `generation/0` answers which of its instances that is.
class Generations {
 public:
  Generations() {
    plugin.on_create([this](const lodge_host* host) {
      const std::lock_guard lock(mutex_);
      const std::int64_t number = static_cast<std::int64_t>(of_.size()) + 1;
      of_[host] = number;
      return LODGE_OK;
    });
    plugin.callback("generation", 0, [this](const Seen& seen) {
      const std::lock_guard lock(mutex_);
      return seen.done(of_.at(seen.host));
    });
  }
  ScriptedPlugin plugin{"p"};

 private:
  std::mutex mutex_;
  std::map<const lodge_host*, std::int64_t> of_;
};

/// Calls from outside, without an end and without a retry.
class Callers {
 public:
  explicit Callers(Node& node) {
    for (int i = 0; i < 3; ++i) {
      threads_.emplace_back([this, &node] {
        while (!stop_) {
          const rig::Answer answer = node.call("s", "generation");
          if (answer.code != Code::OK) {
            ++failed;
          } else {
            last = *answer.value.as_int();
          }
          ++answered;
        }
      });
    }
  }
  ~Callers() {
    stop_ = true;
    for (std::thread& each : threads_) each.join();
  }
  Callers(const Callers&) = delete;
  Callers& operator=(const Callers&) = delete;

  std::atomic<int> failed{0};
  std::atomic<std::int64_t> answered{0};
  std::atomic<std::int64_t> last{0};

 private:
  std::atomic<bool> stop_{false};
  std::vector<std::thread> threads_;
};

TEST(Swaps, of_plugins_that_come_and_go_fail_no_call) {
  Generations generations;
  ScriptedPlugin extra("extra");
  extra.callback("generation", 0, [](const Seen&) { return LODGE_CONTINUE; });
  Node node;
  node.add(generations.plugin, extra);
  ASSERT_TRUE(node.start("s", {"p"}));
  const auto service = node.runtime().find("s");
  Callers callers(node);
  Change add, remove;
  add.add = {"extra"};
  remove.remove = {"extra"};
  for (int i = 0; i < 500; ++i) {
    const std::int64_t before = callers.answered;
    ASSERT_TRUE(service->change(add));
    ASSERT_TRUE(service->change(remove));
    ASSERT_TRUE(eventually([&] { return callers.answered > before; }));
  }
  EXPECT_EQ(callers.failed, 0);
  EXPECT_EQ(callers.last, 1) << "the plugin that stayed is the same instance";
}

TEST(Swaps, of_a_plugin_for_its_next_version_fail_no_call_and_both_are_seen) {
  Generations generations;
  Node node;
  node.add(generations.plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  const auto service = node.runtime().find("s");
  Callers callers(node);
  Change upgrade;
  upgrade.upgrade = {"p"};
  for (std::int64_t generation = 1; generation <= 100; ++generation) {
    ASSERT_TRUE(eventually([&] { return callers.last == generation; })) << "the old one answers";
    node.add(generations.plugin);  // as if its file had been replaced
    const auto changed = service->change(upgrade);
    ASSERT_TRUE(changed) << changed.error().text();
    ASSERT_TRUE(eventually([&] { return callers.last == generation + 1; })) << "and so does the new one";
  }
  EXPECT_EQ(callers.failed, 0);
}

TEST(Swaps, go_on_between_pauses_and_stops) {
  Generations generations;
  ScriptedPlugin extra("extra");
  Node node;
  node.add(generations.plugin, extra);
  ASSERT_TRUE(node.start("s", {"p"}));
  const auto service = node.runtime().find("s");
  std::atomic<bool> stop{false};
  std::thread operator_thread([&] {
    for (int i = 0; !stop; ++i) {
      constexpr service::Admin wishes[] = {service::Admin::pause, service::Admin::active, service::Admin::inactive,
                                           service::Admin::active};
      (void)service->want(wishes[i % 4], "test");
      if (i % 3 == 0) (void)service->settle(std::chrono::seconds(10));
    }
  });
  for (int i = 0; i < 200; ++i) {
    Change asked;
    (i % 2 == 0 ? asked.add : asked.remove) = {"extra"};
    EXPECT_TRUE(service->change(asked));
  }
  stop = true;
  operator_thread.join();
  EXPECT_EQ(node.want("s", service::Admin::active), service::Running::running);
  EXPECT_EQ(node.call("s", "generation").code, Code::OK);
}

}  // namespace
}  // namespace lodge
