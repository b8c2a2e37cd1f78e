// Plugins that end their host: its last words name them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host_process.hpp"

namespace lodge::system_test {

namespace {

/// The last line of the host that `function` ended, and how it ended.
std::string last_line_after(const std::string& function, std::string_view ended) {
  const ScratchDirectory directory;
  directory.add_plugin("subject");
  HostProcess host(directory, "[service.s]\nplugins = [\"subject\"]\n");
  wire::Client client = host.connect();
  EXPECT_TRUE(client.send("s", function, {}, 0, {}));
  const Outcome outcome = host.process().outcome();
  EXPECT_EQ(outcome.ended, ended) << outcome.err;
  const std::size_t end = outcome.err.find_last_not_of('\n') + 1;
  const std::size_t before = outcome.err.rfind('\n', end - 1);
  const std::size_t begin = before == std::string::npos ? 0 : before + 1;
  return outcome.err.substr(begin, end - begin);
}

}  // namespace

TEST(Crash, an_abort_is_told_with_plugin_service_and_callback) {
  EXPECT_EQ(last_line_after("give_up", "killed by SIGABRT"),
            "lodged crashed: SIGABRT in plugin subject, service s, callback give_up/0");
}

TEST(Crash, a_plugin_that_calls_exit_does_not_look_like_an_orderly_stop) {
  const std::string line = last_line_after("leave", "killed by SIGABRT");
  EXPECT_THAT(line, testing::HasSubstr("plugin code called exit"));
  EXPECT_THAT(line, testing::HasSubstr("plugin subject, service s, callback leave/0"));
}

TEST(Crash, a_stray_pointer_is_told_with_plugin_service_and_callback) {
  EXPECT_EQ(last_line_after("stray", "killed by SIGSEGV"),
            "lodged crashed: SIGSEGV in plugin subject, service s, callback stray/0");
}

TEST(Crash, a_stack_that_overflows_is_told_with_plugin_service_and_callback) {
  EXPECT_EQ(last_line_after("descend", "killed by SIGSEGV"),
            "lodged crashed: SIGSEGV in plugin subject, service s, callback descend/0");
}

TEST(Crash, a_quick_callback_that_never_returns_ends_the_host_and_is_named) {
  EXPECT_EQ(last_line_after("spin", "killed by SIGABRT"),
            "lodged crashed: SIGABRT in plugin subject, service s, callback spin/0");
}

}  // namespace lodge::system_test
