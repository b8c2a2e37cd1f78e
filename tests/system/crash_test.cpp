// Plugins that end their host: its last words name them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host_process.hpp"

namespace lodge::system_test {

namespace {

std::string last_line_of(const std::string& said) {
  const std::size_t end = said.find_last_not_of('\n') + 1;
  const std::size_t before = said.rfind('\n', end - 1);
  const std::size_t begin = before == std::string::npos ? 0 : before + 1;
  return said.substr(begin, end - begin);
}

/// How a host ends whose plugin's function is called.
Outcome end_by(const std::string& plugin, const std::string& function) {
  const ScratchDirectory directory;
  directory.add_plugin(plugin);
  HostProcess host(directory, "[service.s]\nplugins = [\"" + plugin + "\"]\n");
  wire::Client client = host.connect();
  EXPECT_TRUE(client.send("s", function, {}, 0, {}));
  return host.process().outcome();
}

/// The last line of the host that `function` ended, and how it ended.
std::string last_line_after(const std::string& function, std::string_view ended) {
  const Outcome outcome = end_by("subject", function);
  EXPECT_EQ(outcome.ended, ended) << outcome.err;
  return last_line_of(outcome.err);
}

/// How a host ends whose service cannot be started.
Outcome end_by_start_of(const std::string& plugin) {
  const ScratchDirectory directory;
  directory.add_plugin(plugin);
  return run_lodged(directory, "[service.s]\nplugins = [\"" + plugin + "\"]\n");
}

/// Where something is thrown across the border, and what the crash line says of it.
struct Thrown {
  const char* function;
  const char* in;
};

struct CrashThrown : testing::TestWithParam<Thrown> {};

}  // namespace

TEST(Crash, an_abort_is_told_with_plugin_service_and_callback) {
  EXPECT_EQ(last_line_after("give_up", "killed by SIGABRT"),
            "lodged crashed: SIGABRT in plugin subject, service s, callback give_up/0");
}

TEST(Crash, in_code_of_a_child_is_told_with_its_name) {
  const ScratchDirectory directory;
  directory.add_plugin("child_crashes");
  HostProcess host(directory, "[service.s]\nplugins = [\"child_crashes\"]\n");
  const Outcome outcome = host.stop();
  EXPECT_EQ(outcome.ended, "killed by SIGABRT");
  EXPECT_EQ(last_line_of(outcome.err), "lodged crashed: SIGABRT in plugin child_crashes, service s, child mule");
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

TEST(Crash, an_abort_in_a_hook_is_told_with_its_name) {
  const Outcome outcome = end_by_start_of("create_crashes");
  EXPECT_EQ(outcome.ended, "killed by SIGABRT");
  EXPECT_EQ(last_line_of(outcome.err), "lodged crashed: SIGABRT in plugin create_crashes, service s, create");
}

TEST(Crash, an_abort_on_a_thread_of_a_plugins_own_names_the_plugin) {
  const Outcome outcome = end_by("rogue_threads", "die_elsewhere");
  EXPECT_EQ(outcome.ended, "killed by SIGABRT");
  EXPECT_EQ(last_line_of(outcome.err), "lodged crashed: SIGABRT in a thread of plugin rogue_threads, service s");
}

TEST_P(CrashThrown, what_is_thrown_across_the_border_is_told_with_the_place_that_threw_it) {
  const Outcome outcome = end_by("throws", GetParam().function);
  EXPECT_EQ(outcome.ended, "killed by SIGABRT");
  EXPECT_THAT(outcome.err, testing::HasSubstr("thrown across the border"));
  EXPECT_EQ(last_line_of(outcome.err), "lodged crashed: SIGABRT in " + std::string(GetParam().in));
}

INSTANTIATE_TEST_SUITE_P(All, CrashThrown,
                         testing::Values(Thrown{"plain", "plugin throws, service s, callback plain/0"},
                                         Thrown{"quick", "plugin throws, service s, callback quick/0"},
                                         Thrown{"in_timer", "plugin throws, service s, timer"},
                                         Thrown{"in_watch", "plugin throws, service s, watch"},
                                         Thrown{"in_completion", "plugin throws, service s, completion of a call"},
                                         Thrown{"in_visitor", "plugin throws, service s, callback in_visitor/0"},
                                         Thrown{"in_callee", "plugin throws, service s, callback plain/0"},
                                         Thrown{"in_thread", "a thread of plugin throws, service s"}),
                         [](const auto& each) { return each.param.function; });

TEST(Crash, what_a_hook_throws_is_told_with_its_name) {
  const Outcome outcome = end_by_start_of("start_throws");
  EXPECT_EQ(outcome.ended, "killed by SIGABRT");
  EXPECT_EQ(last_line_of(outcome.err), "lodged crashed: SIGABRT in plugin start_throws, service s, start");
}

}  // namespace lodge::system_test
