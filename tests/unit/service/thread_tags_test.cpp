// What the tags in the SDK's headers promise to a quick callback: what is [quick] works on the loop thread, what is
// [any] answers FAILED_PRECONDITION and names the plugin.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/loop_thread.hpp"
#include "base/writer.hpp"
#include "rig/node.hpp"

namespace lodge::service {
namespace {

using rig::Answer;
using rig::Node;
using rig::ScriptedPlugin;
using rig::Seen;
using rig::table;
using testing::HasSubstr;

const std::uint8_t key[] = {'k'};
const std::uint8_t five[] = {5};                // one msgpack integer
const std::uint8_t list_of_five[] = {0x91, 5};  // one msgpack list
constexpr char domain[] = {'d'};

std::int32_t put_five(void*, const lodge_slice*, lodge_writer* out) {
  return append(*out, five) ? LODGE_OK : LODGE_RESOURCE_EXHAUSTED;
}
std::int32_t see_entry(void*, const lodge_slice*, const lodge_slice*) { return 0; }
std::int32_t see_name(void*, const lodge_name_entry*) { return 0; }
void see_change(void*, const lodge_watch_event*) {}
void see_answer(void*, std::int32_t, std::int32_t, const lodge_slice*) {}
void see_timer(void*, lodge_handle) {}
std::int32_t see_child(void*, const lodge_child_entry*) { return 0; }

class ThreadTags : public testing::Test {
 protected:
  /// Another one for each test: of one plugin the log has so many lines a second, and counts the rest.
  static std::string plugin_name() {
    return std::string("hasty_") + testing::UnitTest::GetInstance()->current_test_info()->name();
  }
  /// Runs `use` in a quick callback, on the loop thread.
  void in_quick_callback(std::function<void(const lodge_host*)> use) {
    plugin_.callback(
        "use", 0,
        [use = std::move(use)](const Seen& seen) {
          EXPECT_TRUE(on_loop_thread());
          use(seen.host);
          return seen.done({});
        },
        LODGE_FUNCTION | LODGE_QUICK);
    plugin_.callback(
        "rest", 0, [](const Seen& seen) { return seen.done({}); }, LODGE_FUNCTION);
    node_.add(plugin_);
    ASSERT_TRUE(node_.start("s", {plugin_name()}));
    const Answer answer = node_.call("s", "use");
    EXPECT_EQ(answer.code, Code::OK) << answer.message;
  }

  /// That the host refuses `function` there, and names the plugin.
  template <typename Use>
  static void expect_refused(const std::string& function, Use use) {
    testing::internal::CaptureStderr();
    EXPECT_EQ(use(), LODGE_FAILED_PRECONDITION) << function;
    EXPECT_THAT(testing::internal::GetCapturedStderr(),
                HasSubstr("plugin misbehaved: " + plugin_name() +
                          ": use, a quick callback, used what is not quick: " + function));
  }

