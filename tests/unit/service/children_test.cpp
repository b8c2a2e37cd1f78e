// Children of a real node's instances: who runs what when, on which thread, and what becomes of those that end.
#include <latch>
#include <thread>

#include "service/scripted_child.hpp"

namespace lodge {
namespace {

using rig::eventually;
using rig::Seen;
using service::Admin;
using service::Running;
using testing::ElementsAre;
using testing::IsEmpty;
using wire::Value;

TEST_F(Children, start_on_the_thread_of_who_starts_them_and_end_behind_the_stop_hook_in_reverse) {
  begin();
  ScriptedChild& a = make("a");
  ScriptedChild& b = make("b");
  const auto here = std::this_thread::get_id();
  a.on_start = [&](lodge_handle, lodge_writer*) {
    EXPECT_EQ(std::this_thread::get_id(), here);
    return LODGE_OK;
  };
  ASSERT_EQ(a.start_on(host()), LODGE_OK);
  ASSERT_EQ(b.start_on(host()), LODGE_OK);
  EXPECT_THAT(journal.take(), ElementsAre("start a", "start b"));
  EXPECT_EQ(node.want("s", Admin::inactive), Running::stopped);
  EXPECT_THAT(journal.take(), ElementsAre("the stop hook", "stop b", "release b", "stop a", "release a"));
}

TEST_F(Children, end_also_where_the_start_hook_that_started_them_fails) {
  ScriptedChild& child = make("a");
  lender.plugin.on_start([&](const lodge_host* its) {
    EXPECT_EQ(child.start_on(its), LODGE_OK);
    return LODGE_UNAVAILABLE;
  });
  node.add(lender.plugin);
  EXPECT_FALSE(node.start("s", {"p"}));
  EXPECT_THAT(journal.take(), ElementsAre("start a", "stop a", "release a"));
}

TEST_F(Children, are_started_from_the_start_hook_on) {
  ScriptedChild& child = make("a");
  Writer error;
  lender.plugin.on_create([&](const lodge_host* its) {
    EXPECT_EQ(child.start_on(its, &error), LODGE_FAILED_PRECONDITION);
    return LODGE_OK;
  });
  begin();
  EXPECT_EQ(text_of(error.view()), "children are started from the `start` hook on");
  EXPECT_THAT(journal.take(), IsEmpty());
}

TEST_F(Children, are_stopped_and_started_again_when_they_say_that_they_ended) {
  begin();
  ScriptedChild& child = make("a");
  ASSERT_EQ(child.start_on(host()), LODGE_OK);
  const lodge_handle first_run = child.run;
  ASSERT_TRUE(child.dies_and_is_back(host(), 2));
  EXPECT_THAT(journal.take(), ElementsAre("start a", "stop a", "start a"));
  EXPECT_NE(child.run, first_run);
  EXPECT_EQ(table_of(host()).exit(host(), first_run, LODGE_INTERNAL, nullptr, 0), LODGE_STALE)
      << "a thread of the run before speaks late";
}

TEST_F(Children, are_heard_once_a_run) {
  begin();
  std::latch restarted{1};
  ScriptedChild& child = make("a");
  ASSERT_EQ(child.start_on(host()), LODGE_OK);
  child.on_start = [&](lodge_handle, lodge_writer*) {
    restarted.wait();
    return LODGE_OK;
  };
  const lodge_handle run = child.run;
  EXPECT_EQ(table_of(host()).exit(host(), run, LODGE_INTERNAL, nullptr, 0), LODGE_OK);
  EXPECT_EQ(table_of(host()).exit(host(), run, LODGE_INTERNAL, nullptr, 0), LODGE_STALE);
  restarted.count_down();
  EXPECT_TRUE(eventually([&] { return child.starts == 2; }));
}

TEST_F(Children, may_end_while_they_are_being_started) {
  begin();
  ScriptedChild& child = make("a", LODGE_CHILD_TEMPORARY);
  child.on_start = [&](lodge_handle run, lodge_writer*) {
    return table_of(host()).exit(host(), run, LODGE_OK, nullptr, 0);
  };
  EXPECT_EQ(child.start_on(host()), LODGE_OK);
  EXPECT_TRUE(eventually([&] { return journal.has("release a"); }));
  EXPECT_THAT(journal.take(), ElementsAre("start a", "stop a", "release a"));
  EXPECT_EQ(table_of(host()).stop(host(), child.handle), LODGE_STALE);
}

TEST_F(Children, that_cannot_be_started_are_told_to_who_starts_them_and_leave_nothing) {
  begin();
  ScriptedChild& child = make("a");
  child.unique = "port 80";
  child.on_start = [&](lodge_handle run, lodge_writer* error) {
    EXPECT_EQ(table_of(host()).exit(host(), run, LODGE_INTERNAL, nullptr, 0), LODGE_OK);
    (void)append(*error, view_of("the port is taken"));
    return LODGE_UNAVAILABLE;
  };
  Writer error;
  EXPECT_EQ(child.start_on(host(), &error), LODGE_UNAVAILABLE);
  EXPECT_EQ(text_of(error.view()), "the port is taken");
  EXPECT_EQ(child.exit_on(host(), LODGE_INTERNAL), LODGE_STALE);
  EXPECT_EQ(node.names().size(), 0U);
  EXPECT_EQ(node.want("s", Admin::inactive), Running::stopped);
  EXPECT_THAT(journal.take(), ElementsAre("start a", "the stop hook"));
}

TEST_F(Children, that_cannot_be_started_again_are_tried_again) {
  begin();
  ScriptedChild& child = make("a");
  ASSERT_EQ(child.start_on(host()), LODGE_OK);
  child.on_start = [&](lodge_handle, lodge_writer*) { return child.starts < 3 ? LODGE_UNAVAILABLE : LODGE_OK; };
  ASSERT_TRUE(child.dies_and_is_back(host(), 4));
  EXPECT_THAT(journal.take(), ElementsAre("start a", "stop a", "start a", "start a", "start a"));
  EXPECT_EQ(state().running, Running::running);
}

TEST_F(Children, that_answer_no_code_have_misbehaved) {
  begin();
  ScriptedChild& child = make("a");
  child.on_start = [](lodge_handle, lodge_writer*) { return 7; };
  Writer error;
  EXPECT_EQ(child.start_on(host(), &error), LODGE_INTERNAL);
  EXPECT_EQ(text_of(error.view()), "start of child a misbehaved: returned 7, which is no code that it may return");
}

TEST_F(Children, that_die_too_often_fail_the_service_with_their_error) {
  begin();
  ScriptedChild& child = make("poller");
  ASSERT_EQ(table_of(host()).supervise(host(), LODGE_ONE_FOR_ONE, 1, 5'000'000'000), LODGE_OK);
  ASSERT_EQ(child.start_on(host()), LODGE_OK);
  ASSERT_TRUE(child.dies_and_is_back(host(), 2));
  ASSERT_EQ(child.exit_on(host(), LODGE_DATA_LOSS, "the disk is gone"), LODGE_OK);
  ASSERT_TRUE(eventually([&] { return state().running == Running::failed; }));
  EXPECT_EQ(state().reason, "child poller failed");
  EXPECT_EQ(state().last_error->code, Code::DATA_LOSS);
  EXPECT_EQ(state().last_error->message, "child poller of plugin p, restarted 1 times in 5000 ms: the disk is gone");
  EXPECT_TRUE(eventually([&] { return journal.has("release poller"); }));
}

TEST_F(Children, all_go_together_where_that_is_the_strategy) {
  begin();
  ASSERT_EQ(table_of(host()).supervise(host(), LODGE_ONE_FOR_ALL, 3, 5'000'000'000), LODGE_OK);
  ScriptedChild& a = make("a");
  ScriptedChild& b = make("b");
  ASSERT_EQ(a.start_on(host()), LODGE_OK);
  ASSERT_EQ(b.start_on(host()), LODGE_OK);
  ASSERT_EQ(a.exit_on(host(), LODGE_INTERNAL), LODGE_OK);
  EXPECT_TRUE(eventually([&] { return b.starts == 2; }));
  EXPECT_THAT(journal.take(), ElementsAre("start a", "start b", "stop b", "stop a", "start a", "start b"));
}

TEST_F(Children, stop_by_their_handle_even_from_their_own_thread) {
  begin();
  ScriptedChild& child = make("a");
  std::thread thread;
  std::latch has_handle{1};
  std::atomic<std::int32_t> answered{1};
  child.on_start = [&](lodge_handle, lodge_writer*) {
    thread = std::thread([&] {
      has_handle.wait();
      answered = table_of(host()).stop(host(), child.handle);
    });
    return LODGE_OK;
  };
  child.on_stop = [&] { thread.join(); };
  ASSERT_EQ(child.start_on(host()), LODGE_OK);
  has_handle.count_down();
  EXPECT_TRUE(eventually([&] { return journal.has("release a"); }));
  EXPECT_EQ(answered, LODGE_OK);
  EXPECT_EQ(table_of(host()).stop(host(), child.handle), LODGE_STALE);
}

TEST_F(Children, may_start_others_while_they_are_started) {
  begin();
  ScriptedChild& inner = make("inner");
  ScriptedChild& outer = make("outer");
  outer.on_start = [&](lodge_handle, lodge_writer*) { return inner.start_on(host()); };
  EXPECT_EQ(outer.start_on(host()), LODGE_OK);
  EXPECT_EQ(node.want("s", Admin::inactive), Running::stopped);
  EXPECT_THAT(journal.take(), ElementsAre("start outer", "start inner", "the stop hook", "stop inner", "release inner",
                                          "stop outer", "release outer"));
}

TEST_F(Children, are_not_started_once_the_instance_stops) {
  ScriptedChild& late = make("late");
  Writer error;
  at_stop = [&](const lodge_host* its) {
    EXPECT_EQ(late.start_on(its, &error), LODGE_FAILED_PRECONDITION);
    return LODGE_OK;
  };
  begin();
  EXPECT_EQ(node.want("s", Admin::inactive), Running::stopped);
  EXPECT_EQ(text_of(error.view()), "the instance is stopping: no child is started any more");
  EXPECT_THAT(journal.take(), ElementsAre("the stop hook"));
}

TEST_F(Children, of_a_callback_that_a_stopping_service_waits_for_are_started_and_end) {
  ScriptedChild& child = make("a");
  std::latch go_on{1};
  std::atomic<bool> inside{false};
  lender.plugin.callback("f", 0, [&](const Seen& seen) {
    inside = true;
    go_on.wait();
    return seen.done(child.start_on(seen.host));
  });
  begin();
  auto answer = node.send("s", "f");
  ASSERT_TRUE(eventually([&] { return inside.load(); }));
  (void)node.runtime().find("s")->want(Admin::inactive, "asked");
  ASSERT_TRUE(eventually([&] { return state().running == Running::stopping; }));
  go_on.count_down();
  EXPECT_EQ(answer.get().value, Value(LODGE_OK));
  EXPECT_EQ(node.runtime().find("s")->settle(std::chrono::seconds(10)).running, Running::stopped);
  EXPECT_THAT(journal.take(), ElementsAre("start a", "the stop hook", "stop a", "release a"));
}

TEST_F(Children, that_end_because_of_the_stop_hook_are_not_started_again_and_fail_nothing) {
  ScriptedChild& child = make("a");
  at_stop = [&](const lodge_host* its) { return child.exit_on(its, LODGE_INTERNAL); };
  begin();
  ASSERT_EQ(table_of(host()).supervise(host(), LODGE_ONE_FOR_ONE, 0, 5'000'000'000), LODGE_OK);
  ASSERT_EQ(child.start_on(host()), LODGE_OK);
  EXPECT_EQ(node.want("s", Admin::inactive), Running::stopped);
  EXPECT_THAT(journal.take(), ElementsAre("start a", "the stop hook", "stop a", "release a"));
  EXPECT_FALSE(state().last_error);
}

TEST_F(Children, that_hang_hold_the_stop_of_their_service_and_are_named) {
  begin();
  std::latch let_go{1};
  ScriptedChild& child = make("a");
  ASSERT_EQ(child.start_on(host()), LODGE_OK);
  child.on_start = [&](lodge_handle, lodge_writer*) {
    let_go.wait();
    return LODGE_OK;
  };
  ASSERT_EQ(child.exit_on(host(), LODGE_INTERNAL), LODGE_OK);
  const service::Runtime::RunningHook hangs{"s", "p", "start of child a"};
  EXPECT_TRUE(eventually([&] { return node.runtime().running_hook() == hangs; }));
  (void)node.runtime().find("s")->want(Admin::inactive, "asked");
  EXPECT_TRUE(eventually([&] { return journal.has("the stop hook"); }));
  EXPECT_TRUE(node.runtime().find("s")->busy());
  let_go.count_down();
  EXPECT_EQ(node.runtime().find("s")->settle(std::chrono::seconds(10)).running, Running::stopped);
  EXPECT_THAT(journal.take(), ElementsAre("start a", "stop a", "start a", "the stop hook", "stop a", "release a"));
}

}  // namespace
}  // namespace lodge
