// Calls answered exactly once, whatever the plugin does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>

#include "base/log.hpp"
#include "rig/node.hpp"
#include "rig/outlasted.hpp"

namespace lodge {
namespace {

using rig::Answer;
using rig::eventually;
using rig::Node;
using rig::ScriptedPlugin;
using rig::Seen;
using testing::HasSubstr;
using testing::StartsWith;
using wire::Value;

constexpr MonotonicNs ms = 1'000'000;

const lodge_call_v1& calls_of(const lodge_host* host) { return rig::table<lodge_call_v1>(host); }

Answer outlasted(Node& node, const std::string& service, const std::string& function) {
  return rig::outlasted([&](MonotonicNs timeout_ns) { return node.call(service, function, {}, timeout_ns); },
                        [](const Answer& answer) { return answer.executed; });
}

/// A callback that takes a ticket and leaves it for the test.
struct Deferring {
  std::atomic<const lodge_host*> host{nullptr};
  std::atomic<lodge_handle> ticket{0};
  rig::Script script() {
    return [this](const Seen& seen) {
      host = seen.host;
      ticket = seen.defer();
      return LODGE_DEFERRED;
    };
  }
  [[nodiscard]] bool taken() const { return ticket != 0; }
  std::int32_t complete(std::int32_t verdict, const std::vector<Value>& values) const {
    const Bytes data = rig::pack_all(values);
    return calls_of(host).complete(host, ticket, verdict, data.data(), data.size());
  }
};

TEST(Calls, an_unknown_service_is_unavailable_and_did_not_run) {
  Node node;
  const Answer answer = node.call("nobody", "f");
  EXPECT_EQ(answer.code, Code::UNAVAILABLE);
  EXPECT_EQ(answer.executed, Executed::no);
}

TEST(Calls, an_error_of_the_plugin_is_passed_on_as_executed) {
  ScriptedPlugin plugin("p");
  plugin.callback("f", 0, [](const Seen& seen) { return seen.fail(LODGE_NOT_FOUND, "no such word"); });
  Node node;
  node.add(plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  const Answer answer = node.call("s", "f");
  EXPECT_EQ(answer.code, Code::NOT_FOUND);
  EXPECT_EQ(answer.message, "no such word");
  EXPECT_EQ(answer.executed, Executed::yes);
}

TEST(Calls, code_that_blocks_past_the_deadline_is_answered_for_and_its_late_answer_dropped) {
  std::latch let_go(1);
  std::atomic<bool> left{false};
  ScriptedPlugin plugin("p");
  plugin.callback("f", 0, [&](const Seen& seen) {
    let_go.wait();
    EXPECT_EQ(calls_of(seen.host).awaited(seen.host, seen.call), LODGE_DEADLINE_EXCEEDED);
    left = true;
    return seen.done("late");
  });
  Node node;
  node.add(plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  const Answer answer = outlasted(node, "s", "f");
  EXPECT_EQ(answer.code, Code::DEADLINE_EXCEEDED);
  EXPECT_EQ(answer.executed, Executed::maybe);
  let_go.count_down();
  EXPECT_TRUE(eventually([&] { return left.load(); }));
}

TEST(Calls, a_call_that_never_left_the_queue_did_not_run) {
  std::latch let_go(1);
  std::atomic<int> ran{0};
  ScriptedPlugin plugin("p");
  plugin.callback("f", 0, [&](const Seen& seen) {
    ++ran;
    let_go.wait();
    return seen.done(1);
  });
  Node node({.threads = {.workers = 1, .spares_max = 0}});
  node.add(plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  auto first = node.send("s", "f");
  ASSERT_TRUE(eventually([&] { return ran == 1; }));
  const Answer second = node.call("s", "f", {}, 20 * ms);
  EXPECT_EQ(second.code, Code::DEADLINE_EXCEEDED);
  EXPECT_EQ(second.executed, Executed::no);
  let_go.count_down();
  EXPECT_EQ(first.get().code, Code::OK);
}

TEST(Calls, a_ticket_that_is_never_completed_ends_with_the_deadline_and_is_stale_then) {
  Deferring deferring;
  ScriptedPlugin plugin("p");
  plugin.callback("f", 0, deferring.script());
  Node node;
  node.add(plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  const Answer answer = outlasted(node, "s", "f");
  EXPECT_EQ(answer.code, Code::DEADLINE_EXCEEDED);
  EXPECT_EQ(answer.executed, Executed::maybe);
  EXPECT_TRUE(eventually([&] { return deferring.complete(LODGE_DONE, {1}) == LODGE_STALE; }));
}

TEST(Calls, an_impossible_completion_leaves_the_ticket_alive) {
  Deferring deferring;
  ScriptedPlugin plugin("p");
  plugin.callback("f", 1, deferring.script());
  Node node;
  node.add(plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  auto answer = node.send("s", "f", {1});
  ASSERT_TRUE(eventually([&] { return deferring.taken(); }));
  EXPECT_EQ(deferring.complete(LODGE_DEFERRED, {}), LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(deferring.complete(LODGE_CONTINUE_WITH, {1, 2}), LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(deferring.complete(LODGE_DONE, {1, 2}), LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(deferring.complete(LODGE_DONE, {"good"}), LODGE_OK);
  EXPECT_EQ(answer.get().value, Value("good"));
}

TEST(Calls, a_ticket_is_its_own_instances_only) {
  Deferring deferring;
  ScriptedPlugin plugin("p");
  rig::Lender other("other");
  plugin.callback("f", 0, deferring.script());
  Node node;
  node.add(plugin, other.plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  ASSERT_TRUE(node.start("t", {"other"}));
  auto answer = node.send("s", "f");
  ASSERT_TRUE(eventually([&] { return deferring.taken(); }));
  EXPECT_EQ(calls_of(other.host).complete(other.host, deferring.ticket, LODGE_DONE, nullptr, 0), LODGE_STALE);
  EXPECT_EQ(deferring.complete(LODGE_DONE, {}), LODGE_OK);
  EXPECT_EQ(answer.get().code, Code::OK);
}

TEST(Calls, a_service_that_stops_answers_what_waits_for_a_ticket) {
  Deferring deferring;
  ScriptedPlugin plugin("p");
  plugin.callback("f", 0, deferring.script());
  std::future<Answer> answer;
  {
    Node node;
    node.add(plugin);
    ASSERT_TRUE(node.start("s", {"p"}));
    answer = node.send("s", "f");
    ASSERT_TRUE(eventually([&] { return deferring.taken(); }));
    EXPECT_TRUE(node.runtime().stop_all(std::chrono::milliseconds(1)));
    const Answer got = answer.get();
    EXPECT_EQ(got.code, Code::UNAVAILABLE);
    EXPECT_EQ(got.executed, Executed::maybe);
    EXPECT_EQ(deferring.complete(LODGE_DONE, {}), LODGE_STALE) << "and its instance is gone";
  }
}

TEST(Calls, a_service_that_stops_answers_what_takes_a_ticket_only_then) {
  Deferring early, late;
  std::atomic<bool> inside{false};
  std::latch let_go{1};
  ScriptedPlugin plugin("p");
  plugin.callback("early", 0, early.script()).callback("late", 0, [&](const Seen& seen) {
    inside = true;
    let_go.wait();
    return late.script()(seen);
  });
  Node node;
  node.add(plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  std::future<Answer> first = node.send("s", "early");
  std::future<Answer> second = node.send("s", "late");
  ASSERT_TRUE(eventually([&] { return early.taken() && inside.load(); }));
  auto stopped = std::async(std::launch::async, [&] { return node.runtime().stop("s", std::chrono::milliseconds(1)); });
  EXPECT_EQ(first.get().code, Code::UNAVAILABLE) << "from now on tickets are void";
  let_go.count_down();
  EXPECT_EQ(second.get().code, Code::UNAVAILABLE);
  EXPECT_TRUE(stopped.get());
}

TEST(Calls, a_host_used_after_its_instance_has_gone_is_stale) {
  rig::Lender late("p");
  Node node;
  node.add(late.plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  ASSERT_TRUE(node.runtime().stop_all(std::chrono::seconds(5)));
  lodge_handle target = 0;
  EXPECT_EQ(calls_of(late.host).resolve(late.host, "s", 1, "f", 1, 0, &target), LODGE_STALE);
}

TEST(Calls, an_unknown_code_that_completes_a_ticket_is_named_as_well) {
  Deferring deferring;
  ScriptedPlugin plugin("rogue");
  plugin.callback("f", 0, deferring.script());
  Node node;
  node.add(plugin);
  ASSERT_TRUE(node.start("s", {"rogue"}));
  const std::uint64_t before = log::misbehaved_count();
  auto answer = node.send("s", "f");
  ASSERT_TRUE(eventually([&] { return deferring.taken(); }));
  EXPECT_EQ(deferring.complete(-99, {}), LODGE_OK);
  const Answer got = answer.get();
  EXPECT_EQ(got.code, Code::UNKNOWN);
  EXPECT_EQ(got.message, "plugin rogue misbehaved: f/0 answered with the unknown code -99");
  EXPECT_EQ(log::misbehaved_count(), before + 1);
}

TEST(Calls, a_serial_callback_that_calls_itself_is_a_deadlock_and_says_so) {
  ScriptedPlugin plugin("p");
  plugin.callback(
      "f", 0, [](const Seen& seen) { return seen.pass_on_to(seen.target("s", "f")); }, LODGE_SERIAL);
  Node node;
  node.add(plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  EXPECT_EQ(node.call("s", "f").code, Code::DEADLOCK);
}

TEST(Calls, a_call_between_services_inherits_its_parents_deadline_and_names_its_caller) {
  ScriptedPlugin caller("caller"), callee("callee");
  callee.callback("f", 0, [](const Seen& seen) {
    return seen.done(Value::List{text_of(seen.call->caller), seen.call->deadline_ns});
  });
  caller.callback("ask", 0, [](const Seen& seen) {
    lodge_call_options options{};
    options.struct_size = sizeof options;
    options.parent = seen.call;
    const std::int32_t code =
        calls_of(seen.host).call(seen.host, seen.target("callee", "f"), nullptr, 0, &options, seen.out, nullptr);
    const Value got = Value::unpack({seen.out->data, seen.out->size}).value();
    EXPECT_EQ(got, Value(Value::List{"caller", seen.call->deadline_ns}));
    return code;
  });
  Node node;
  node.add(caller, callee);
  ASSERT_TRUE(node.start("callee", {"callee"}));
  ASSERT_TRUE(node.start("caller", {"caller"}));
  EXPECT_EQ(node.call("caller", "ask").code, Code::OK);
}

TEST(Calls, a_call_started_without_waiting_tells_its_answer_on_a_worker) {
  std::promise<std::string> told;
  ScriptedPlugin caller("caller"), callee("callee");
  callee.callback("f", 1, [](const Seen& seen) { return seen.done(seen.args()[0]); });
  caller.callback("ask", 0, [&](const Seen& seen) {
    const Bytes args = rig::pack_all({"hello"});
    const std::int32_t code = calls_of(seen.host).start(
        seen.host, seen.target("callee", "f", 1), args.data(), args.size(), nullptr,
        [](void* user, std::int32_t answer, std::int32_t, const lodge_slice* reply) {
          EXPECT_EQ(answer, LODGE_OK);
          static_cast<std::promise<std::string>*>(user)->set_value(*Value::unpack(view_of(*reply)).value().as_text());
        },
        &told, nullptr);
    return code == LODGE_OK ? seen.done(true) : code;
  });
  Node node;
  node.add(caller, callee);
  ASSERT_TRUE(node.start("callee", {"callee"}));
  ASSERT_TRUE(node.start("caller", {"caller"}));
  EXPECT_EQ(node.call("caller", "ask").value, Value(true));
  EXPECT_EQ(told.get_future().get(), "hello");
}

TEST(Calls, arguments_that_are_not_so_many_values_are_refused_where_they_come_in) {
  struct Told {
    std::promise<std::string> message;
    std::int32_t code = LODGE_OK;
  } told;
  std::atomic<int> ran{0};
  ScriptedPlugin caller("caller"), callee("callee");
  callee.callback("f", 1, [&](const Seen& seen) {
    ++ran;
    return seen.done(1);
  });
  caller.callback("ask", 0, [&](const Seen& seen) {
    const lodge_call_v1& calls = calls_of(seen.host);
    lodge_handle target = 0;
    EXPECT_EQ(calls.resolve(seen.host, "callee", 6, "f", 1, 1, &target), LODGE_OK);
    const Bytes two{1, 2};
    std::int32_t executed = LODGE_EXECUTED_YES;
    Writer reply;
    EXPECT_EQ(calls.call(seen.host, target, two.data(), two.size(), nullptr, &reply, &executed),
              LODGE_INVALID_ARGUMENT);
    EXPECT_EQ(executed, LODGE_EXECUTED_NO);
    EXPECT_THAT(std::string(text_of(reply.view())), HasSubstr("the arguments of f/1 are not 1 msgpack values"));
    lodge_handle pending = 0;
    EXPECT_EQ(calls.start(
                  seen.host, target, two.data(), 0, nullptr,
                  [](void* user, std::int32_t code, std::int32_t, const lodge_slice* message) {
                    auto& to = *static_cast<Told*>(user);
                    to.code = code;
                    to.message.set_value(std::string(text_of(*message)));
                  },
                  &told, &pending),
              LODGE_OK);
    EXPECT_EQ(calls.cancel(seen.host, pending), LODGE_STALE);
    return seen.done(true);
  });
  Node node;
  node.add(caller, callee);
  ASSERT_TRUE(node.start("callee", {"callee"}));
  ASSERT_TRUE(node.start("caller", {"caller"}));
  EXPECT_EQ(node.call("caller", "ask").value, Value(true));
  EXPECT_THAT(told.message.get_future().get(), HasSubstr("the arguments of f/1 are not 1 msgpack values"));
  EXPECT_EQ(told.code, LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(ran, 0);
}

TEST(Calls, an_answer_that_does_not_fit_is_told_how_large_it_may_be) {
  const std::string large(2000, 'x');
  ScriptedPlugin plugin("p");
  plugin
      .callback("result", 0,
                [&](const Seen& seen) {
                  const Bytes packed = Value(large).pack();
                  return append(*seen.out, packed) ? LODGE_DONE
                                                   : seen.fail(LODGE_RESOURCE_EXHAUSTED, "it is too large");
                })
      .callback("pass_on", 2, [](const Seen&) { return LODGE_CONTINUE; });
  Deferring deferring;
  plugin.callback("later", 0, deferring.script());
  Node node({.answer_bytes_max = 1000});
  node.add(plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  const std::string limit = " (an answer may have 1000 bytes, to fit into limits.frame_bytes_max)";
  const Answer result = node.call("s", "result");
  EXPECT_EQ(result.code, Code::RESOURCE_EXHAUSTED);
  EXPECT_EQ(result.message, "it is too large" + limit);
  const Answer passed_on = node.call("s", "pass_on", {large, 1});
  EXPECT_EQ(passed_on.code, Code::RESOURCE_EXHAUSTED);
  EXPECT_EQ(passed_on.message, "an answer of 2004 bytes is too large for its caller's buffer" + limit);
  auto later = node.send("s", "later");
  ASSERT_TRUE(eventually([&] { return deferring.taken(); }));
  EXPECT_EQ(deferring.complete(LODGE_DONE, {large}), LODGE_OK);
  EXPECT_EQ(later.get().message, "an answer of 2003 bytes is too large for its caller's buffer" + limit);
}

TEST(Calls, a_deferred_error_whose_message_does_not_fit_keeps_its_code) {
  Deferring deferring;
  ScriptedPlugin plugin("p");
  plugin.callback("f", 0, deferring.script());
  Node node({.answer_bytes_max = 1000});
  node.add(plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  auto answer = node.send("s", "f");
  ASSERT_TRUE(eventually([&] { return deferring.taken(); }));
  EXPECT_EQ(deferring.complete(LODGE_NOT_FOUND, {std::string(2000, 'm')}), LODGE_OK);
  const Answer got = answer.get();
  EXPECT_EQ(got.code, Code::NOT_FOUND);
  EXPECT_EQ(got.message, "");
}

TEST(Calls, service_call_sees_every_call_from_outside_and_may_refuse) {
  std::vector<Value> seen_args;
  ScriptedPlugin guard("guard"), worker("worker");
  guard.callback("service_call", 3, [&](const Seen& seen) {
    seen_args = seen.args();
    return seen_args[0] == Value("forbidden") ? seen.fail(LODGE_PERMISSION_DENIED, "not you") : LODGE_CONTINUE;
  });
  worker.callback("forbidden", 0, [](const Seen& seen) { return seen.done("secret"); });
  worker.callback("add", 2,
                  [](const Seen& seen) { return seen.done(*seen.args()[0].as_int() + *seen.args()[1].as_int()); });
  Node node;
  node.add(guard, worker);
  ASSERT_TRUE(node.start("s", {"guard", "worker"}));
  EXPECT_EQ(node.call("s", "forbidden").code, Code::PERMISSION_DENIED);
  EXPECT_EQ(node.call("s", "add", {2, 3}).value, Value(5));
  EXPECT_EQ(seen_args[0], Value("add"));
  EXPECT_EQ(seen_args[1], Value(Value::List{2, 3}));
  EXPECT_EQ(*seen_args[2].find("outside"), Value(true));
  EXPECT_EQ(node.call("s", "nothing").code, Code::UNIMPLEMENTED);
}

}  // namespace
}  // namespace lodge
