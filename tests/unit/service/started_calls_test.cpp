// Calls that plugins start and do not wait for: each is answered once, whatever becomes of the plugin.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>

#include "rig/node.hpp"

namespace lodge {
namespace {

using rig::eventually;
using rig::Node;
using rig::ScriptedPlugin;
using rig::Seen;
using testing::AllOf;
using testing::Each;
using testing::Field;
using testing::SizeIs;
using wire::Value;

const lodge_call_v1& calls_of(const lodge_host* host) { return rig::table<lodge_call_v1>(host); }

/// What came back for one call.
struct Told {
  std::int32_t code = LODGE_OK;
  std::int32_t executed = LODGE_EXECUTED_YES;
};

/// Starts calls for an instance, and counts how often each is answered.
class Asker {
 public:
  explicit Asker(const std::string& name) : plugin(name) {
    plugin.on_start([this](const lodge_host* lent) {
      host = lent;
      return LODGE_OK;
    });
  }

  /// What `start` answered.
  std::int32_t ask(const std::string& service, const std::string& name, lodge_handle* pending = nullptr) {
    lodge_handle target = 0;
    const std::int32_t resolved =
        calls_of(host).resolve(host, service.data(), service.size(), name.data(), name.size(), 0, &target);
    if (resolved != LODGE_OK) return resolved;
    auto* const asked = new Asked{this};
    const std::int32_t code = calls_of(host).start(host, target, nullptr, 0, nullptr, &take, asked, pending);
    if (code != LODGE_OK) delete asked;
    return code;
  }
  [[nodiscard]] std::vector<Told> told() const {
    std::lock_guard lock(mutex_);
    return told_;
  }

  ScriptedPlugin plugin;
  const lodge_host* host = nullptr;
  /// Called with each answer.
  std::function<void()> on_answer = [] {};

 private:
  struct Asked {
    Asker* asker;
  };
  static void take(void* user, std::int32_t code, std::int32_t executed, const lodge_slice*) {
    const std::unique_ptr<Asked> asked(static_cast<Asked*>(user));
    Asker& self = *asked->asker;
    self.on_answer();
    std::lock_guard lock(self.mutex_);
    self.told_.push_back({code, executed});
  }

  mutable std::mutex mutex_;
  std::vector<Told> told_;
};

/// Takes a ticket for each call and keeps it.
struct Keeper {
  Keeper() {
    plugin.callback("keep", 0, [this](const Seen& seen) {
      host = seen.host;
      ticket = seen.defer();
      ++kept;
      return LODGE_DEFERRED;
    });
  }
  std::int32_t complete() const { return calls_of(host).complete(host, ticket, LODGE_DONE, nullptr, 0); }

  ScriptedPlugin plugin{"keeper"};
  std::atomic<const lodge_host*> host{nullptr};
  std::atomic<lodge_handle> ticket{0};
  std::atomic<int> kept{0};
};

struct StartedCalls : testing::Test {
  Asker asker{"asker"};
  Asker below{"below"};
  Keeper keeper;
  ScriptedPlugin other{"other"};
  Node node;

