// What becomes of the configuration file while the host runs: it goes on as it was, says what is wrong, and takes the
// next good one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "host_process.hpp"

namespace lodge::system_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using wire::Value;
namespace fs = std::filesystem;

class ConfigFaults : public ::testing::Test {
 protected:
  ConfigFaults() : host((directory.add_plugin("subject"), directory), "[service.s]\nplugins = [\"subject\"]\n") {}

  /// What a reload says that must fail; afterwards all is as it was, and a good file is taken.
  std::string refusal() {
    const Outcome outcome = host.lodgectl({"reload"});
    EXPECT_EQ(outcome.ended, "exited 1");
    EXPECT_EQ(*host.ask({"service", "show", "s"}).find("class"), Value(class_));
    EXPECT_EQ(host.lodgectl({"call", "s", "echo", "5"}).ended, "exited 0");
    return outcome.err + outcome.out;
  }
  void take_a_good_one() {
    class_ += "x";
    fs::remove_all(config());
    write_config(directory, "[service.s]\nplugins = [\"subject\"]\nclass = \"" + class_ + "\"\n");
    const Outcome outcome = host.lodgectl({"reload"});
    EXPECT_EQ(outcome.ended, "exited 0") << outcome.err;
    EXPECT_EQ(*host.ask({"service", "show", "s"}).find("class"), Value(class_));
  }
  [[nodiscard]] fs::path config() const { return directory.path() / "lodged.toml"; }

  ScratchDirectory directory;
  HostProcess host;
  std::string class_;
};

}  // namespace

TEST_F(ConfigFaults, a_half_written_file) {
  directory.write("lodged.toml", "[service.s]\nplugins = [\"subj");
  EXPECT_THAT(refusal(), HasSubstr("lodged.toml:2:"));
  take_a_good_one();
}

TEST_F(ConfigFaults, a_file_of_other_bytes) {
  directory.write("lodged.toml", std::string("\x7f"
                                             "ELF\0\0\xff\xfe",
                                             8));
  EXPECT_THAT(refusal(), HasSubstr("lodged.toml:1:"));
  take_a_good_one();
}

TEST_F(ConfigFaults, a_file_that_is_gone) {
  fs::remove(config());
  EXPECT_THAT(refusal(), HasSubstr("lodged.toml: there is no such file"));
  take_a_good_one();
}

TEST_F(ConfigFaults, a_link_that_leads_nowhere) {
  fs::remove(config());
  fs::create_symlink("nowhere.toml", config());
  EXPECT_THAT(refusal(), HasSubstr("lodged.toml: there is no such file"));
  take_a_good_one();
}

// For root no mode makes a file unreadable; a link to itself does, for everybody.
TEST_F(ConfigFaults, a_file_that_cannot_be_read) {
  fs::remove(config());
  fs::create_symlink("lodged.toml", config());
  EXPECT_THAT(refusal(), HasSubstr("lodged.toml: cannot be read: Too many levels of symbolic links"));
  take_a_good_one();
}

TEST_F(ConfigFaults, a_directory_in_its_place) {
  fs::remove(config());
  fs::create_directory(config());
  EXPECT_THAT(refusal(), HasSubstr("lodged.toml: is a directory, not a file"));
  take_a_good_one();
}

TEST_F(ConfigFaults, a_drop_in_that_is_half_written_or_no_file) {
  const fs::path more = directory.path() / "lodged.d";
  fs::create_directory(more);
  directory.write("lodged.d/more.toml", "[service.t]\nplugins = ");
  EXPECT_THAT(refusal(), HasSubstr("lodged.d/more.toml:2:"));
  fs::remove(more / "more.toml");
  fs::create_directory(more / "more.toml");
  EXPECT_THAT(refusal(), HasSubstr("lodged.d/more.toml: is a directory, not a file"));
  fs::remove(more / "more.toml");
  fs::create_symlink("nowhere.toml", more / "more.toml");
  EXPECT_THAT(refusal(), HasSubstr("lodged.d/more.toml: there is no such file"));
  fs::remove(more / "more.toml");
  take_a_good_one();
}

TEST_F(ConfigFaults, a_plugin_that_is_missing) {
  write_config(directory, "[service.s]\nplugins = [\"subject\", \"subjct\"]\nclass = \"other\"\n");
  EXPECT_THAT(refusal(), AllOf(HasSubstr("lodged.toml:2:23: "), HasSubstr("there is no plugin `subjct`"),
                               HasSubstr("did you mean `subject`?")));
  take_a_good_one();
}

TEST_F(ConfigFaults, a_new_service_whose_plugin_is_missing_keeps_nobody_else_from_changing) {
  write_config(directory,
               "[service.t]\nplugins = [\"nobody\"]\n[service.s]\nplugins = [\"subject\"]\nclass = \"other\"\n");
  class_ = "other";
  EXPECT_THAT(refusal(), HasSubstr("lodged.toml:2:12: "));
  EXPECT_EQ(host.lodgectl({"service", "show", "t"}).ended, "exited 1");
  take_a_good_one();
}

TEST_F(ConfigFaults, a_signal_to_reload_is_answered_in_the_log) {
  directory.write("lodged.toml", "[service.s]\nplugins = [\"subj");
  host.process().signal(SIGHUP);
  EXPECT_TRUE(eventually([&] {
    const std::string log = host.log();
    return log.find("nothing has changed") != std::string::npos && log.find("lodged.toml:2:") != std::string::npos;
  }));
  take_a_good_one();
}

}  // namespace lodge::system_test
