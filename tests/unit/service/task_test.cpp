// Plugins whose methods are coroutines, run by the real layers: no worker is held while they wait.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "rig/node.hpp"
#include "service/coroutines.hpp"

namespace lodge {
namespace {

using lodge_test::living_frames;
using rig::eventually;
using rig::Node;
using rig::ScriptedPlugin;
using rig::Seen;
using ::testing::HasSubstr;
using wire::Value;

constexpr std::int64_t ms = 1'000'000;

/// Keeps the ticket of every call, until it is told to answer them all.
class Keeper {
 public:
  ScriptedPlugin& plugin() { return plugin_; }
  [[nodiscard]] int kept() {
    const std::lock_guard lock(mutex_);
    return static_cast<int>(tickets_.size());
  }
  void answer_all() {
    std::vector<lodge_handle> due;
    {
      const std::lock_guard lock(mutex_);
      due.swap(tickets_);
    }
    const Bytes answer = Value("kept").pack();
    for (const lodge_handle each : due) calls_->complete(host_, each, LODGE_DONE, answer.data(), answer.size());
  }

 private:
  std::int32_t keep(const Seen& seen) {
    const std::lock_guard lock(mutex_);
    host_ = seen.host;
    calls_ = &seen.table<lodge_call_v1>();
    lodge_handle ticket = 0;
    EXPECT_EQ(calls_->defer(seen.host, seen.call, &ticket), LODGE_OK);
    tickets_.push_back(ticket);
    return LODGE_DEFERRED;
  }

  std::mutex mutex_;
  const lodge_host* host_ = nullptr;
  const lodge_call_v1* calls_ = nullptr;
  std::vector<lodge_handle> tickets_;
  ScriptedPlugin plugin_{"keeper"};

 public:
  Keeper() {
    plugin_.callback("keep", 0, [this](const Seen& seen) { return keep(seen); });
  }
};

struct Tasks : ::testing::Test {
  Keeper keeper;
  ScriptedPlugin last{"last"};
  Node node{{.threads = {.workers = 2, .spares_max = 0}}};

  void SetUp() override {
    last.callback("passes_on", 1, [](const Seen& seen) { return seen.done(seen.args()[0]); });
    node.add(keeper.plugin(), last);
    node.plugins().add_builtin(lodge_test::waiting());
    ASSERT_TRUE(node.start("keeper", {"keeper"}));
    ASSERT_TRUE(node.start("waiting", {"waiting", "last"}));
  }
  Value answer(const std::string& name, const std::vector<Value>& args = {}) {
    const rig::Answer got = node.call("waiting", name, args);
    EXPECT_EQ(got.code, Code::OK) << got.message;
    return got.value;
  }
  void expect_error(const std::string& name, Code code, const std::string& text) {
    const rig::Answer got = node.call("waiting", name);
    EXPECT_EQ(got.code, code);
    EXPECT_THAT(got.message, HasSubstr(text));
  }
};

TEST_F(Tasks, that_never_wait_answer_as_plain_methods_do) {
  EXPECT_EQ(answer("at_once", {"so"}), Value("so!"));
  expect_error("throws_at_once", Code::NOT_FOUND, "not here");
}

TEST_F(Tasks, that_waited_answer_values_nothing_errors_and_verdicts) {
  EXPECT_EQ(answer("nap", {ms}), Value(ms));
  EXPECT_EQ(answer("nothing"), Value());
  EXPECT_EQ(answer("passes_on", {"Ada"}), Value("dear Ada"));
  expect_error("throws_later", Code::INTERNAL, "it broke");
  expect_error("fails", Code::ABORTED, "given up");
  expect_error("impossible", Code::INTERNAL, "not possible here");
}

TEST_F(Tasks, await_tasks_that_wait_and_such_that_do_not) { EXPECT_EQ(answer("sum", {100}), Value(5050)); }

TEST_F(Tasks, await_what_other_threads_know) {
  for (int i = 0; i < 100; ++i) EXPECT_EQ(answer("from_a_thread"), Value("from afar"));
  expect_error("dropped", Code::INTERNAL, "dropped without an answer");
}

TEST_F(Tasks, do_not_wait_for_what_is_known) { EXPECT_EQ(answer("completed_before"), Value(11)); }

TEST_F(Tasks, call_targets_that_were_resolved_once) { EXPECT_EQ(answer("through_a_target"), Value("0!1!2!")); }

TEST_F(Tasks, answer_structs_in_braces) {
  EXPECT_EQ(answer("in_braces"), Value::map({{"number", 1}, {"text", "two"}}));
}

TEST_F(Tasks, await_calls_whose_names_have_changed_since_they_were_made) {
  EXPECT_EQ(answer("made_before"), Value("word!"));
}

TEST_F(Tasks, that_are_dropped_never_run) { EXPECT_EQ(answer("drops_a_task"), Value(1)); }

TEST_F(Tasks, know_whose_call_they_answer) { EXPECT_EQ(answer("called_by"), Value("outside, awaited")); }

TEST_F(Tasks, get_the_errors_of_the_calls_they_make) {
  expect_error("nobody", Code::UNAVAILABLE, "nobody");
  expect_error("wrong_type", Code::INTERNAL, "expected str, got int");
}

TEST_F(Tasks, sleep_no_longer_than_their_caller_waits) {
  const rig::Answer got = node.call("waiting", "nap", {3'600'000 * ms}, 50 * ms);
  EXPECT_EQ(got.code, Code::DEADLINE_EXCEEDED);
}

TEST_F(Tasks, that_still_wait_for_a_call_when_the_service_stops_see_it_cancelled) {
  lodge_test::last_seen = 0;
  std::future<rig::Answer> call = node.send("waiting", "keep");
  ASSERT_TRUE(eventually([&] { return keeper.kept() == 1; }));
  EXPECT_EQ(living_frames, 1);
  EXPECT_TRUE(node.runtime().stop_all(std::chrono::milliseconds(50)));
  EXPECT_EQ(call.get().code, Code::UNAVAILABLE);
  EXPECT_EQ(lodge_test::last_seen, LODGE_CANCELLED);
  EXPECT_EQ(living_frames, 0);
  keeper.answer_all();  // nobody is there to hear it
}

TEST_F(Tasks, that_still_wait_for_anything_else_when_the_service_stops_are_destroyed) {
  std::future<rig::Answer> call = node.send("waiting", "sleep_long");
  ASSERT_TRUE(eventually([&] { return living_frames == 1; }));
  EXPECT_TRUE(node.runtime().stop_all(std::chrono::milliseconds(50)));
  EXPECT_EQ(call.get().code, Code::UNAVAILABLE);
  EXPECT_EQ(living_frames, 0);
}

TEST_F(Tasks, ten_thousand_wait_at_once_on_two_workers) {
  constexpr int count = 10'000;
  std::vector<std::future<rig::Answer>> calls;
  for (int i = 0; i < count; ++i) calls.push_back(node.send("waiting", "keep"));
  ASSERT_TRUE(eventually([&] { return keeper.kept() == count; }));
  EXPECT_EQ(living_frames, count);
  EXPECT_EQ(answer("at_once", {"and others go on"}), Value("and others go on!"));
  EXPECT_EQ(node.workers().stats().threads, 2U);
  keeper.answer_all();
  for (std::future<rig::Answer>& each : calls) EXPECT_EQ(each.get().value, Value("kept"));
  EXPECT_TRUE(eventually([] { return living_frames == 0; }));
}

}  // namespace
}  // namespace lodge
