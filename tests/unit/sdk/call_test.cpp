// Calls of C++ plugins: deferred ones, and those they make.
#include "sdk/described.hpp"

namespace {

struct Caller {
  std::optional<lodge::Reply> kept;

  void later(lodge::Call& call, int value) {
    lodge::Reply reply = call.defer();
    EXPECT_TRUE(reply.awaited());
    EXPECT_TRUE(reply.reply(value).ok());
    EXPECT_FALSE(reply.awaited());
    EXPECT_EQ(reply.reply(value).error().code, LODGE_STALE);
  }
  lodge::Verdict keep(lodge::Call& call) {
    kept = call.defer();
    return lodge::deferred();
  }
  void forget(lodge::Call& call) { const lodge::Reply reply = call.defer(); }
  int throws_after(lodge::Call& call) {
    kept = call.defer();
    throw std::runtime_error("too late");
  }
  int twice(lodge::Call& call) {
    kept = call.defer();
    const lodge::Reply again = call.defer();
    return 1;
  }
  std::string ask(lodge::Call& call, const std::string& word) {
    return call.call<std::string>("dictionary", "find", word, 2).or_throw();
  }
};

const lodge_plugin* caller() {
  static const auto description = lodge::describe<Caller>(
      "caller", "1.0.0", lodge::callback<&Caller::later>("later"), lodge::callback<&Caller::keep>("keep"),
      lodge::callback<&Caller::forget>("forget"), lodge::callback<&Caller::throws_after>("throws_after"),
      lodge::callback<&Caller::twice>("twice"), lodge::callback<&Caller::ask>("ask"));
  return description.plugin();
}

struct WithCalls : ::testing::Test {
  FakeHost fake;
  lodge::Host host{&fake};
  WithCalls() { fake.tables[LODGE_CALL_V1] = FakeHost::call_table(); }
};

struct Deferred : WithCalls {
  Driven plugin{caller(), fake};

  lodge::Reply& kept() { return *static_cast<lodge::Instance<Caller>*>(plugin.self())->object.kept; }
  void expect_completed(std::int32_t verdict, std::string_view bytes) {
    ASSERT_EQ(fake.completions.size(), 1U);
    EXPECT_EQ(fake.completions[0].ticket, 42U);
    EXPECT_EQ(fake.completions[0].verdict, verdict);
    EXPECT_EQ(fake.completions[0].bytes, bytes);
  }
};

TEST_F(Deferred, is_answered_by_its_reply) {
  const Answer answer = plugin.call("later", 5);
  EXPECT_EQ(answer.code, LODGE_DEFERRED);
  EXPECT_EQ(answer.bytes, "");
  expect_completed(LODGE_DONE, packed(5));
}

TEST_F(Deferred, may_continue_the_chain) {
  EXPECT_EQ(plugin.call("keep").code, LODGE_DEFERRED);
  EXPECT_TRUE(fake.completions.empty());
  EXPECT_TRUE(kept().continue_chain().ok());
  expect_completed(LODGE_CONTINUE, "");
}

TEST_F(Deferred, may_continue_with_other_arguments) {
  EXPECT_EQ(plugin.call("keep").code, LODGE_DEFERRED);
  EXPECT_TRUE(kept().continue_with("a", 1).ok());
  expect_completed(LODGE_CONTINUE_WITH, packed("a", 1));
}

TEST_F(Deferred, may_fail) {
  EXPECT_EQ(plugin.call("keep").code, LODGE_DEFERRED);
  EXPECT_TRUE(kept().fail(LODGE_NOT_FOUND, "no such word").ok());
  expect_completed(LODGE_NOT_FOUND, "no such word");
}

TEST_F(Deferred, answers_internal_when_forgotten) {
  EXPECT_EQ(plugin.call("forget").code, LODGE_DEFERRED);
  expect_completed(LODGE_INTERNAL, "the plugin dropped the call without an answer");
}

TEST_F(Deferred, stays_deferred_whatever_is_thrown_afterwards) {
  const Answer answer = plugin.call("throws_after");
  EXPECT_EQ(answer.code, LODGE_DEFERRED);
  EXPECT_EQ(answer.bytes, "");
  EXPECT_TRUE(kept().reply().ok());
  expect_completed(LODGE_DONE, "");
}

TEST_F(Deferred, has_one_ticket) {
  EXPECT_EQ(plugin.call("twice").code, LODGE_DEFERRED);
  EXPECT_TRUE(fake.completions.empty());
}

TEST_F(Deferred, is_refused_without_the_interface) {
  FakeHost without;
  Driven alone(caller(), without);
  const Answer answer = alone.call("keep");
  EXPECT_EQ(answer.code, LODGE_UNIMPLEMENTED);
  EXPECT_EQ(answer.bytes, "lodge.call/1 is missing: the host does not have it, or denies it to this plugin");
}

TEST_F(Deferred, calls_are_made_on_behalf_of_the_one_being_answered) {
  fake.call_reply = packed("found");
  EXPECT_EQ(unpacked<std::string>(plugin.call("ask", "w").bytes), "found");
  EXPECT_EQ(fake.called, "dictionary.find/2");
  EXPECT_EQ(fake.call_args, packed("w", 2));
  EXPECT_EQ(fake.call_parent, plugin.last_call);
}

TEST_F(Deferred, an_answer_thrown_keeps_its_code_and_text) {
  fake.call_code = LODGE_NOT_FOUND;
  fake.call_reply = "no such word";
  const Answer answer = plugin.call("ask", "w");
  EXPECT_EQ(answer.code, LODGE_NOT_FOUND);
  EXPECT_EQ(answer.bytes, "no such word");
}

TEST_F(WithCalls, an_error_says_whether_it_was_executed) {
  fake.call_code = LODGE_DEADLINE_EXCEEDED;
  fake.call_reply = "too slow";
  fake.call_executed = LODGE_EXECUTED_MAYBE;
  const auto result = host.call<int>("a", "b");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, LODGE_DEADLINE_EXCEEDED);
  EXPECT_EQ(result.error().message, "too slow");
  EXPECT_EQ(result.error().executed, lodge::Executed::maybe);
}

