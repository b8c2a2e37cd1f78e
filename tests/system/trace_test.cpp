// Traces of a running host: through calls over three services, however they are made, and as an operator sees them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <memory>
#include <regex>

#include "host_process.hpp"

namespace lodge::system_test {

namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using wire::Value;

const std::string trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string sampled = "00-" + trace_id + "-00f067aa0ba902b7-01";
const std::string not_sampled = "00-" + trace_id + "-00f067aa0ba902b7-00";

class Tracing : public ::testing::Test {
 protected:
  Tracing() { directory_.add_plugin("traced"); }

  void start(const std::string& more = "") {
    std::string config;
    for (const char* name : {"a", "b", "c"}) config += std::string("[service.") + name + "]\nplugins = [\"traced\"]\n";
    host_ = std::make_unique<HostProcess>(directory_, config + more);
  }
  /// Calls `a` so, which goes on over `way`.
  [[nodiscard]] Outcome call(const std::string& manner, const std::string& way,
                             std::vector<std::string> options) const {
    options.insert(options.begin(), {"call", "a", manner, way});
    return host_->lodgectl(options);
  }
  [[nodiscard]] Value tree() const { return host_->ask({"trace", trace_id}); }
  /// Names and services of a tree: "a by_call/1 (a own (b ...))".
  static std::string drawn(const Value& spans) {
    std::string out;
    for (const Value& each : *spans.as_list()) {
      if (!out.empty()) out += " ";
      out += *each.find("service")->as_text() + ":" + *each.find("name")->as_text();
      const std::string below = drawn(*each.find("children"));
      if (!below.empty()) out += "(" + below + ")";
    }
    return out;
  }

  ScratchDirectory directory_;
  std::unique_ptr<HostProcess> host_;
};

}  // namespace

TEST_F(Tracing, calls_over_three_services_are_one_tree) {
  start();
  const Outcome outcome = call("by_call", R"(["b by_call", "c by_call"])", {"--traceparent", sampled});
  EXPECT_EQ(outcome.ended, "exited 0") << outcome.err;
  EXPECT_EQ(drawn(tree()), "a:by_call/1(a:own(b:by_call/1(b:own(c:by_call/1(c:own)))))");
  EXPECT_THAT(outcome.out, StartsWith("\"00-" + trace_id)) << "the last one has seen the trace";
  EXPECT_THAT(outcome.out, Not(HasSubstr("00f067aa0ba902b7"))) << "and a span of its own";
}

TEST_F(Tracing, so_are_deferred_and_started_calls_and_coroutines) {
  start();
  EXPECT_EQ(
      call("by_start", R"(["b by_task", "c by_start", "a by_task", "b by_call"])", {"--traceparent", sampled}).ended,
      "exited 0");
  EXPECT_EQ(drawn(tree()), "a:by_start/1(b:by_task/1(b:own(c:by_start/1(a:by_task/1(a:own(b:by_call/1(b:own)))))))");
  const Value root = (*tree().as_list())[0];
  EXPECT_EQ(*root.find("parent_id"), Value("00f067aa0ba902b7"));
  EXPECT_GE(*root.find("took_us")->as_int(), 2000) << "two naps of a millisecond";
}

TEST_F(Tracing, a_tree_is_shown_with_times_codes_and_what_was_said) {
  start();
  EXPECT_EQ(call("by_call", R"(["b by_start"])", {"--traceparent", sampled}).ended, "exited 1");
  const Outcome outcome = host_->lodgectl({"trace", trace_id});
  EXPECT_THAT(outcome.out, StartsWith("span"));
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("\n  own"), HasSubstr("\n    - calling"), HasSubstr("\n    by_start/1"),
                                 HasSubstr("NOT_FOUND: the way has ended"), HasSubstr("left=1"), HasSubstr(" ms")));
}

TEST_F(Tracing, what_is_not_sampled_is_passed_on_and_not_kept) {
  start();
  EXPECT_EQ(call("by_call", R"(["b by_call"])", {"--traceparent", not_sampled}).out, "\"" + not_sampled + "\"\n");
  EXPECT_EQ(call("by_call", R"(["b by_call"])", {}).out, "\"untraced\"\n");
  EXPECT_THAT(host_->lodgectl({"trace"}).out, IsEmpty());
  const Outcome none = host_->lodgectl({"trace", trace_id});
  EXPECT_EQ(none.ended, "exited 1");
  EXPECT_THAT(none.err, HasSubstr("NOT_FOUND: the host has no span of trace " + trace_id));
}

TEST_F(Tracing, a_trace_can_be_begun_on_the_command_line) {
  start();
  const Outcome outcome = call("by_call", "[]", {"--trace"});
  std::smatch id;
  ASSERT_TRUE(std::regex_search(outcome.err, id, std::regex("^trace ([0-9a-f]{32})\n"))) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr(id[1].str()));
  EXPECT_THAT(host_->lodgectl({"trace", "--service", "a"}).out, HasSubstr(" " + id[1].str() + " a by_call/1 "));
  EXPECT_THAT(host_->lodgectl({"trace", "--service", "b"}).out, IsEmpty());
}

TEST_F(Tracing, calls_from_outside_are_sampled_where_the_configuration_says_so) {
  start("[trace]\nsample_one_in = 2\n");
  for (int i = 0; i < 4; ++i) EXPECT_EQ(call("by_call", "[]", {}).ended, "exited 0");
  const std::string out = host_->lodgectl({"trace", "--json", "--service", "a"}).out;
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 4) << out << "two calls, and a span of the plugin's in each";
}

TEST_F(Tracing, a_follower_sees_spans_as_they_end_until_ctrl_c) {
  start();
  const std::vector<std::string> args = {"--socket", host_->socket().string(), "trace", "-f"};
  const auto follower = std::make_unique<ChildProcess>(directory_, "lodgectl", args, "follower");
  const auto followed = [this] { return directory_.read("follower.out"); };
  for (int i = 0; i < 3; ++i) {
    const std::string id(32, static_cast<char>('1' + i));
    EXPECT_EQ(call("by_call", "[]", {"--traceparent", "00-" + id + "-00f067aa0ba902b7-01"}).ended, "exited 0");
    EXPECT_TRUE(eventually([&] { return followed().find(id + " a by_call/1 ") != std::string::npos; })) << followed();
  }
  // Somebody listens: what is not sampled is kept too.
  EXPECT_EQ(call("by_call", "[]", {"--traceparent", not_sampled}).ended, "exited 0");
  EXPECT_TRUE(eventually([&] { return followed().find(trace_id) != std::string::npos; })) << followed();
  follower->signal(SIGINT);
  const Outcome outcome = follower->outcome();
  EXPECT_EQ(outcome.ended, "exited 130");
  EXPECT_THAT(outcome.err, IsEmpty());
  EXPECT_THAT(outcome.out, EndsWith("\n"));
}

TEST_F(Tracing, words_that_are_wrong_are_told_so) {
  start();
  EXPECT_THAT(call("by_call", "[]", {"--traceparent", "00-" + trace_id}).err, HasSubstr("--traceparent: `00-4bf9"));
  EXPECT_EQ(call("by_call", "[]", {"--traceparent", ""}).ended, "exited 64");
  EXPECT_THAT(call("by_call", "[]", {"--traceparent", sampled, "--trace"}).err, HasSubstr("exclude each other"));
  EXPECT_THAT(host_->lodgectl({"trace", "xyz"}).err, HasSubstr("`xyz` is no trace id"));
  EXPECT_EQ(host_->lodgectl({"trace", trace_id, "-f"}).ended, "exited 64");
}

}  // namespace lodge::system_test
