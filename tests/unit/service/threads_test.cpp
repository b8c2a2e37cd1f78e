// What is promised about threads: who may block whom, and who is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <latch>

#include "base/log.hpp"
#include "base/loop_thread.hpp"
#include "rig/node.hpp"

namespace lodge {
namespace {

using rig::Answer;
using rig::eventually;
using rig::Node;
using rig::ScriptedPlugin;
using rig::Seen;
using testing::HasSubstr;
using wire::Value;

/// A callback that blocks its thread until it is let go.
struct Blocker {
  std::atomic<int> inside{0};
  std::latch let_go{1};
  rig::Script script() {
    return [this](const Seen& seen) {
      ++inside;
      let_go.wait();
      return seen.done("late");
    };
  }
};

TEST(Threads, a_plugin_that_blocks_delays_no_other_service) {
  Blocker blocker;
  ScriptedPlugin bad("bad"), good("good");
  bad.callback("block", 0, blocker.script());
  good.callback("hello", 0, [](const Seen& seen) { return seen.done("hello"); });
  Node node({.threads = {.workers = 2}});
  node.add(bad, good);
  ASSERT_TRUE(node.start("bad", {"bad"}));
  ASSERT_TRUE(node.start("good", {"good"}));
  std::vector<std::future<Answer>> blocked;
  for (int i = 0; i < 8; ++i) blocked.push_back(node.send("bad", "block"));
  ASSERT_TRUE(eventually([&] { return blocker.inside == 8; })) << "spares take the place of blocked workers";
  EXPECT_EQ(node.call("good", "hello").value, Value("hello"));
  blocker.let_go.count_down();
  for (std::future<Answer>& each : blocked) EXPECT_EQ(each.get().value, Value("late"));
}

TEST(Threads, a_plugin_that_blocks_delays_no_timer) {
  Blocker blocker;
  std::atomic<int> ticks{0};
  ScriptedPlugin bad("bad"), ticking("ticking");
  bad.callback("block", 0, blocker.script());
  ticking.on_start([&ticks](const lodge_host* host) {
    lodge_handle timer = 0;
    return rig::table<lodge_timer_v1>(host).start(
        host, 1'000'000, 1'000'000, [](void* user, lodge_handle) { ++*static_cast<std::atomic<int>*>(user); }, &ticks,
        &timer);
  });
  Node node({.threads = {.workers = 2}});
  node.add(bad, ticking);
  ASSERT_TRUE(node.start("bad", {"bad"}));
  ASSERT_TRUE(node.start("ticking", {"ticking"}));
  std::vector<std::future<Answer>> blocked;
  for (int i = 0; i < 4; ++i) blocked.push_back(node.send("bad", "block"));
  ASSERT_TRUE(eventually([&] { return blocker.inside == 4; }));
  const int before = ticks;
  EXPECT_TRUE(eventually([&] { return ticks > before + 5; }));
  blocker.let_go.count_down();
  for (std::future<Answer>& each : blocked) (void)each.get();
}

TEST(Threads, calls_beyond_the_queues_limit_are_refused_and_the_rest_answered) {
  Blocker blocker;
  ScriptedPlugin bad("bad");
  bad.callback("block", 0, blocker.script());
  Node node({.threads = {.workers = 1, .spares_max = 0, .queue_depth_max = 4}});
  node.add(bad);
  ASSERT_TRUE(node.start("s", {"bad"}));
  std::vector<std::future<Answer>> all;
  all.push_back(node.send("s", "block"));
  ASSERT_TRUE(eventually([&] { return blocker.inside == 1; }));
  for (int i = 0; i < 9; ++i) all.push_back(node.send("s", "block"));
  blocker.let_go.count_down();
  int answered = 0;
  int refused = 0;
  for (std::future<Answer>& each : all) {
    const Answer answer = each.get();
    if (answer.code == Code::OK) ++answered;
    if (answer.code != Code::RESOURCE_EXHAUSTED) continue;
    ++refused;
    EXPECT_EQ(answer.executed, Executed::no);
    EXPECT_EQ(answer.message, "the queue of calls is full: 4 wait (threads.queue_depth_max); try again later");
  }
  EXPECT_EQ(answered, 5);
  EXPECT_EQ(refused, 5);
}

TEST(Threads, a_quick_callback_runs_on_the_loop_and_others_on_workers) {
  ScriptedPlugin plugin("p");
  plugin.callback(
      "quick", 0, [](const Seen& seen) { return seen.done(on_loop_thread()); }, LODGE_QUICK);
  plugin.callback("slow", 0, [](const Seen& seen) { return seen.done(on_loop_thread()); });
  Node node;
  node.add(plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  EXPECT_EQ(node.call("s", "quick").value, Value(true));
  EXPECT_EQ(node.call("s", "slow").value, Value(false));
}

TEST(Threads, a_chain_is_quick_only_if_every_link_is) {
  ScriptedPlugin p1("p1"), p2("p2");
  p1.callback(
      "f", 0, [](const Seen&) { return LODGE_CONTINUE; }, LODGE_QUICK);
  p2.callback("f", 0, [](const Seen& seen) { return seen.done(on_loop_thread()); });
  Node node;
  node.add(p1, p2);
  ASSERT_TRUE(node.start("s", {"p1", "p2"}));
  EXPECT_EQ(node.call("s", "f").value, Value(false));
}

/// Uses up CPU time, which is what a quick callback is judged by.
void burn_cpu_ms(std::int64_t ms) {
  timespec begin{};
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
  do {
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  } while ((now.tv_sec - begin.tv_sec) * 1000 + (now.tv_nsec - begin.tv_nsec) / 1'000'000 < ms);
}

TEST(Threads, a_quick_callback_that_keeps_being_slow_is_named_and_moved_to_workers) {
  ScriptedPlugin plugin("sluggish");
  plugin.callback(
      "f", 0,
      [](const Seen& seen) {
        burn_cpu_ms(3);
        return seen.done(on_loop_thread());
      },
      LODGE_QUICK);
  Node node;
  node.add(plugin);
  ASSERT_TRUE(node.start("s", {"sluggish"}));
  const std::uint64_t named_before = log::misbehaved_count();
  testing::internal::CaptureStderr();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(node.call("s", "f").value, Value(true)) << i;
  EXPECT_EQ(node.call("s", "f").value, Value(false)) << "three times in a minute is once too often";
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("plugin misbehaved: sluggish: f/0"));
  EXPECT_EQ(log::misbehaved_count(), named_before + 1);
}

TEST(Threads, a_quick_callback_may_not_call_what_may_wait) {
  ScriptedPlugin quick("quick"), slow("slow");
  slow.callback("f", 0, [](const Seen& seen) { return seen.done("slow"); });
  quick.callback(
      "ask", 0, [](const Seen& seen) { return seen.pass_on_to(seen.target("slow", "f")); }, LODGE_QUICK);
  Node node;
  node.add(quick, slow);
  ASSERT_TRUE(node.start("slow", {"slow"}));
  ASSERT_TRUE(node.start("quick", {"quick"}));
  const Answer answer = node.call("quick", "ask");
  EXPECT_EQ(answer.code, Code::FAILED_PRECONDITION);
  EXPECT_THAT(answer.message, HasSubstr("slow.f"));
}

TEST(Threads, a_deferred_call_holds_no_worker) {
  std::mutex mutex;
  std::vector<lodge_handle> tickets;
  const lodge_host* host = nullptr;
  ScriptedPlugin plugin("p");
  plugin.callback("wait", 0, [&](const Seen& seen) {
    std::lock_guard lock(mutex);
    host = seen.host;
    tickets.push_back(seen.defer());
    return LODGE_DEFERRED;
  });
  Node node({.threads = {.workers = 1, .spares_max = 0}});
  node.add(plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  constexpr std::size_t count = 1000;
  std::vector<std::future<Answer>> waiting;
  for (std::size_t i = 0; i < count; ++i) waiting.push_back(node.send("s", "wait"));
  ASSERT_TRUE(eventually([&] {
    std::lock_guard lock(mutex);
    return tickets.size() == count;
  }));
  const auto& calls = rig::table<lodge_call_v1>(host);
  for (const lodge_handle ticket : tickets) EXPECT_EQ(calls.complete(host, ticket, LODGE_DONE, nullptr, 0), LODGE_OK);
  for (std::future<Answer>& each : waiting) EXPECT_EQ(each.get().code, Code::OK);
}

TEST(Threads, serial_callbacks_of_one_instance_never_overlap) {
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  ScriptedPlugin plugin("p");
  plugin.callback(
      "f", 0,
      [&](const Seen& seen) {
        most = std::max<int>(most, ++inside);
        std::this_thread::yield();
        --inside;
        return seen.done(1);
      },
      LODGE_SERIAL);
  Node node({.threads = {.workers = 4}});
  node.add(plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  std::vector<std::future<Answer>> all;
  for (int i = 0; i < 500; ++i) all.push_back(node.send("s", "f"));
  for (std::future<Answer>& each : all) EXPECT_EQ(each.get().code, Code::OK);
  EXPECT_EQ(most, 1);
}

TEST(Threads, calls_that_wait_for_a_serial_instance_hold_no_worker) {
  Blocker blocker;
  ScriptedPlugin serial("serial"), good("good");
  serial.callback("block", 0, blocker.script(), LODGE_SERIAL);
  good.callback("hello", 0, [](const Seen& seen) { return seen.done("hello"); });
  Node node({.threads = {.workers = 2, .spares_max = 0}});
  node.add(serial, good);
  ASSERT_TRUE(node.start("serial", {"serial"}));
  ASSERT_TRUE(node.start("good", {"good"}));
  std::vector<std::future<Answer>> waiting;
  for (int i = 0; i < 50; ++i) waiting.push_back(node.send("serial", "block"));
  ASSERT_TRUE(eventually([&] { return blocker.inside == 1; }));
  EXPECT_EQ(node.call("good", "hello").value, Value("hello"));
  blocker.let_go.count_down();
  for (std::future<Answer>& each : waiting) EXPECT_EQ(each.get().code, Code::OK);
}

}  // namespace
}  // namespace lodge
