// Plugins that misbehave while they run: each costs what it did itself, is named, and disturbs nobody else.
// tests/plugins/README.md lists them all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bystander.hpp"
#include "host_process.hpp"
#include "rig/outlasted.hpp"
#include "wire/json.hpp"

namespace lodge::system_test {

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using wire::Value;

constexpr std::int64_t ms = 1'000'000;
constexpr std::string_view config = R"([threads]
workers = 2
[limits]
drain_timeout_ms = 300
[service.calm]
plugins = ["subject"]
[service.rogue]
plugins = ["ROGUE"]
[service.other]
plugins = ["ROGUE"]
)";

std::string config_with(const std::string& plugin) {
  std::string out(config);
  for (std::size_t at = 0; (at = out.find("ROGUE", at)) != std::string::npos;) out.replace(at, 5, plugin);
  return out;
}

/// A host with two services of that plugin, and one of good will, called all the time.
class Rogue : public ::testing::Test {
 protected:
  explicit Rogue(const std::string& plugin)
      : plugin_(plugin),
        host((directory.add_plugin("subject"), directory.add_plugin(plugin), directory), config_with(plugin)),
        client(host.connect()),
        bystander(host.connect(), "calm", "echo") {}

  /// What the host answers, within its own idea of the timeout.
  Result<Bytes> call(std::string_view function, const Value::List& args = {}, std::int64_t timeout_ns = 10'000 * ms) {
    const auto id = client.send("rogue", function, packed(args), static_cast<std::uint32_t>(args.size()),
                                {.timeout_ns = timeout_ns});
    return id ? client.receive(*id, std::chrono::nanoseconds(patience).count()) : id.error();
  }
  /// The value it answers, as JSON; fails where it does not.
  std::string value_of(std::string_view function, const Value::List& args = {}) {
    const Result<Bytes> answer = call(function, args);
    return answer ? json_of(*answer) : answer.error().text();
  }
  /// What it answers to a deadline that passes while it is being answered.
  Result<Bytes> outlasted(std::string_view function) {
    return rig::outlasted([&](std::int64_t timeout_ns) { return call(function, {}, timeout_ns); },
                          [](const Result<Bytes>& answer) { return answer ? Executed::yes : answer.error().executed; });
  }
  static std::string json_of(ByteView packed_value) {
    return wire::json_from_value(Value::unpack(packed_value).value());
  }

  [[nodiscard]] bool logged(const std::string& text) const {
    return eventually([&] { return host.log().find(text) != std::string::npos; });
  }
  /// How often it broke a rule, as the command line shows it.
  [[nodiscard]] std::int64_t misbehaved() const {
    const Value rows = host.ask({"plugins"});
    for (const Value& row : *rows.as_list()) {
      if (*row.find("name")->as_text() == plugin_) return *row.find("misbehaved")->as_int();
    }
    return -1;
  }
  [[nodiscard]] Value status(std::string_view field) const { return *host.ask({"status"}).find(field); }

  /// The host is well, its good service was served all the time, and it stops as it should; under a sanitizer that
  /// includes that nothing was leaked.
  void expect_unharmed(std::string_view ended = "exited 0") {
    bystander.expect_served();
    EXPECT_EQ(host.stop().ended, ended) << host.log();
    bystander.expect_undisturbed();
  }

  const std::string plugin_;
  ScratchDirectory directory;
  HostProcess host;
  wire::Client client;
  Bystander bystander;
};

struct RogueAnswers : Rogue {
  RogueAnswers() : Rogue("rogue_answers") {}
};
struct RogueHandles : Rogue {
  RogueHandles() : Rogue("rogue_handles") {}
};
struct RogueThreads : Rogue {
  RogueThreads() : Rogue("rogue_threads") {}
};

/// An answer against the rules, and what its caller and the log are told.
struct BadAnswer {
  const char* function;
  Value::List args;
  Code code;
  const char* message;
  const char* rule;
};

