// Whole runs of lodgectl, against a host that answers as the test says.
#include "lodgectl/session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <mutex>
#include <sstream>

#include "fake_host.hpp"
#include "lodgectl/verb.hpp"
#include "wire/json.hpp"

namespace lodge::ctl {
namespace {

using ::testing::AllOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::SizeIs;
using ::testing::StartsWith;
using wire::Value;

/// Knows a service `echo`, whose function `say` answers its arguments, and what the host itself is asked here.
class Runs : public ::testing::Test {
 protected:
  ExitCode run(std::vector<std::string> words) {
    words.insert(words.begin(), {"lodgectl", "--socket", host_.path().string()});
    std::vector<const char*> pointers;
    for (const std::string& word : words) pointers.push_back(word.c_str());
    const auto options = read_options(static_cast<int>(pointers.size()), pointers.data());
    EXPECT_TRUE(options.ok());
    out_.str("");
    errors_.str("");
    Session session(*options, {out_, errors_, clock_, options->json, false}, in_);
    return run_verb(session);
  }

  Result<Value> answer(const wire::CallBody& call, const Value::List& arguments) {
    ++calls_;
    if (call.service == "lodge") return of_host(call.name, arguments);
    if (call.service != "echo") return Error{Code::NOT_FOUND, "no service `" + std::string(call.service) + "`"};
    if (arguments.size() == 1 && arguments[0] == Value("bad"))
      return Error{Code::INVALID_ARGUMENT, "bad", Executed::yes};
    if (arguments.size() == 1 && arguments[0] == Value("last")) draining_ = true;
    if (draining_) return Error{Code::UNAVAILABLE, "draining", Executed::no};
    return Value(arguments);
  }

  Result<Value> of_host(std::string_view name, const Value::List& arguments) {
    const std::lock_guard lock(asked_mutex_);
    asked_ = std::string(name) + " " + wire::json_from_value(arguments);
    if (name == "status") return Value::map({{"name", "fake"}});
    if (name == "config_domains") return Value(Value::List{});
    if (name == "names") return Value(Value::List{Value::map({{"name", "one"}})});
    if (name == "store_list" && arguments.at(0) == Value("words")) {
      return Value(Value::List{Value::map({{"value", 3}, {"key", arguments.at(0)}})});
    }
    return Error{Code::UNIMPLEMENTED, "nothing of the kind"};
  }

  /// What was printed for each line.
  std::vector<Value> printed() const {
    std::vector<Value> values;
    std::istringstream lines(out_.str());
    for (std::string line; std::getline(lines, line);) values.push_back(*wire::value_from_json(line));
    return values;
  }

  /// What the host itself was asked last.
  std::string asked() {
    const std::lock_guard lock(asked_mutex_);
    return asked_;
  }

