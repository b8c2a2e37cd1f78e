// Starting beside another host, and after one that was killed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>

#include "host_process.hpp"

namespace lodge::system_test {

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::string_view one_service = "[service.s]\nplugins = [\"subject\"]\n";

class Start : public ::testing::Test {
 protected:
  Start() { directory.add_plugin("subject"); }

  /// A second host on the same configuration, except for what is set.
  Outcome second(const std::string& set) { return run(directory, "lodged", {"--config", "lodged.toml", "--set", set}); }

  /// A host whose configuration does not say where its socket is.
  [[nodiscard]] ChildProcess with_default_socket(const std::filesystem::path& runtime_dir) const {
    directory.write("lodged.toml", "[host]\ndata_dir = \"data\"\nplugin_dirs = [\"plugins\"]\n");
    return {directory, "lodged", {"--config", "lodged.toml"}, "default", {"XDG_RUNTIME_DIR=" + runtime_dir.string()}};
  }

  ScratchDirectory directory;
};

}  // namespace

TEST_F(Start, a_second_host_on_the_same_data_directory_is_told_to_take_another) {
  const HostProcess first(directory, one_service);
  const Outcome outcome = second("host.socket=other.sock");
  EXPECT_EQ(outcome.ended, "exited 75") << outcome.err;
  EXPECT_THAT(outcome.err, AllOf(HasSubstr((directory.path() / "data").string()), HasSubstr("host.data_dir")));
  EXPECT_TRUE(first.call("s", "echo", {1})) << "the first host is undisturbed";
}

TEST_F(Start, a_second_host_on_the_same_socket_is_told_to_take_another) {
  const HostProcess first(directory, one_service);
  const Outcome outcome = second("host.data_dir=other");
  EXPECT_EQ(outcome.ended, "exited 75") << outcome.err;
  EXPECT_THAT(outcome.err, AllOf(HasSubstr(first.socket().string()), HasSubstr("host.socket")));
  EXPECT_TRUE(first.call("s", "echo", {1})) << "the first host is undisturbed";
}

TEST_F(Start, a_host_that_was_killed_leaves_nothing_in_the_way_of_the_next) {
  HostProcess first(directory, one_service);
  first.process().signal(SIGKILL);
  ASSERT_EQ(first.process().outcome().ended, "killed by SIGKILL");
  ASSERT_TRUE(directory.has("lodged.sock"));
  const HostProcess next(directory, one_service, "next");
  EXPECT_TRUE(next.call("s", "echo", {1}));
}

TEST_F(Start, a_file_that_is_no_socket_is_not_taken_away) {
  directory.write("lodged.sock", "precious");
  const Outcome outcome = run_lodged(directory, one_service);
  EXPECT_EQ(outcome.ended, "exited 73") << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("lodged.sock"));
  EXPECT_EQ(directory.read("lodged.sock"), "precious");
}

TEST_F(Start, who_calls_a_service_that_failed_or_is_paused_is_told_so_and_why) {
  directory.add_plugin("create_fails");
  const HostProcess host(directory,
                         "[service.s]\nplugins = [\"subject\"]\npaused = true\n"
                         "[service.f]\nplugins = [\"create_fails\"]\n");
  const Outcome failed = host.lodgectl({"call", "f", "echo", "1"});
  EXPECT_EQ(failed.ended, "exited 69");
  EXPECT_THAT(failed.err, AllOf(HasSubstr("service `f` failed at "),
                                HasSubstr("UNAVAILABLE: plugin create_fails, hook create: no instance today")));
  const Outcome paused = host.lodgectl({"call", "s", "echo", "1"});
  EXPECT_EQ(paused.ended, "exited 69");
  EXPECT_THAT(paused.err, AllOf(HasSubstr("service `s` is paused since "), HasSubstr("(paused in the configuration)")));
}

TEST_F(Start, a_missing_directory_of_the_socket_is_not_made_but_told) {
  const Outcome outcome = run_lodged(directory, one_service, {"--set", "host.socket=no/where/lodged.sock"});
  EXPECT_EQ(outcome.ended, "exited 73") << outcome.err;
  const std::string missing = (directory.path() / "no/where").string();
  EXPECT_THAT(outcome.err, HasSubstr("lodged: control socket " + missing + "/lodged.sock: there is no directory " +
                                     missing + "; make it (install -d -m 0700 " + missing + ")"));
  EXPECT_FALSE(directory.has("no"));
}

TEST_F(Start, the_default_directory_of_the_socket_is_made_for_the_hosts_user_alone) {
  ChildProcess host = with_default_socket(directory.path());
  ASSERT_TRUE(eventually([&host] { return host.err().find("is ready") != std::string::npos; })) << host.err();
  EXPECT_TRUE(directory.has("lodge/lodged.sock"));
  struct stat info {};
  ASSERT_EQ(::stat((directory.path() / "lodge").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0700U);
  host.signal(SIGTERM);
  EXPECT_EQ(host.outcome().ended, "exited 0");
}

TEST_F(Start, what_the_default_directory_of_the_socket_lies_in_is_not_made) {
  const Outcome outcome = with_default_socket(directory.path() / "none").outcome();
  EXPECT_EQ(outcome.ended, "exited 73") << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("cannot make the directory " + (directory.path() / "none/lodge").string()));
  EXPECT_FALSE(directory.has("none"));
}

TEST_F(Start, only_the_hosts_user_may_use_the_socket) {
  const HostProcess host(directory, one_service);
  struct stat info {};
  ASSERT_EQ(::stat(host.socket().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0600U);
}

}  // namespace lodge::system_test
