#include <gmock/gmock.h>

#include "sdk/described.hpp"

namespace {

using ::testing::HasSubstr;

struct Part {
  std::tuple<int, std::variant<bool, std::string>> count;
  static constexpr auto lodge_fields = std::make_tuple(lodge::field("count", &Part::count));
};

struct Odd {
  int runs = 0;

  std::string greet(std::string_view who, int times) const {
    std::string out;
    for (int i = 0; i < times; ++i) out.append(who);
    return out;
  }
  void nothing() { ++runs; }
  int count_runs() { return runs; }
  std::uint8_t narrow(std::uint8_t value) {
    ++runs;
    return value;
  }
  lodge::Result<int> half(int value) {
    if (value % 2 != 0) return lodge::Error{LODGE_OUT_OF_RANGE, "odd"};
    return value / 2;
  }
  lodge::Result<void> check(bool good) {
    if (!good) return lodge::Error{LODGE_ABORTED, "not good"};
    return {};
  }
  void throws(int what) {
    if (what == 0) throw lodge::Failure(LODGE_NOT_FOUND, "no such word");
    if (what == 1) throw std::runtime_error("broken");
    if (what == 2) throw lodge::Failure(5, "not a code");
    throw 3;
  }
  lodge::Verdict route(const std::string& where) {
    if (where == "done") return lodge::done(std::string(1000, 'x'));
    if (where == "nil") return lodge::done();
    if (where == "on") return lodge::go_on();
    if (where == "with") return lodge::continue_with("elsewhere");
    if (where == "two") return lodge::continue_with(1, 2);
    if (where == "deferred") return lodge::deferred();
    return lodge::Error{LODGE_NOT_FOUND, where};
  }
  lodge::Verdict only_here() { return lodge::go_on(); }
  std::tuple<std::string_view, std::string_view, std::string_view, bool, std::int64_t> view(lodge::Call& call) {
    return {call.service(), call.name(), call.caller(), call.awaited(), call.deadline_ns()};
  }
  std::vector<std::uint8_t> big() { return std::vector<std::uint8_t>(100); }
  static int twice(int value) { return 2 * value; }
  static int sum(std::span<const std::uint8_t> bytes, const std::map<std::string, std::optional<Part>>& parts,
                 const lodge::Any&) {
    int total = static_cast<int>(bytes.size());
    for (const auto& [name, part] : parts) total += part ? std::get<0>(part->count) : 0;
    return total;
  }
};

const lodge_plugin* odd() {
  static const auto description = lodge::describe<Odd>(
      "odd", "1.0.0", lodge::callback<&Odd::greet>("greet"), lodge::callback<&Odd::nothing>("nothing"),
      lodge::callback<&Odd::count_runs>("count_runs"), lodge::callback<&Odd::narrow>("narrow"),
      lodge::callback<&Odd::half>("half"), lodge::callback<&Odd::check>("check"),
      lodge::callback<&Odd::throws>("throws"), lodge::callback<&Odd::route>("route"),
      lodge::function<&Odd::only_here>("only_here"), lodge::callback<&Odd::view>("view"),
      lodge::callback<&Odd::big>("big"), lodge::callback<&Odd::twice>("twice"), lodge::callback<&Odd::sum>("sum"));
  return description.plugin();
}

struct Callback : ::testing::Test {
  FakeHost host;
  Driven plugin{odd(), host};

