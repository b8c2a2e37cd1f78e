// What an operator does to services while the host runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host_process.hpp"

namespace lodge::system_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using wire::Value;

class ServiceVerbs : public ::testing::Test {
 protected:
  ServiceVerbs()
      : host((directory.add_plugin("subject"), directory.add_plugin("create_fails"), directory),
             "[service.s]\nplugins = [\"subject\"]\n[service.sad]\nplugins = [\"create_fails\"]\n") {}

  [[nodiscard]] std::string status_after(const std::string& verb, const std::string& service = "s") const {
    return *host.ask({"service", verb, service}).find("status")->as_text();
  }
  [[nodiscard]] std::string echo() const { return host.lodgectl({"call", "s", "echo", "5"}).ended; }

  ScratchDirectory directory;
  HostProcess host;
};

}  // namespace

TEST_F(ServiceVerbs, pause_stop_and_start_do_what_they_say) {
  EXPECT_EQ(host.ask({"service", "ready", "s"}), Value(true));
  EXPECT_EQ(status_after("pause"), "paused");
  EXPECT_EQ(echo(), "exited 69");
  EXPECT_EQ(host.lodgectl({"service", "ready", "s"}).ended, "exited 1");
  EXPECT_EQ(status_after("start"), "running");
  EXPECT_EQ(echo(), "exited 0");
  EXPECT_EQ(status_after("stop"), "stopped");
  EXPECT_EQ(echo(), "exited 69");
  EXPECT_EQ(status_after("start"), "running");
  EXPECT_EQ(echo(), "exited 0");
  EXPECT_EQ(status_after("drain"), "stopped");
}

TEST_F(ServiceVerbs, keep_the_store_of_a_service_that_is_stopped) {
  ASSERT_EQ(host.lodgectl({"store", "put", "s", "k", "7"}).ended, "exited 0");
  EXPECT_EQ(status_after("stop"), "stopped");
  EXPECT_EQ(host.ask({"store", "get", "s", "k"}), Value(7));
  EXPECT_EQ(status_after("start"), "running");
  EXPECT_EQ(host.ask({"store", "get", "s", "k"}), Value(7));
}

TEST_F(ServiceVerbs, tell_what_keeps_a_service_from_starting) {
  const Outcome outcome = host.lodgectl({"service", "start", "sad"});
  EXPECT_EQ(outcome.ended, "exited 1");
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("failed"), HasSubstr("create_fails")));
  EXPECT_EQ(host.lodgectl({"service", "pause", "sad"}).ended, "exited 1") << "it has failed, whatever is wanted of it";
  EXPECT_EQ(status_after("stop", "sad"), "stopped");
}

TEST_F(ServiceVerbs, know_services_by_name_and_leave_the_host_itself_alone) {
  EXPECT_THAT(host.lodgectl({"service", "stop", "sed"}).err, HasSubstr("did you mean `sad`?"));
  EXPECT_THAT(host.lodgectl({"service", "stop", "lodge"}).err, HasSubstr("is the host itself"));
}

}  // namespace lodge::system_test
