// What an operator sees of a running host from outside: metrics, the log, calls under way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <memory>

#include "host_process.hpp"
#include "rig/prometheus_text.hpp"

namespace lodge::system_test {

namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using wire::Value;

class Watching : public ::testing::Test {
 protected:
  Watching() { directory_.add_plugin("subject"); }

  void start(const std::string& more = "") {
    host_ = std::make_unique<HostProcess>(directory_, "[service.greeter]\nplugins = [\"subject\"]\n" + more);
  }
  /// `lodgectl logs -f`, in the background.
  [[nodiscard]] std::unique_ptr<ChildProcess> follow(std::vector<std::string> args = {}) const {
    args.insert(args.begin(), {"--socket", host_->socket().string(), "logs", "-f"});
    return std::make_unique<ChildProcess>(directory_, "lodgectl", args, "follower");
  }
  [[nodiscard]] std::string followed() const { return directory_.read("follower.out"); }
  /// Has the host write a line that holds `mark`.
  void write_line(const std::string& mark) const {
    EXPECT_EQ(host_->lodgectl({"log-level", mark, "info"}).ended, "exited 0");
  }

  ScratchDirectory directory_;
  std::unique_ptr<HostProcess> host_;
};

}  // namespace

TEST_F(Watching, metrics_are_what_prometheus_reads) {
  start();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(host_->lodgectl({"call", "greeter", "echo", "1"}).ended, "exited 0");
  const Outcome outcome = host_->lodgectl({"metrics"});
  EXPECT_EQ(outcome.ended, "exited 0") << outcome.err;
  std::string error;
  const rig::Samples samples = rig::read_prometheus_text(outcome.out, error);
  EXPECT_THAT(error, IsEmpty());
  EXPECT_EQ(samples.at("lodge_calls_total{service=\"greeter\",callback=\"echo/1\"}"), 5);
  EXPECT_EQ(samples.at("lodge_calls_in_flight"), 1) << "this one";
  EXPECT_EQ(*host_->ask({"metrics"}).as_text() != "", true) << "with --json it is one string";
}

TEST_F(Watching, the_last_lines_of_the_log_are_told) {
  start();
  const Outcome outcome = host_->lodgectl({"logs"});
  EXPECT_EQ(outcome.ended, "exited 0");
  EXPECT_THAT(outcome.out, AllOf(HasSubstr(" info service.greeter: running (started)\n"), EndsWith("\n")));
  const Outcome json = host_->lodgectl({"logs", "--json", "--module", "service.greeter", "--last", "1"});
  EXPECT_THAT(json.out,
              AllOf(StartsWith("{\"number\":"), HasSubstr("\"level\":\"info\",\"module\":\"service.greeter\"")));
  EXPECT_THAT(host_->lodgectl({"logs", "--level", "error"}).out, IsEmpty());
  EXPECT_THAT(host_->lodgectl({"logs", "--level", "loud"}).err, HasSubstr("no log level `loud`"));
}

TEST_F(Watching, a_follower_sees_lines_as_they_come_until_ctrl_c) {
  start();
  const auto follower = follow({"--module", "control"});
  for (int i = 0; i < 5; ++i) {
    const std::string mark = "mark" + std::to_string(i);
    write_line(mark);
    EXPECT_TRUE(eventually([&] { return followed().find(mark) != std::string::npos; })) << followed();
  }
  follower->signal(SIGINT);
  const Outcome outcome = follower->outcome();
  EXPECT_EQ(outcome.ended, "exited 130");
  EXPECT_THAT(outcome.err, IsEmpty());
  EXPECT_THAT(outcome.out, AllOf(EndsWith("\n"), Not(HasSubstr("service.greeter"))));
}

TEST_F(Watching, a_follower_that_stands_still_costs_no_memory_and_hears_what_it_lost) {
  start("[log]\nkept_bytes_max = 4096\n");
  const auto follower = follow({"--json"});
  write_line("before");
  ASSERT_TRUE(eventually([&] { return followed().find("before") != std::string::npos; }));
  follower->signal(SIGSTOP);
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(host_->call("lodge", "log_level", {"flood", "info"}).ok());
  }
  follower->signal(SIGCONT);
  EXPECT_TRUE(eventually([&] { return followed().find("{\"lost\":") != std::string::npos; })) << followed();
  follower->signal(SIGINT);
  EXPECT_EQ(follower->outcome().ended, "exited 130");
}

TEST_F(Watching, a_follower_does_not_hold_up_the_stop) {
  start("[limits]\ndrain_timeout_ms = 20000\n");
  const auto follower = follow();
  write_line("here");
  ASSERT_TRUE(eventually([&] { return followed().find("here") != std::string::npos; }));
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(host_->stop().ended, "exited 0");
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(15));
  EXPECT_EQ(follower->outcome().ended, "exited 69");
}

TEST_F(Watching, levels_of_the_log_change_while_the_host_runs) {
  start();
  EXPECT_EQ(host_->lodgectl({"log-level", "all", "error"}).ended, "exited 0");
  EXPECT_EQ(host_->lodgectl({"log-level", "control", "info"}).ended, "exited 0");
  EXPECT_EQ(host_->lodgectl({"log-level"}).out, "module   level\nall      error\ncontrol  info\n");
  EXPECT_EQ(host_->lodgectl({"log-level", "control"}).ended, "exited 64");
  EXPECT_EQ(host_->lodgectl({"log-level", "control", "loud"}).ended, "exited 1");
}

TEST_F(Watching, calls_under_way_are_listed) {
  start();
  EXPECT_THAT(host_->lodgectl({"calls"}).out, HasSubstr("calls/1"));
  const Value calls = host_->ask({"calls"});
  EXPECT_EQ(*calls.as_list()->front().find("where"), Value("running"));
}

}  // namespace lodge::system_test
