#include "platform/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "platform/executable_path.hpp"
#include "rig/eventually.hpp"

namespace lodge::platform {
namespace {

using testing::HasSubstr;

ChildOptions shell(const std::string& script) {
  ChildOptions options;
  options.program = "/bin/sh";
  options.args = {"-c", script};
  return options;
}

ChildResult run(const ChildOptions& options) {
  const SystemClock clock;
  Result<ChildResult> child = run_child(options, clock);
  EXPECT_TRUE(child.ok());
  return child ? *child : ChildResult{};
}

/// Ended, whether or not anybody has asked how.
bool is_gone(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(stat, text);
  const auto after_name = text.rfind(") ");
  return after_name == std::string::npos || text[after_name + 2] == 'Z';
}

TEST(Process, brings_back_result_output_and_status) {
  const ChildResult child = run(shell("echo result >&3; echo out; echo err >&2; exit 3"));
  EXPECT_EQ(text_of(child.result), "result\n");
  EXPECT_THAT(child.output, HasSubstr("out\n"));
  EXPECT_THAT(child.output, HasSubstr("err\n"));
  EXPECT_EQ(child.status.text(), "exited 3");
  EXPECT_FALSE(child.status.success());
  EXPECT_FALSE(child.timed_out);
}

TEST(Process, names_the_signal_that_killed_it) {
  EXPECT_EQ(run(shell("kill -SEGV $$")).status.text(), "killed by SIGSEGV");
}

TEST(Process, kills_at_the_deadline) {
  ChildOptions options = shell("echo begun >&3; sleep 100");
  options.timeout_ns = 100'000'000;
  const ChildResult child = run(options);
  EXPECT_TRUE(child.timed_out);
  EXPECT_EQ(child.status.text(), "killed by SIGKILL");
}

TEST(Process, kills_at_the_deadline_even_with_its_pipes_closed) {
  ChildOptions options = shell("exec >/dev/null 2>&1 3>&-; sleep 100");
  options.timeout_ns = 100'000'000;
  EXPECT_TRUE(run(options).timed_out);
}

TEST(Process, does_not_wait_for_what_it_leaves_behind) {
  const ChildResult child = run(shell("sleep 100 & echo $! >&3; exit 3"));
  EXPECT_TRUE(child.left_others);
  EXPECT_FALSE(child.timed_out);
  EXPECT_EQ(child.status.text(), "exited 3");
  const pid_t left = std::stoi(std::string(text_of(child.result)));
  EXPECT_TRUE(rig::eventually([&] { return is_gone(left); })) << "it is killed";
  EXPECT_FALSE(run(shell("(exit 0) & wait; echo result >&3")).left_others);
}

TEST(Process, takes_no_more_than_the_limits) {
  ChildOptions options = shell("head -c 100000 /dev/zero >&3");
  options.result_bytes_max = 1000;
  const ChildResult flooded = run(options);
  EXPECT_TRUE(flooded.too_much);
  EXPECT_LE(flooded.result.size(), 1000U);
  options = shell("head -c 100000 /dev/zero; exit 0");
  options.output_bytes_max = 1000;
  const ChildResult talkative = run(options);
  EXPECT_EQ(talkative.output.size(), 1000U);
  EXPECT_TRUE(talkative.status.success());
}

TEST(Process, inherits_nothing_else) {
  EXPECT_EQ(run(shell("ls /proc/self/fd | tr '\\n' ' '; cat")).output, "0 1 2 3 4 ");
}

TEST(Process, says_what_could_not_be_run) {
  const SystemClock clock;
  ChildOptions options;
  options.program = "/nonexistent/program";
  EXPECT_THAT(run_child(options, clock).error().message, HasSubstr("cannot run /nonexistent/program"));
}

TEST(ExecutablePath, is_this_test) {
  const Result<std::filesystem::path> path = executable_path();
  ASSERT_TRUE(path.ok());
  EXPECT_EQ(path->filename(), "unit_platform");
}

}  // namespace
}  // namespace lodge::platform
