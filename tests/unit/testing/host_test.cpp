#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <lodge/testing.hpp>

#include <thread>

#include "testing/subjects.hpp"

namespace {

using lodge::testing::Host;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// The Failure that `what` throws; one with code 0: none.
template <typename What>
lodge::Error thrown_by(const What& what) {
  try {
    what();
  } catch (const lodge::Failure& failure) {
    return {failure.code(), failure.what()};
  }
  return {LODGE_OK, "nothing was thrown"};
}

TEST(TestingHost, runs_a_plugin_that_is_compiled_into_the_test) {
  Host host;
  host.add(Greeter::plugin());
  host.start("hello", {"greeter"}).or_throw();
  EXPECT_EQ(host.call<std::string>("hello", "greet", "Ada").or_throw(), "hello, Ada");
}

TEST(TestingHost, runs_a_plugin_from_a_file) {
  Host host;
  host.add_file(SAMPLE_PLUGINS "/greeter.so");
  host.start("hello", {"greeter"}).or_throw();
  EXPECT_EQ(host.call<std::string>("hello", "greet", "Ada").or_throw(), "hello, Ada");
}

TEST(TestingHost, finds_plugins_in_folders_by_name) {
  Host host;
  host.add_folder(SAMPLE_PLUGINS);
  host.start("hello", {"greeter"}).or_throw();
  EXPECT_TRUE(host.call("hello", "greet", "Ada").ok());
}

TEST(TestingHost, refuses_files_that_lodged_would_refuse) {
  Host host;
  EXPECT_THAT(thrown_by([&] { host.add_file(TEST_PLUGINS "/extra_export.so"); }).message,
              HasSubstr("exports more than lodge_plugin_v1"));
  EXPECT_THAT(thrown_by([&] { host.add_file(TEST_PLUGINS "/no_entry.so"); }).message, HasSubstr("not a plugin"));
  EXPECT_THAT(thrown_by([&] { host.add_file(TEST_PLUGINS "/origin.so"); }).message, HasSubstr("$ORIGIN"));
  EXPECT_THAT(thrown_by([&] { host.add_file(TEST_PLUGINS "/wrong_abi.so"); }).message, HasSubstr("abi"));
  EXPECT_EQ(thrown_by([&] { host.add_file("/nowhere.so"); }).code, LODGE_NOT_FOUND);
  EXPECT_EQ(thrown_by([&] { host.add_folder("/nowhere"); }).code, LODGE_NOT_FOUND);
}

TEST(TestingHost, refuses_a_second_plugin_of_a_name) {
  Host host;
  host.add(Greeter::plugin());
  EXPECT_EQ(thrown_by([&] { host.add(Greeter::plugin()); }).code, LODGE_ALREADY_EXISTS);
}

TEST(TestingHost, gives_settings_to_plugins) {
  Host host;
  host.add(Greeter::plugin());
  host.start("hello", {"greeter"}, {{"greeter", {{"salutation", "good morning"}}}}).or_throw();
  EXPECT_EQ(host.call<std::string>("hello", "greet", "Ada").or_throw(), "good morning, Ada");
}

TEST(TestingHost, checks_settings_as_lodged_does) {
  Host host;
  host.add(Greeter::plugin());
  const auto wrong_type = host.start("hello", {"greeter"}, {{"greeter", {{"salutation", 7}}}});
  EXPECT_EQ(wrong_type.error().message, "service.hello.config.greeter.salutation: expected string, got integer");
  const auto unknown = host.start("hello", {"greeter"}, {{"greeter", {{"salutatoin", "x"}}}});
  EXPECT_THAT(unknown.error().message, HasSubstr("did you mean `salutation`?"));
  EXPECT_THAT(host.start("hello", {"greter"}).error().message, HasSubstr("did you mean `greeter`?"));
  EXPECT_THAT(host.start("Hello", {"greeter"}).error().message, HasSubstr("not a service's name"));
}

TEST(TestingHost, reads_the_text_of_a_configuration) {
  Host host;
  host.add(Greeter::plugin());
  host.configure(R"(
[service.morning]
plugins = ["greeter"]
config.greeter.salutation = "good morning"

[service.evening]
plugins = ["greeter"]
config.greeter.salutation = "good evening"

[config.colours]
sky = "blue"
)")
      .or_throw();
  host.start().or_throw();
  EXPECT_EQ(host.call<std::string>("morning", "greet", "Ada").or_throw(), "good morning, Ada");
  EXPECT_EQ(host.call<std::string>("evening", "greet", "Ada").or_throw(), "good evening, Ada");
  EXPECT_EQ(host.inside("morning").node_config().get<std::string>("colours", "sky").or_throw(), "blue");
}

TEST(TestingHost, says_where_a_configuration_is_wrong) {
  Host host;
  host.add(Greeter::plugin());
  EXPECT_EQ(host.configure("[service.hello]\nplugin = [\"greeter\"]\n").error().code, LODGE_INVALID_ARGUMENT);
  EXPECT_THAT(host.configure("[service.hello]\nplugin = [\"greeter\"]\n").error().message,
              HasSubstr("lodged.toml:2:1: unknown key `plugin`"));
  host.configure("[service.hello]\nplugins = [\"greeter\"]\nconfig.greeter.salutation = 7\n").or_throw();
  EXPECT_THAT(host.start().error().message, StartsWith("lodged.toml:3"));
}

TEST(TestingHost, denies_interfaces_as_an_operator_may) {
  Host host;
  host.add(Sleeper::plugin());
  EXPECT_THAT(thrown_by([&] { host.deny("sleeper", "lodge.cal/1"); }).message,
              HasSubstr("did you mean `lodge.call/1`?"));
  host.deny("sleeper", "lodge.call/1");
  host.start("sleeper", {"sleeper"}).or_throw();
  EXPECT_EQ(host.call("sleeper", "sleep", 1).error().code, LODGE_UNIMPLEMENTED);
}

TEST(TestingHost, answers_the_errors_of_plugins_and_of_the_host) {
  Host host;
  host.add(Greeter::plugin());
  host.start("hello", {"greeter"}).or_throw();
  const auto failed = host.call("hello", "fail");
  EXPECT_EQ(failed.error().code, LODGE_NOT_FOUND);
  EXPECT_EQ(failed.error().message, "nobody here");
  EXPECT_EQ(failed.error().executed, lodge::Executed::yes);
  EXPECT_EQ(host.call("hello", "greet").error().code, LODGE_UNIMPLEMENTED);
  EXPECT_EQ(host.call("hullo", "greet", "Ada").error().code, LODGE_UNAVAILABLE);
  EXPECT_EQ(host.call("hello", "greet", 7).error().code, LODGE_INVALID_ARGUMENT);
}

TEST(TestingHost, tells_an_answer_of_the_wrong_type) {
  Host host;
  host.add(Greeter::plugin());
  host.start("hello", {"greeter"}).or_throw();
  EXPECT_EQ(host.call<int>("hello", "greet", "Ada").error().message, "the answer: expected int, got str");
}

TEST(TestingHost, stops_and_starts_services_again) {
  Host host;
  host.add(Greeter::plugin());
  host.start("hello", {"greeter"}).or_throw();
  host.stop("hello").or_throw();
  EXPECT_EQ(host.call("hello", "greet", "Ada").error().code, LODGE_UNAVAILABLE);
  EXPECT_EQ(host.stop("hello").error().code, LODGE_NOT_FOUND);
  host.start("hello", {"greeter"}).or_throw();
  EXPECT_TRUE(host.call("hello", "greet", "Ada").ok());
  EXPECT_EQ(host.start("hello", {"greeter"}).error().code, LODGE_ALREADY_EXISTS);
}

TEST(TestingHost, shows_the_inside_of_a_service) {
  Host host;
  host.add(Greeter::plugin());
  host.start("hello", {"greeter"}).or_throw();
  host.inside("hello").store().put("key", 7).or_throw();
  EXPECT_EQ(host.inside("hello").store().get<int>("key").or_throw(), 7);
  EXPECT_EQ(host.inside("hello").call<std::string>("hello", "greet", "me").or_throw(), "hello, me");
  EXPECT_EQ(thrown_by([&] { static_cast<void>(host.inside("hullo")); }).code, LODGE_NOT_FOUND);
}

TEST(TestingHost, several_live_side_by_side) {
  Host one;
  Host two;
  one.add(Greeter::plugin());
  two.add(Greeter::plugin());
  one.start("hello", {"greeter"}, {{"greeter", {{"salutation", "one"}}}}).or_throw();
  two.start("hello", {"greeter"}, {{"greeter", {{"salutation", "two"}}}}).or_throw();
  EXPECT_EQ(one.call<std::string>("hello", "greet", "x").or_throw(), "one, x");
  EXPECT_EQ(two.call<std::string>("hello", "greet", "x").or_throw(), "two, x");
  EXPECT_THAT(one.logs(), ::testing::SizeIs(two.logs().size()));
}

TEST(TestingHost, belongs_to_the_thread_that_made_it) {
  Host host;
  host.add(Greeter::plugin());
  host.start("hello", {"greeter"}).or_throw();
  std::int32_t code = LODGE_OK;
  std::thread other([&] { code = thrown_by([&] { host.advance(std::chrono::seconds(1)); }).code; });
  other.join();
  EXPECT_EQ(code, LODGE_FAILED_PRECONDITION);
}

}  // namespace