struct RogueBadAnswers : RogueAnswers, ::testing::WithParamInterface<BadAnswer> {};

}  // namespace

TEST_P(RogueBadAnswers, cost_their_call_and_name_their_plugin) {
  const BadAnswer& bad = GetParam();
  const Result<Bytes> answer = call(bad.function, bad.args);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, bad.code) << answer.error().text();
  EXPECT_EQ(answer.error().executed, Executed::yes);
  EXPECT_THAT(answer.error().message, HasSubstr(bad.message));
  EXPECT_THAT(host.log(), HasSubstr("plugin misbehaved: rogue_answers: " + std::string(bad.rule)));
  EXPECT_EQ(misbehaved(), 1);
  EXPECT_EQ(status("plugins_misbehaved"), Value(1));
  expect_unharmed();
}

INSTANTIATE_TEST_SUITE_P(
    All, RogueBadAnswers,
    ::testing::Values(
        BadAnswer{"garbage",
                  {},
                  Code::INTERNAL,
                  "plugin rogue_answers misbehaved: garbage/0 answered with bytes",
                  "garbage/0 answered with bytes that are not one msgpack value"},
        BadAnswer{"two_values",
                  {},
                  Code::INTERNAL,
                  "two_values/0 answered with bytes",
                  "two_values/0 answered with bytes that are not one msgpack value"},
        BadAnswer{"too_much",
                  {},
                  Code::INTERNAL,
                  "too_much/0 wrote past its answer buffer's capacity",
                  "too_much/0 wrote past its answer buffer's capacity"},
        BadAnswer{"more_room",
                  {},
                  Code::INTERNAL,
                  "more_room/0 wrote over its answer buffer's data, capacity or reserve",
                  "more_room/0 wrote over its answer buffer's data, capacity or reserve"},
        BadAnswer{"own_buffer",
                  {},
                  Code::INTERNAL,
                  "own_buffer/0 wrote over its answer buffer's data, capacity or reserve",
                  "own_buffer/0 wrote over its answer buffer's data, capacity or reserve"},
        BadAnswer{"no_verdict",
                  {},
                  Code::INTERNAL,
                  "no_verdict/0 answered with the unknown verdict 77",
                  "no_verdict/0 answered with the unknown verdict 77"},
        BadAnswer{"no_code", {}, Code::UNKNOWN, "of my own making", "no_code/0 answered with the unknown code -77"},
        BadAnswer{"no_ticket",
                  {},
                  Code::INTERNAL,
                  "no_ticket/0 answered DEFERRED without having taken a ticket",
                  "no_ticket/0 answered DEFERRED without having taken a ticket"},
        BadAnswer{"passed_on",
                  {},
                  Code::INTERNAL,
                  "passed_on/0 passed a function on",
                  "passed_on/0 passed a function on: only a callback has a next link"},
        BadAnswer{"more_arguments",
                  {1},
                  Code::INTERNAL,
                  "more_arguments/1 continued with other than 1 msgpack values",
                  "more_arguments/1 continued with other than 1 msgpack values"}),
    [](const auto& each) { return each.param.function; });

TEST_F(RogueAnswers, a_second_one_is_stale_and_the_first_one_counts) {
  EXPECT_EQ(value_of("twice"), "1");
  EXPECT_TRUE(logged("the second answer got -17"));
  expect_unharmed();
}

TEST_F(RogueAnswers, one_beside_a_ticket_counts_and_the_ticket_is_void) {
  EXPECT_EQ(value_of("itself_too"), "1");
  EXPECT_THAT(host.log(), HasSubstr("plugin misbehaved: rogue_answers: itself_too took a ticket and answered itself"));
  EXPECT_EQ(misbehaved(), 1);
  expect_unharmed();
}

TEST_F(RogueAnswers, that_never_come_are_given_by_the_deadline) {
  const Result<Bytes> answer = outlasted("never");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::DEADLINE_EXCEEDED);
  EXPECT_EQ(answer.error().executed, Executed::maybe);
  EXPECT_THAT(answer.error().message, HasSubstr("never/0"));
  expect_unharmed();
}