  void SetUp() override {
    node.add(asker.plugin, keeper.plugin);
    ASSERT_TRUE(node.start("keeper", {"keeper"}));
    ASSERT_TRUE(node.start("asker", {"asker"}));
  }
  /// The last one started, and only that one.
  bool stop_asker() {
    return node.runtime().stop(node.runtime().services().back()->name(), std::chrono::seconds(5)).ok();
  }
};

TEST_F(StartedCalls, that_wait_when_their_plugin_stops_are_told_cancelled_before_it_is_destroyed) {
  std::size_t told_at_stop = 1;
  asker.plugin.on_stop([&](const lodge_host*) {
    told_at_stop = asker.told().size();
    return LODGE_OK;
  });
  for (int i = 0; i < 100; ++i) ASSERT_EQ(asker.ask("keeper", "keep"), LODGE_OK);
  ASSERT_TRUE(eventually([&] { return keeper.kept == 100; }));
  EXPECT_TRUE(stop_asker());
  EXPECT_EQ(told_at_stop, 0U) << "its stop hook still has them";
  EXPECT_THAT(asker.told(), AllOf(SizeIs(100), Each(AllOf(Field(&Told::code, LODGE_CANCELLED),
                                                          Field(&Told::executed, LODGE_EXECUTED_MAYBE)))));
  EXPECT_EQ(keeper.complete(), LODGE_STALE) << "nobody waits for it any more";
}

TEST_F(StartedCalls, are_refused_once_their_plugin_has_stopped) {
  std::atomic<std::int32_t> again{LODGE_OK};
  asker.on_answer = [&] { again = asker.ask("keeper", "keep"); };
  ASSERT_EQ(asker.ask("keeper", "keep"), LODGE_OK);
  ASSERT_TRUE(eventually([&] { return keeper.kept == 1; }));
  EXPECT_TRUE(stop_asker());
  EXPECT_EQ(again, LODGE_FAILED_PRECONDITION);
  EXPECT_EQ(asker.ask("keeper", "keep"), LODGE_STALE) << "its instance is gone";
  EXPECT_THAT(asker.told(), SizeIs(1));
}

TEST_F(StartedCalls, of_a_plugin_whose_service_does_not_start_are_told_cancelled) {
  other.on_start([&](const lodge_host*) {
    EXPECT_TRUE(eventually([&] { return keeper.kept == 1; }));
    return LODGE_UNAVAILABLE;
  });
  below.plugin.on_start([&](const lodge_host* lent) {
    below.host = lent;
    return below.ask("keeper", "keep");
  });
  node.add(other, below.plugin);
  EXPECT_FALSE(node.start("fails", {"other", "below"}));
  EXPECT_THAT(below.told(), AllOf(SizeIs(1), Each(Field(&Told::code, LODGE_CANCELLED))));
}

TEST_F(StartedCalls, that_nobody_waits_for_go_on_without_their_plugin) {
  lodge_handle target = 0;
  const lodge_call_v1& calls = calls_of(asker.host);
  ASSERT_EQ(calls.resolve(asker.host, "keeper", 6, "keep", 4, 0, &target), LODGE_OK);
  ASSERT_EQ(calls.start(asker.host, target, nullptr, 0, nullptr, nullptr, nullptr, nullptr), LODGE_OK);
  ASSERT_TRUE(eventually([&] { return keeper.kept == 1; }));
  EXPECT_TRUE(stop_asker());
  EXPECT_EQ(keeper.complete(), LODGE_OK);
}

TEST_F(StartedCalls, are_cancelled_only_by_whoever_started_them) {
  node.add(below.plugin);
  ASSERT_TRUE(node.start("thief", {"below"}));
  lodge_handle pending = 0;
  ASSERT_EQ(asker.ask("keeper", "keep", &pending), LODGE_OK);
  EXPECT_EQ(calls_of(below.host).cancel(below.host, pending), LODGE_STALE);
  EXPECT_EQ(calls_of(asker.host).cancel(asker.host, pending), LODGE_OK);
  EXPECT_EQ(calls_of(asker.host).cancel(asker.host, pending), LODGE_STALE) << "once";
  EXPECT_TRUE(eventually([&] { return asker.told().size() == 1; }));
}

TEST_F(StartedCalls, are_made_on_behalf_of_ones_own_tickets_only) {
  std::future<rig::Answer> kept = node.send("keeper", "keep");
  ASSERT_TRUE(eventually([&] { return keeper.kept == 1; }));
  lodge_call_options options{};
  options.struct_size = sizeof options;
  options.parent_ticket = keeper.ticket;
  lodge_handle target = 0;
  const lodge_call_v1& calls = calls_of(asker.host);
  ASSERT_EQ(calls.resolve(asker.host, "keeper", 6, "keep", 4, 0, &target), LODGE_OK);
  EXPECT_EQ(calls.start(asker.host, target, nullptr, 0, &options, nullptr, nullptr, nullptr), LODGE_STALE);
  EXPECT_EQ(calls.start(keeper.host, target, nullptr, 0, &options, nullptr, nullptr, nullptr), LODGE_OK);
  EXPECT_TRUE(eventually([&] { return keeper.kept == 2; }));
  EXPECT_TRUE(node.runtime().stop_all(std::chrono::milliseconds(1))) << "nobody completes them";
}

// Answers, cancellations, deadlines and the stop come at the same time.
TEST_F(StartedCalls, are_each_told_once_while_their_plugin_stops_under_them) {
  other.callback("now", 0, [](const Seen& seen) { return seen.done(1); });
  node.add(other);
  ASSERT_TRUE(node.start("answering", {"other"}));
  std::atomic<std::size_t> started{0};
  std::vector<std::thread> threads;
  std::vector<std::int32_t> refusals(3);
  for (std::size_t i = 0; i < refusals.size(); ++i) {
    threads.emplace_back([&, i] {
      while (refusals[i] == LODGE_OK) {
        lodge_handle pending = 0;
        refusals[i] = asker.ask(i == 0 ? "keeper" : "answering", i == 0 ? "keep" : "now", &pending);
        if (refusals[i] == LODGE_RESOURCE_EXHAUSTED)
          refusals[i] = LODGE_OK;
        else if (refusals[i] == LODGE_OK)
          ++started;
        if (i == 2) (void)calls_of(asker.host).cancel(asker.host, pending);
      }
    });
  }
  ASSERT_TRUE(eventually([&] { return asker.told().size() > 500; }));
  const auto services = node.runtime().services();
  EXPECT_TRUE(node.runtime().stop(services[1]->name(), std::chrono::seconds(5)));
  for (std::thread& each : threads) each.join();
  EXPECT_THAT(refusals, Each(testing::AnyOf(LODGE_FAILED_PRECONDITION, LODGE_STALE)));
  EXPECT_EQ(asker.told().size(), started);
}

}  // namespace
}  // namespace lodge
