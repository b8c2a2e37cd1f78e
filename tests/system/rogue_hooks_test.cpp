// Plugins whose hooks misbehave: their service fails, or their host ends in time; others are served.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "bystander.hpp"
#include "host_process.hpp"

namespace lodge::system_test {

namespace {

using ::testing::HasSubstr;
using wire::Value;

/// A service of good will, and one of a plugin with a hook that misbehaves.
std::string config_with(const std::string& plugin) {
  return R"([limits]
drain_timeout_ms = 300
[service.calm]
plugins = ["subject"]
[service.hooked]
plugins = [")" +
         plugin + "\"]\n";
}

struct BadHook {
  const char* plugin;
  const char* error;
  int misbehaved;
};

class RogueHooks : public ::testing::Test {
 protected:
  RogueHooks() { directory.add_plugin("subject"); }

  /// What the host says in the end, and that it ended so, its good service served until then.
  std::string said_by_host_with(const std::string& plugin, std::string_view ended) {
    directory.add_plugin(plugin);
    HostProcess host(directory, config_with(plugin));
    Bystander bystander(host.connect(), "calm", "echo");
    bystander.expect_served();
    const Outcome outcome = host.stop();
    EXPECT_EQ(outcome.ended, ended);
    bystander.expect_undisturbed();
    return outcome.err;
  }

  ScratchDirectory directory;
};

struct RogueHooksThatFail : RogueHooks, ::testing::WithParamInterface<BadHook> {};

}  // namespace

TEST_P(RogueHooksThatFail, fail_their_service_and_no_other) {
  const BadHook& bad = GetParam();
  directory.add_plugin(bad.plugin);
  HostProcess host(directory, config_with(bad.plugin));
  Bystander bystander(host.connect(), "calm", "echo");
  const Value shown = host.ask({"service", "show", "hooked"});
  EXPECT_EQ(*shown.find("status")->as_text(), "failed");
  EXPECT_THAT(*shown.find("last_error")->as_text(), HasSubstr(bad.error));
  EXPECT_EQ(*host.ask({"status"}).find("plugins_misbehaved"), Value(bad.misbehaved));
  const auto answer = host.call("hooked", "idle", {});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::UNAVAILABLE);
  EXPECT_EQ(answer.error().executed, Executed::no);
  bystander.expect_served();
  EXPECT_EQ(host.stop().ended, "exited 0") << host.log();
  bystander.expect_undisturbed();
}

INSTANTIATE_TEST_SUITE_P(
    All, RogueHooksThatFail,
    ::testing::Values(
        BadHook{"create_fails", "UNAVAILABLE: plugin create_fails, hook create: no instance today", 0},
        BadHook{"config_garbage", "hook config replaced the configuration by what is not one msgpack map", 1},
        BadHook{"start_overruns", "plugin start_overruns misbehaved: hook start wrote past its buffer's capacity", 1},
        BadHook{"start_no_code", "hook start returned 5, which is no code that it may return", 1},
        BadHook{"start_calls", "plugin start_calls, hook start: service `hooked` is still starting", 0}),
    [](const auto& each) { return each.param.plugin; });

TEST_F(RogueHooks, one_that_never_ends_its_start_lets_others_be_served_and_the_host_end) {
  directory.add_plugin("start_hangs");
  write_config(directory, config_with("start_hangs"));
  ChildProcess host(directory, "lodged", {"--config", "lodged.toml"}, "lodged");
  ASSERT_TRUE(eventually([&] { return host.err().find("in its start") != std::string::npos; })) << host.err();
  const SystemClock clock;
  auto client = wire::Client::connect(directory.path() / "lodged.sock", clock, "test");
  ASSERT_TRUE(client) << client.error().text();
  EXPECT_TRUE(client->call("calm", "echo", packed({1}), 1));
  host.signal(SIGTERM);
  const Outcome outcome = host.outcome();
  EXPECT_EQ(outcome.ended, "exited 1");
  EXPECT_THAT(outcome.err, HasSubstr("plugin misbehaved: start_hangs: hook start in service hooked has not returned "
                                     "within limits.drain_timeout_ms"));
}

TEST_F(RogueHooks, one_that_never_ends_its_stop_holds_the_host_no_longer_than_the_drain_timeout) {
  EXPECT_THAT(said_by_host_with("stop_hangs", "exited 1"),
              HasSubstr("plugin misbehaved: stop_hangs: hook stop in service hooked has not returned within "
                        "limits.drain_timeout_ms"));
}

TEST_F(RogueHooks, a_child_that_never_ends_is_treated_as_a_hook_that_does_not) {
  EXPECT_THAT(said_by_host_with("child_hangs", "exited 1"),
              HasSubstr("plugin misbehaved: child_hangs: hook stop of child mule in service hooked has not returned "
                        "within limits.drain_timeout_ms"));
}

TEST_F(RogueHooks, one_that_fails_to_stop_is_told_and_stopped_all_the_same) {
  EXPECT_THAT(said_by_host_with("stop_fails", "exited 0"),
              HasSubstr("DATA_LOSS: plugin stop_fails, hook stop: nothing was saved"));
}

TEST_F(RogueHooks, nothing_begins_in_destroy) {
  const std::string said = said_by_host_with("destroy_starts", "exited 0");
  for (const char* what : {"a timer", "a watch", "an owner"}) {
    EXPECT_THAT(said, HasSubstr(std::string(what) + " in destroy: -17"));
  }
  EXPECT_THAT(said, HasSubstr("a call in destroy: -9"));
}

}  // namespace lodge::system_test