TEST_F(RogueAnswers, that_never_come_by_the_thousand_leave_nothing_behind) {
  constexpr int count = 2000;
  std::vector<std::uint64_t> ids;
  for (int i = 0; i < count; ++i) ids.push_back(client.send("rogue", "never", {}, 0, {.timeout_ns = 500 * ms}).value());
  for (const std::uint64_t id : ids) {
    const Result<Bytes> answer = client.receive(id, std::chrono::nanoseconds(patience).count());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Code::DEADLINE_EXCEEDED) << answer.error().text();
  }
  EXPECT_TRUE(eventually([&] { return *status("calls_in_flight").as_int() <= 2; }))
      << "the one who asks, the bystander";
  expect_unharmed();
}

TEST_F(RogueAnswers, that_come_late_are_dropped_and_the_log_says_so) {
  const Result<Bytes> answer = outlasted("late");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::DEADLINE_EXCEEDED);
  EXPECT_EQ(answer.error().executed, Executed::maybe);
  EXPECT_TRUE(logged("dropped the late answer of late"));
  expect_unharmed();
}

TEST_F(RogueAnswers, that_come_late_by_a_ticket_are_stale) {
  const Result<Bytes> answer = outlasted("late_ticket");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::DEADLINE_EXCEEDED);
  EXPECT_TRUE(logged("the late answer got -17"));
  expect_unharmed();
}

TEST_F(RogueAnswers, of_a_foreign_thread_come_by_the_ticket_and_by_nothing_else) {
  EXPECT_EQ(value_of("elsewhere"), "[-17,-17]") << "to defer, and to ask whether it is awaited";
  expect_unharmed();
}

TEST_F(RogueHandles, of_another_instance_are_stale_and_go_on_as_before) {
  const Result<Bytes> held = call("hold");
  ASSERT_TRUE(held) << held.error().text();
  const Value::List handles = *Value::unpack(*held).value().as_list();
  const auto as_thief = client.call("other", "use", packed(handles), 5);
  ASSERT_TRUE(as_thief) << as_thief.error().text();
  EXPECT_EQ(json_of(*as_thief), "[-17,-17,-17,-17,-17,-17,-17]");
  EXPECT_EQ(value_of("use", handles), "[0,0,0,0,-14,0,-17]")
      << "it is not running what it calls on behalf of its ticket, and gives that up just before it completes it";
  expect_unharmed();
}

TEST_F(RogueHandles, that_are_none_are_stale) {
  EXPECT_EQ(value_of("use", {0, 1, std::int64_t{1} << 40, -1, 17}), "[-17,-17,-17,-17,-17,-17,-17]");
  expect_unharmed();
}

TEST_F(RogueHandles, of_timers_that_nobody_ends_end_with_their_instance) {
  EXPECT_TRUE(call("tick"));
  expect_unharmed();
}

TEST_F(RogueHandles, of_timers_that_are_always_due_hold_up_nobody) {
  EXPECT_TRUE(call("race"));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(status("plugins_misbehaved"), Value(0));
  expect_unharmed();
}

TEST_F(RogueHandles, of_more_targets_than_anybody_needs_are_refused_to_it_alone) {
  EXPECT_EQ(value_of("hoard"), "4096");
  EXPECT_EQ(value_of("hoard"), "4096") << "those that there are";
  EXPECT_THAT(host.log(), HasSubstr("plugin misbehaved: rogue_handles: resolved 4,096 targets"));
  EXPECT_EQ(misbehaved(), 1);
  EXPECT_EQ(host.call("other", "hoard", {}).value(), Value(8192)) << "those that there are, and as many of its own";
  expect_unharmed();
}

TEST_F(RogueHandles, a_key_that_is_too_long_is_an_invalid_argument) {
  EXPECT_EQ(value_of("long_key"), "-3");
  expect_unharmed();
}