  void SetUp() override { ASSERT_EQ(plugin.created.code, LODGE_OK); }
  void expect_error(const Answer& answer, std::int32_t code, std::string_view text) {
    EXPECT_EQ(answer.code, code);
    EXPECT_EQ(answer.bytes, text);
  }
};

TEST_F(Callback, gets_arguments_and_answers_with_a_value) {
  const Answer answer = plugin.call("greet", "ho", 3);
  EXPECT_EQ(answer.code, LODGE_DONE);
  EXPECT_EQ(unpacked<std::string>(answer.bytes), "hohoho");
}

TEST_F(Callback, may_be_a_static_function) { EXPECT_EQ(unpacked<int>(plugin.call("twice", 21).bytes), 42); }

TEST_F(Callback, that_returns_nothing_writes_nothing) {
  const Answer answer = plugin.call("nothing");
  EXPECT_EQ(answer.code, LODGE_DONE);
  EXPECT_EQ(answer.bytes, "");
  EXPECT_EQ(unpacked<int>(plugin.call("count_runs").bytes), 1);
}

TEST_F(Callback, refuses_another_arity) {
  expect_error(plugin.call("greet", "ho"), LODGE_INVALID_ARGUMENT, "expected 2 arguments, got 1");
  expect_error(plugin.call("twice"), LODGE_INVALID_ARGUMENT, "expected 1 argument, got 0");
}

TEST_F(Callback, refuses_another_type_and_says_where) {
  expect_error(plugin.call("greet", 1, 3), LODGE_INVALID_ARGUMENT, "argument 1: expected str, got int");
  expect_error(plugin.call("greet", "ho", "ho"), LODGE_INVALID_ARGUMENT, "argument 2: expected int, got str");
}

TEST_F(Callback, says_the_whole_way_to_what_is_wrong_in_an_argument) {
  using Parts = std::map<std::string, std::map<std::string, std::tuple<int, int>>>;
  const std::vector<std::uint8_t> bytes{1, 2};
  const std::map<std::string, std::optional<Part>> good{{"a", Part{{40, true}}}, {"b", std::nullopt}};
  EXPECT_EQ(unpacked<int>(plugin.call("sum", bytes, good, std::vector<int>{1}).bytes), 42);
  expect_error(plugin.call("sum", bytes, Parts{{"a", {{"count", {1, 2}}}}}, 0), LODGE_INVALID_ARGUMENT,
               "argument 2, key \"a\", key \"count\", element 2: expected bool or str, got int");
  expect_error(plugin.call("sum", bytes, Parts{{"a", {}}}, 0), LODGE_INVALID_ARGUMENT,
               "argument 2, key \"a\": key \"count\" is missing");
  expect_error(plugin.call("sum", "text", good, 0), LODGE_INVALID_ARGUMENT, "argument 1: expected bin, got str");
}

TEST_F(Callback, does_not_run_with_an_argument_out_of_range) {
  expect_error(plugin.call("narrow", 256), LODGE_INVALID_ARGUMENT, "argument 1: 256 is out of range (0 to 255)");
  expect_error(plugin.call("narrow", -1), LODGE_INVALID_ARGUMENT, "argument 1: -1 is out of range (0 to 255)");
  EXPECT_EQ(unpacked<int>(plugin.call("count_runs").bytes), 0);
}

TEST_F(Callback, answers_with_a_result) {
  EXPECT_EQ(unpacked<int>(plugin.call("half", 8).bytes), 4);
  expect_error(plugin.call("half", 7), LODGE_OUT_OF_RANGE, "odd");
  EXPECT_EQ(plugin.call("check", true).code, LODGE_DONE);
  expect_error(plugin.call("check", false), LODGE_ABORTED, "not good");
}

TEST_F(Callback, answers_what_was_thrown) {
  expect_error(plugin.call("throws", 0), LODGE_NOT_FOUND, "no such word");
  expect_error(plugin.call("throws", 1), LODGE_INTERNAL, "broken");
  expect_error(plugin.call("throws", 2), LODGE_INTERNAL, "not a code");
  expect_error(plugin.call("throws", 3), LODGE_INTERNAL, "something was thrown that is no std::exception");
}

TEST_F(Callback, answers_with_a_verdict) {
  const Answer done = plugin.call("route", "done");
  EXPECT_EQ(done.code, LODGE_DONE);
  EXPECT_EQ(unpacked<std::string>(done.bytes), std::string(1000, 'x'));
  expect_error(plugin.call("route", "nil"), LODGE_DONE, "");
  expect_error(plugin.call("route", "on"), LODGE_CONTINUE, "");
  expect_error(plugin.call("route", "with"), LODGE_CONTINUE_WITH, packed("elsewhere"));
  expect_error(plugin.call("route", "nowhere"), LODGE_NOT_FOUND, "nowhere");
}

TEST_F(Callback, with_a_verdict_that_cannot_be_is_told_so) {
  expect_error(plugin.call("route", "two"), LODGE_INTERNAL, "continue_with was given 2 arguments, this callback has 1");
  expect_error(plugin.call("route", "deferred"), LODGE_INTERNAL, "deferred() was answered without a Call::defer()");
  expect_error(plugin.call("only_here"), LODGE_INTERNAL, "a function has no next link to continue with");
}

TEST_F(Callback, sees_the_call) {
  using Seen = std::tuple<std::string, std::string, std::string, bool, std::int64_t>;
  host.tables[LODGE_CALL_V1] = FakeHost::call_table();
  EXPECT_EQ(unpacked<Seen>(plugin.call("view").bytes), Seen("front", "view", "back", true, INT64_MAX));
  plugin.deadline_ns = 0;
  EXPECT_EQ(unpacked<Seen>(plugin.call("view").bytes), Seen("front", "view", "back", false, 0));
}

TEST_F(Callback, whose_result_does_not_fit_says_so) {
  std::array<std::uint8_t, 40> memory{};
  lodge_writer out;
  lodge_writer_over(&out, memory.data(), memory.size());
  expect_error(plugin.answer("big", 0, "", out), LODGE_RESOURCE_EXHAUSTED, "the result does not fit");
}

TEST_F(Callback, refuses_arguments_that_end_early) {
  lodge::Buffer<> out;
  const Answer answer = plugin.answer("greet", 2, packed("ho"), out);
  expect_error(answer, LODGE_INVALID_ARGUMENT, "argument 2: expected int, got nothing");
}

}  // namespace