  std::atomic<int> calls_ = 0;
  std::atomic<bool> draining_ = false;
  std::mutex asked_mutex_;
  std::string asked_;
  FakeHost host_{[this](const auto& call, const auto& arguments) { return answer(call, arguments); }};
  const SystemClock clock_;
  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream errors_;
};

TEST_F(Runs, a_call_prints_the_answer_as_json) {
  EXPECT_EQ(run({"call", "echo", "say", "1", "ada", "[true]"}), ExitCode::ok);
  EXPECT_EQ(out_.str(), "[1,\"ada\",[true]]\n");
}

TEST_F(Runs, an_error_goes_to_the_error_stream_and_ends_with_one) {
  EXPECT_EQ(run({"call", "greter", "say"}), ExitCode::failed);
  EXPECT_EQ(out_.str(), "");
  EXPECT_EQ(errors_.str(), "lodgectl: NOT_FOUND: no service `greter`\n");
}

TEST_F(Runs, the_host_is_asked_by_its_own_service) {
  EXPECT_EQ(run({"status"}), ExitCode::ok);
  EXPECT_EQ(out_.str(), "name  fake\n");
  EXPECT_EQ(run({"store", "list", "words"}), ExitCode::ok);
  EXPECT_EQ(out_.str(), "key    value\nwords  3\n");
  EXPECT_EQ(run({"--json", "store", "list", "words"}), ExitCode::ok);
  EXPECT_EQ(out_.str(), "[{\"value\":3,\"key\":\"words\"}]\n");
}

TEST_F(Runs, each_line_of_a_file_is_a_call) {
  const auto file = host_.path().parent_path() / "lines";
  std::ofstream text(file);
  for (int line = 0; line < 500; ++line) text << "line " << line << "\n";
  text.close();
  EXPECT_EQ(run({"--json", "call", "echo", "say", "first", "--each-line", file}), ExitCode::ok);
  EXPECT_THAT(out_.str(), AllOf(StartsWith("{\"line\":1,\"result\":[\"first\",\"line 0\"]}\n"),
                                HasSubstr("{\"line\":500,\"result\":[\"first\",\"line 499\"]}\n")));
  EXPECT_EQ(calls_, 500);
}

TEST_F(Runs, lines_that_fail_are_counted_and_named) {
  const auto file = host_.path().parent_path() / "lines";
  std::ofstream(file) << "good\nbad\ngood";
  EXPECT_EQ(run({"call", "echo", "say", "--each-line", file}), ExitCode::failed);
  EXPECT_THAT(errors_.str(),
              AllOf(HasSubstr("INVALID_ARGUMENT: line 2: bad"), HasSubstr("3 calls, 2 answered, 1 failed")));
}

TEST_F(Runs, each_line_that_was_read_is_answered_in_order_when_the_host_becomes_unavailable) {
  std::string text;
  for (int line = 1; line <= 500; ++line) text += line == 100 ? "last\n" : "line\n";
  in_.str(text);
  EXPECT_EQ(run({"--json", "call", "echo", "say", "--each-line", "-"}), ExitCode::unavailable);
  const std::vector<Value> lines = printed();
  ASSERT_THAT(lines, SizeIs(AllOf(Ge(100U), Le(164U))));
  for (std::size_t at = 0; at < lines.size(); ++at) {
    EXPECT_EQ(*lines[at].find("line"), Value(at + 1));
    EXPECT_NE(lines[at].find(at + 1 < 100 ? "result" : "error"), nullptr) << at;
  }
  const Value summary = *wire::value_from_json(errors_.str())->find("summary");
  EXPECT_EQ(*summary.find("calls"), Value(lines.size()));
  EXPECT_EQ(*summary.find("answered"), Value(99));
  EXPECT_EQ(*summary.find("failed"), Value(lines.size() - 99));
  EXPECT_EQ(*summary.find("stopped"), Value(true));
}

TEST_F(Runs, each_line_that_was_read_is_answered_in_order_when_the_connection_breaks) {
  host_.hang_up_after(50);
  std::string text;
  for (int line = 1; line <= 500; ++line) text += "line\n";
  in_.str(text);
  EXPECT_EQ(run({"--json", "call", "echo", "say", "--each-line", "-"}), ExitCode::unavailable);
  const std::vector<Value> lines = printed();
  ASSERT_THAT(lines, SizeIs(AllOf(Ge(51U), Le(115U))));
  for (std::size_t at = 0; at < lines.size(); ++at) {
    EXPECT_EQ(*lines[at].find("line"), Value(at + 1));
    EXPECT_NE(lines[at].find(at < 50 ? "result" : "error"), nullptr) << at;
  }
  EXPECT_EQ(*lines.back().find("error")->find("code"), Value("UNAVAILABLE"));
}

TEST_F(Runs, a_line_that_is_too_large_fails_alone) {
  in_.str("one\n" + std::string(17 << 20, 'x') + "\nthree\n");
  EXPECT_EQ(run({"--json", "call", "echo", "say", "--each-line", "-"}), ExitCode::failed);
  const std::vector<Value> lines = printed();
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_EQ(*lines[1].find("error")->find("code"), Value("RESOURCE_EXHAUSTED"));
  EXPECT_EQ(*lines[2].find("result"), Value(Value::List{"three"}));
}

TEST_F(Runs, one_call_is_summed_up_in_the_singular) {
  in_.str("one");
  EXPECT_EQ(run({"call", "echo", "say", "--each-line", "-"}), ExitCode::ok);
  EXPECT_THAT(errors_.str(), StartsWith("1 call, 1 answered, 0 failed, "));
}

TEST_F(Runs, standard_input_is_lines_or_an_argument_and_not_both) {
  EXPECT_EQ(run({"call", "echo", "say", "@-", "--each-line", "-"}), ExitCode::usage);
  EXPECT_THAT(errors_.str(), HasSubstr("standard input can be read once"));
}

TEST_F(Runs, an_argument_may_come_from_standard_input) {
  in_.str("{\"a\":\n1}");
  EXPECT_EQ(run({"call", "echo", "say", "@-"}), ExitCode::ok);
  EXPECT_EQ(out_.str(), "[{\"a\":1}]\n");
}

TEST_F(Runs, an_argument_that_would_lose_something_is_a_wrong_command_line) {
  for (const char* word : {"{\"$bin\":\"!!\"}", "[18446744073709551616]", "{\"a\":1,\"a\":2}"}) {
    EXPECT_EQ(run({"call", "echo", "say", word}), ExitCode::usage) << word;
    EXPECT_THAT(errors_.str(), HasSubstr("line 1, column ")) << word;
  }
  EXPECT_EQ(calls_, 0);
}

TEST_F(Runs, the_same_words_reach_a_store_and_the_configuration) {
  for (const std::string of : {"store", "config"}) {
    EXPECT_EQ(run({of, "put", "there", "key", "[1]"}), ExitCode::failed);
    EXPECT_EQ(asked(), of + "_put [\"there\",\"key\",[1]]");
    EXPECT_EQ(run({of, "get", "there", "12"}), ExitCode::failed);
    EXPECT_EQ(asked(), of + "_get [\"there\",\"12\"]") << "a key is text, whatever it looks like";
    EXPECT_EQ(run({of, "delete", "there", "{\"$bin\":\"AAE=\"}"}), ExitCode::failed);
    EXPECT_EQ(asked(), of + "_delete [\"there\",{\"$bin\":\"AAE=\"}]") << "or bytes, as list shows them";
    EXPECT_EQ(run({of, "list", "there", "--prefix", "k", "--limit", "7"}), ExitCode::failed);
    EXPECT_EQ(asked(), of + "_list [\"there\",\"k\",7]");
  }
  EXPECT_EQ(run({"store", "put", "there", "key", "1", "--ttl", "500"}), ExitCode::failed);
  EXPECT_EQ(asked(), "store_put [\"there\",\"key\",1,500]");
  EXPECT_EQ(run({"config", "put", "there", "key", "1", "--ttl", "500"}), ExitCode::usage);
  EXPECT_EQ(run({"config"}), ExitCode::ok);
  EXPECT_EQ(asked(), "config_domains []");
  EXPECT_EQ(run({"config", "list"}), ExitCode::ok);
  EXPECT_EQ(asked(), "config_domains []");
}

TEST_F(Runs, a_list_that_is_as_long_as_its_limit_says_that_there_may_be_more) {
  EXPECT_EQ(run({"names", "--limit", "1"}), ExitCode::ok);
  EXPECT_THAT(errors_.str(), HasSubstr("there may be more: --limit N"));
  EXPECT_EQ(run({"names", "--limit", "2"}), ExitCode::ok);
  EXPECT_EQ(errors_.str(), "");
}

TEST_F(Runs, async_returns_without_the_answer_but_reports_a_refusal) {
  EXPECT_EQ(run({"call", "echo", "say", "1", "--async"}), ExitCode::ok);
  EXPECT_EQ(out_.str(), "");
  EXPECT_EQ(run({"call", "greter", "say", "--async"}), ExitCode::failed);
  EXPECT_THAT(errors_.str(), HasSubstr("no service `greter`"));
}

TEST_F(Runs, bench_reports_rate_and_latency) {
  EXPECT_EQ(run({"bench", "echo", "say", "--connections", "2", "--depth", "4", "--seconds", "0.05"}), ExitCode::ok);
  for (const char* figure : {"calls  ", "errors       0", "calls_per_s", "p50_us", "p99_us", "max_us"}) {
    EXPECT_THAT(out_.str(), HasSubstr(figure));
  }
}

TEST_F(Runs, bench_of_what_does_not_exist_says_so_at_once) {
  EXPECT_EQ(run({"bench", "greter", "say"}), ExitCode::failed);
  EXPECT_EQ(calls_, 1);
}

}  // namespace
}  // namespace lodge::ctl