TEST_F(RogueHandles, an_update_that_overstates_what_it_wrote_stores_nothing_and_is_named) {
  EXPECT_EQ(value_of("bad_update"), "-13");
  EXPECT_THAT(host.log(), HasSubstr("plugin misbehaved: rogue_handles: the function of an update wrote past"));
  EXPECT_EQ(misbehaved(), 1);
  expect_unharmed();
}

TEST_F(RogueHandles, a_writer_that_lies_about_its_room_is_not_written_past) {
  EXPECT_EQ(value_of("bad_writer"), "-8");
  expect_unharmed();
}

TEST_F(RogueHandles, what_is_logged_and_is_no_text_is_escaped) {
  EXPECT_EQ(value_of("bad_text"), "0");
  EXPECT_TRUE(logged("\\\\xff\\\\xfe")) << host.log();
  EXPECT_THAT(host.log(), AllOf(Not(HasSubstr("\033")), Not(HasSubstr("\nforged line"))));
  expect_unharmed();
}

TEST_F(RogueThreads, that_block_take_no_worker_from_others) {
  std::vector<std::uint64_t> ids;
  for (int i = 0; i < 8; ++i) ids.push_back(client.send("rogue", "block", {}, 0, {}).value());
  EXPECT_TRUE(eventually([&] { return *host.call("rogue", "count", {}).value().as_int() == 8; }))
      << "spares take the place of the two workers";
  bystander.expect_served();
  EXPECT_TRUE(host.call("rogue", "release", {}));
  for (const std::uint64_t id : ids) EXPECT_TRUE(client.receive(id, std::chrono::nanoseconds(patience).count()));
  expect_unharmed();
}

TEST_F(RogueThreads, a_quick_function_that_is_slow_again_and_again_is_named_and_goes_to_the_workers) {
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(call("slow"));
  EXPECT_THAT(host.log(), HasSubstr("plugin misbehaved: rogue_threads: slow/0 declares itself quick and took more than "
                                    "1 ms of CPU time three times in a minute"));
  EXPECT_EQ(misbehaved(), 1) << "said once";
  expect_unharmed();
}

TEST_F(RogueThreads, a_quick_function_that_would_wait_is_refused_and_named) {
  EXPECT_EQ(value_of("waits"), "[-9,-9,-9]");
  for (const char* what : {"lodge.call/1 call of rogue.count", "lodge.timer/1 cancel", "lodge.store/1 unwatch"}) {
    EXPECT_THAT(host.log(),
                HasSubstr("plugin misbehaved: rogue_threads: waits, a quick callback, used what is not quick: " +
                          std::string(what)));
  }
  EXPECT_EQ(misbehaved(), 3);
  expect_unharmed();
}

TEST_F(RogueThreads, a_function_that_calls_itself_without_end_is_stopped) {
  const Result<Bytes> answer = call("recurse");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::RESOURCE_EXHAUSTED);
  EXPECT_THAT(answer.error().message, HasSubstr("128 deep"));
  expect_unharmed();
}

TEST_F(RogueThreads, a_serial_function_that_calls_itself_is_told_that_it_could_never_end) {
  const Result<Bytes> answer = call("alone");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::DEADLOCK);
  EXPECT_THAT(answer.error().message, HasSubstr("rogue_threads"));
  expect_unharmed();
}

TEST_F(RogueThreads, a_timer_whose_function_never_returns_holds_up_nobody_until_the_end) {
  EXPECT_TRUE(call("endless_timer"));
  expect_unharmed("exited 1");
  EXPECT_THAT(host.log(), AllOf(HasSubstr("plugin misbehaved: rogue_threads: a timer"), HasSubstr("in service rogue")));
}

TEST_F(RogueThreads, one_that_is_left_behind_may_use_its_host_until_the_process_ends) {
  EXPECT_TRUE(call("stay"));
  EXPECT_TRUE(logged("still here"));
  expect_unharmed();
}

}  // namespace lodge::system_test