  ScriptedPlugin plugin_{plugin_name()};
  Node node_;
};

TEST_F(ThreadTags, of_the_store_hold) {
  in_quick_callback([](const lodge_host* host) {
    const auto& store = table<lodge_store_v1>(host);
    Writer value;
    lodge_handle watch = 0;
    EXPECT_EQ(store.put(host, key, 1, five, 1, 0), LODGE_OK);
    EXPECT_EQ(store.put_new(host, key, 1, five, 1, 0), LODGE_ALREADY_EXISTS);
    EXPECT_EQ(store.get(host, key, 1, &value), LODGE_OK);
    EXPECT_EQ(store.increment(host, key, 1, 1, nullptr), LODGE_OK);
    EXPECT_EQ(store.update(host, key, 1, put_five, nullptr), LODGE_OK);
    EXPECT_EQ(store.append(host, key, 1, five, 1, nullptr), LODGE_OK);
    EXPECT_EQ(store.compare_and_put(host, key, 1, nullptr, five, 1), LODGE_ABORTED);
    EXPECT_EQ(store.take(host, key, 1, &value), LODGE_OK);
    EXPECT_EQ(store.remove(host, key, 1), LODGE_NOT_FOUND);
    EXPECT_EQ(store.size(host, nullptr, nullptr), LODGE_OK);
    EXPECT_EQ(store.watch(host, key, 1, LODGE_WATCH_KEY, see_change, nullptr, &watch), LODGE_OK);
    expect_refused("lodge.store/1 scan", [&] { return store.scan(host, nullptr, 0, see_entry, nullptr); });
    expect_refused("lodge.store/1 unwatch", [&] { return store.unwatch(host, watch); });
  });
}

TEST_F(ThreadTags, of_names_hold) {
  in_quick_callback([](const lodge_host* host) {
    const auto& names = table<lodge_names_v1>(host);
    lodge_handle owner = 0;
    lodge_handle watch = 0;
    std::uint64_t count = 0;
    EXPECT_EQ(names.open_owner(host, "o", 1, &owner), LODGE_OK);
    EXPECT_EQ(names.register_name(host, owner, key, 1, five, 1, nullptr), LODGE_OK);
    EXPECT_EQ(names.whereis(host, key, 1, see_name, nullptr), LODGE_OK);
    EXPECT_EQ(names.unregister(host, owner, key, 1), LODGE_OK);
    EXPECT_EQ(names.store(host, owner, key, 1, five, 1), LODGE_OK);
    EXPECT_EQ(names.unstore(host, owner, key, 1), LODGE_OK);
    EXPECT_EQ(names.register_name(host, 0, key, 1, five, 1, nullptr), LODGE_OK);
    EXPECT_EQ(names.send(host, key, 1, "rest", 4, nullptr, 0, 0), LODGE_OK);
    EXPECT_EQ(names.watch(host, 0, key, 1, LODGE_WATCH_KEY, see_change, nullptr, &watch), LODGE_OK);
    EXPECT_EQ(names.close_owner(host, owner), LODGE_OK);
    expect_refused("lodge.names/1 values", [&] { return names.values(host, key, 1, nullptr, 0, see_name, nullptr); });
    expect_refused("lodge.names/1 count", [&] { return names.count(host, key, 1, nullptr, 0, &count); });
    expect_refused("lodge.names/1 unwatch", [&] { return names.unwatch(host, watch); });
  });
}

// Of domains that are not persisted: what changes the others waits for the disk.
TEST_F(ThreadTags, of_node_configuration_hold) {
  in_quick_callback([](const lodge_host* host) {
    const auto& config = table<lodge_config_v1>(host);
    Writer value;
    lodge_handle watch = 0;
    EXPECT_EQ(config.own(host, &value), LODGE_OK);
    EXPECT_EQ(config.put_new(host, domain, 1, key, 1, five, 1), LODGE_OK);
    EXPECT_EQ(config.increment(host, domain, 1, key, 1, 1, nullptr), LODGE_OK);
    EXPECT_EQ(config.update(host, domain, 1, key, 1, put_five, nullptr), LODGE_OK);
    EXPECT_EQ(config.put(host, domain, 1, key, 1, list_of_five, 2), LODGE_OK);
    EXPECT_EQ(config.add(host, domain, 1, key, 1, five, 1), LODGE_ALREADY_EXISTS);
    EXPECT_EQ(config.get(host, domain, 1, key, 1, &value), LODGE_OK);
    EXPECT_EQ(config.remove(host, domain, 1, key, 1), LODGE_OK);
    EXPECT_EQ(config.watch(host, domain, 1, key, 1, LODGE_WATCH_KEY, see_change, nullptr, &watch), LODGE_OK);
    expect_refused("lodge.config/1 scan", [&] { return config.scan(host, domain, 1, see_entry, nullptr); });
    expect_refused("lodge.config/1 unwatch", [&] { return config.unwatch(host, watch); });
  });
}

TEST_F(ThreadTags, of_calls_hold) {
  in_quick_callback([](const lodge_host* host) {
    const auto& calls = table<lodge_call_v1>(host);
    Writer reply;
    lodge_handle target = 0;
    lodge_handle pending = 0;
    EXPECT_EQ(calls.resolve(host, "s", 1, "rest", 4, 0, &target), LODGE_OK);
    EXPECT_EQ(calls.start(host, target, nullptr, 0, nullptr, see_answer, nullptr, &pending), LODGE_OK);
    EXPECT_NE(calls.cancel(host, pending), LODGE_FAILED_PRECONDITION) << "STALE where it has been answered";
    EXPECT_EQ(calls.complete(host, 0, LODGE_DONE, nullptr, 0), LODGE_STALE);
    EXPECT_EQ(calls.ticket_awaited(host, 0), LODGE_STALE);
    EXPECT_EQ(calls.call(host, target, nullptr, 0, nullptr, &reply, nullptr), LODGE_FAILED_PRECONDITION);
  });
}

TEST_F(ThreadTags, of_timers_hold) {
  in_quick_callback([](const lodge_host* host) {
    const auto& timers = table<lodge_timer_v1>(host);
    lodge_handle timer = 0;
    EXPECT_GT(timers.now(host), 0);
    EXPECT_EQ(timers.start(host, 3'600'000'000'000, 0, see_timer, nullptr, &timer), LODGE_OK);
    expect_refused("lodge.timer/1 cancel", [&] { return timers.cancel(host, timer); });
  });
}

TEST_F(ThreadTags, of_children_hold) {
  lodge_handle child = 0;
  constexpr std::string_view name = "a";
  const lodge_child spec{.struct_size = sizeof spec,
                         .name = slice_of(name),
                         .restart = LODGE_CHILD_PERMANENT,
                         .reserved = 0,
                         .start = [](void*, lodge_handle, lodge_writer*) -> std::int32_t { return LODGE_OK; },
                         .stop = [](void*, lodge_handle) {},
                         .release = nullptr,
                         .user = nullptr,
                         .unique_name = {},
                         .unique_value = {}};
  plugin_.on_start(
      [&](const lodge_host* host) { return table<lodge_child_v1>(host).start(host, &spec, nullptr, &child); });
  in_quick_callback([&](const lodge_host* host) {
    const auto& children = table<lodge_child_v1>(host);
    lodge_handle other = 0;
    expect_refused("lodge.child/1 start", [&] { return children.start(host, &spec, nullptr, &other); });
    EXPECT_EQ(children.list(host, see_child, nullptr), LODGE_FAILED_PRECONDITION);
    EXPECT_EQ(children.supervise(host, LODGE_ONE_FOR_ALL, 3, 1'000'000'000), LODGE_OK);
    EXPECT_EQ(children.exit(host, child, LODGE_OK, nullptr, 0), LODGE_STALE) << "it is no run";
    EXPECT_EQ(children.stop(host, child), LODGE_OK);
  });
}

TEST_F(ThreadTags, of_metrics_hold) {
  in_quick_callback([](const lodge_host* host) {
    const auto& metrics = table<lodge_metric_v1>(host);
    lodge_metric_series series{};
    series.struct_size = sizeof series;
    series.kind = LODGE_METRIC_GAUGE;
    series.name = slice_of(std::string_view("g"));
    lodge_handle metric = 0;
    EXPECT_EQ(metrics.add(host, metric, 1), LODGE_STALE);
    EXPECT_EQ(metrics.set(host, metric, 1), LODGE_STALE);
    EXPECT_EQ(metrics.observe(host, metric, 1), LODGE_STALE);
    expect_refused("lodge.metric/1 open", [&] { return metrics.open(host, &series, &metric, nullptr); });
  });
}

TEST_F(ThreadTags, let_a_quick_callback_answer_later) {
  plugin_.callback(
      "later", 0,
      [](const Seen& seen) {
        EXPECT_TRUE(on_loop_thread());
        const lodge_handle ticket = seen.defer();
        EXPECT_EQ(seen.table<lodge_call_v1>().complete(seen.host, ticket, LODGE_DONE, five, 1), LODGE_OK);
        return LODGE_DEFERRED;
      },
      LODGE_FUNCTION | LODGE_QUICK);
  node_.add(plugin_);
  ASSERT_TRUE(node_.start("s", {plugin_name()}));
  EXPECT_EQ(node_.call("s", "later").value, wire::Value(5));
}

}  // namespace
}  // namespace lodge::service