TEST_F(WithCalls, an_answer_of_another_type_is_an_error) {
  fake.call_reply = packed("text");
  const auto result = host.call<int>("a", "b");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "the answer: expected int, got str");
  EXPECT_EQ(result.error().executed, lodge::Executed::yes);
}

TEST_F(WithCalls, an_impossible_target_is_an_error) {
  const auto result = host.call<int>("", "b", 1);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "cannot be called:  b/1");
}

TEST_F(WithCalls, a_target_is_resolved_once) {
  const auto target = host.target<int(std::string, int)>("dictionary", "count");
  ASSERT_TRUE(target);
  EXPECT_EQ(fake.called, "dictionary.count/2");
  fake.called.clear();
  fake.call_reply = packed(8);
  EXPECT_EQ(*(*target)("w", 1), 8);
  EXPECT_EQ(*target->with({.timeout_ns = 5}, {}, "w", 1), 8);
  EXPECT_EQ(fake.call_timeout_ns, 5);
  EXPECT_EQ(fake.called, "");
}

TEST_F(WithCalls, the_interface_is_asked_for_once) {
  static_cast<void>(host.call("a", "b"));
  static_cast<void>(host.call("a", "b"));
  EXPECT_EQ(fake.queries, 1);
}

TEST_F(WithCalls, a_started_call_tells_its_completion) {
  std::optional<int> got;
  const auto pending = host.start<int>(
      "a", "b", [&got](lodge::Result<int> result) { got = *result; }, 1);
  ASSERT_TRUE(pending);
  EXPECT_FALSE(got);
  const std::string bytes = packed(3);
  const lodge_slice reply{bytes.data(), bytes.size()};
  fake.started(fake.started_user, LODGE_OK, LODGE_EXECUTED_YES, &reply);
  EXPECT_EQ(got, 3);
  EXPECT_TRUE(pending->cancel().ok());
}

TEST_F(WithCalls, a_completion_that_throws_ends_there) {
  ASSERT_TRUE(host.start<>("a", "b", [](lodge::Result<void>) { throw std::runtime_error("broken"); }));
  const lodge_slice reply{nullptr, 0};
  fake.started(fake.started_user, LODGE_CANCELLED, LODGE_EXECUTED_NO, &reply);
}

TEST_F(WithCalls, a_one_way_call_waits_for_nothing) {
  ASSERT_TRUE(host.start<>("a", "b", nullptr, 1));
  EXPECT_EQ(fake.started, nullptr);
  fake.call_code = LODGE_RESOURCE_EXHAUSTED;
  const auto refused = host.start<>("a", "b", [](lodge::Result<void>) { FAIL(); });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, LODGE_RESOURCE_EXHAUSTED);
}

}  // namespace
