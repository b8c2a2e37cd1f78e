// What `lodged` says about a configuration that it cannot run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "host_process.hpp"

namespace lodge::system_test {

namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Config : public ::testing::Test {
 protected:
  /// Runs a host that is expected to refuse, and what it says about it.
  std::string refusal(std::string_view config, std::string_view ended = "exited 78") {
    const Outcome outcome = run_lodged(directory, config);
    EXPECT_EQ(outcome.ended, ended) << outcome.err;
    EXPECT_FALSE(directory.has("data")) << "a refused host leaves nothing behind";
    return outcome.err;
  }

  ScratchDirectory directory;
};

}  // namespace

TEST_F(Config, unknown_keys_and_wrong_types_are_all_reported_with_their_places) {
  const std::string said = refusal("[limits]\nframe_byte_max = 2048\n[threads]\nworkers = \"two\"\n");
  EXPECT_THAT(said, HasSubstr("lodged.toml:2:1: unknown key `frame_byte_max` in [limits]; did you mean "
                              "`frame_bytes_max`?"));
  EXPECT_THAT(said, HasSubstr("lodged.toml:4:11: threads.workers: expected integer, got string"));
}

TEST_F(Config, all_that_is_wrong_is_told_at_once_in_the_order_of_the_file) {
  directory.add_plugin("subject");
  directory.add_plugin("good");
  const std::string said = refusal(
      "[service.a]\n"                         // 1
      "plugins = [\"subject\", \"good\"]\n"   // 2
      "config.good.greting = 1\n"             // 3
      "config.subject.size = \"big\"\n"       // 4
      "[service.b]\n"                         // 5
      "plugins = [\"ghost\", \"subject\"]\n"  // 6
      "config.subject.size = \"small\"\n"     // 7
      "[limits]\n"                            // 8
      "frame_byte_max = 1\n"                  // 9
      "[plugin.subject]\n"                    // 10
      "deny = [\"lodge.nothing/7\"]\n"        // 11
      "[config.d]\n"                          // 12
      "\"" +
      std::string(300, 'k') + "\" = 1\n");  // 13
  std::vector<std::string> places;
  std::istringstream lines(said);
  for (std::string line; std::getline(lines, line);) places.push_back(line.substr(0, line.find(": ", 8)));
  EXPECT_THAT(places, ElementsAre("lodged: lodged.toml:2:23", "lodged: lodged.toml:3:13", "lodged: lodged.toml:4:16",
                                  "lodged: lodged.toml:6:12", "lodged: lodged.toml:7:16", "lodged: lodged.toml:9:1",
                                  "lodged: lodged.toml:11:1", "lodged: lodged.toml:13:1"))
      << said;
}

TEST_F(Config, a_date_in_a_setting_is_refused_with_the_remedy) {
  directory.add_plugin("subject");
  EXPECT_THAT(refusal("[service.a]\nplugins = [\"subject\"]\nconfig.subject.size = 2024-05-01\n"),
              HasSubstr("lodged.toml:3:23: service.a.config.subject.size: plugins know no date of TOML; write it as a "
                        "string: \"2024-05-01\""));
}

TEST_F(Config, broken_toml_is_reported_with_its_place) {
  EXPECT_THAT(refusal("[log]\nlevel = \n"), HasSubstr("lodged.toml:2:9: not valid TOML"));
}

TEST_F(Config, plugins_that_need_each_other_are_named_as_a_cycle) {
  directory.add_plugin("chicken");
  directory.add_plugin("egg");
  EXPECT_THAT(
      refusal("\n[service.farm]\nplugins = [\"egg\"]\n"),
      HasSubstr("lodged.toml:3:12: service farm: plugins depend on each other in a cycle: egg -> chicken -> egg"));
}

TEST_F(Config, a_missing_plugin_is_named_with_who_wants_it_where_it_was_sought_and_what_was_probably_meant) {
  directory.add_plugin("subject");
  EXPECT_EQ(refusal("[service.a]\nplugins = [\"subjct\"]\n"),
            "lodged: lodged.toml:2:12: service a: there is no plugin `subjct` in " + directory.plugins().string() +
                "; did you mean `subject`?\n");
}

TEST_F(Config, a_missing_dependency_is_named_with_the_plugin_that_needs_it) {
  directory.add_plugin("orphan");
  EXPECT_EQ(
      refusal("[service.a]\nplugins = [\"orphan\"]\n"),
      "lodged: lodged.toml:2:12: service a: plugin `orphan` needs plugin `parent`: there is no plugin `parent` in " +
          directory.plugins().string() + "; there is `orphan`\n");
}

TEST_F(Config, a_missing_plugin_whose_file_was_refused_is_named_with_the_reason) {
  std::filesystem::rename(directory.add_plugin("not_elf"), directory.plugins() / "libparent.so");
  directory.add_plugin("orphan");
  EXPECT_THAT(refusal("[service.a]\nplugins = [\"orphan\"]\n"),
              HasSubstr("; " + (directory.plugins() / "libparent.so").string() + ": not a shared object"));
}

TEST_F(Config, a_dependency_of_the_wrong_version_is_named_with_both_versions) {
  directory.add_plugin("from_tomorrow");
  directory.add_plugin("good");
  EXPECT_THAT(
      refusal("[service.a]\nplugins = [\"from_tomorrow\"]\n"),
      HasSubstr("plugin `from_tomorrow` needs plugin `good` ^9, and there is good 1.4.0; install one that fits"));
}

TEST_F(Config, a_denied_interface_that_a_plugin_needs_is_named_with_who_denies_it_and_the_cure) {
  directory.add_plugin("good");
  EXPECT_EQ(refusal("[service.a]\nplugins = [\"good\"]\n[plugin.good]\ndeny = [\"lodge.log/1\"]\n", "exited 77"),
            "lodged: lodged.toml:2:12: service a: plugin good 1.4.0 needs the interface lodge.log/1, which "
            "plugin.good.deny denies it; take it out of there, or leave the plugin out\n");
}

TEST_F(Config, a_range_of_versions_that_is_none_is_named_with_what_is_allowed) {
  const std::filesystem::path file = directory.add_plugin("wild_range");
  EXPECT_EQ(refusal("[service.a]\nplugins = [\"wild_range\"]\n"),
            "lodged: lodged.toml:2:12: service a: " + file.string() +
                ": dependencies[0] version: \"1.x\" is not a range of versions like \"^1.2\", \"~1.2\", \">=1 <3\" or "
                "\"1.4.2\": a number is missing before \"x\"\n");
}

TEST_F(Config, a_setting_of_the_wrong_type_is_named_with_its_path) {
  directory.add_plugin("subject");
  EXPECT_THAT(
      refusal("[service.a]\nplugins = [\"subject\"]\nconfig.subject.size = \"big\"\n"),
      AllOf(HasSubstr("lodged.toml:3:16: "), HasSubstr("service.a.config.subject.size: expected integer, got string")));
}

TEST_F(Config, a_setting_that_is_not_allowed_is_named_with_what_is) {
  directory.add_plugin("good");
  const std::string config = "[service.a]\nplugins = [\"good\"]\nconfig.good.size = 101\n";
  EXPECT_EQ(refusal(config), "lodged: lodged.toml:3:13: service.a.config.good.size: expected from 1 to 100, got 101\n");
  EXPECT_EQ(run_lodged(directory, config, {"--check"}).ended, "exited 78");
}

TEST_F(Config, an_unknown_setting_is_named_with_what_was_probably_meant) {
  directory.add_plugin("subject");
  EXPECT_THAT(refusal("[service.a]\nplugins = [\"subject\"]\nconfig.subject.sise = 3\n"),
              HasSubstr("service.a.config.subject.sise: plugin subject has no such setting; did you mean `size`?"));
}

TEST_F(Config, a_denied_interface_that_does_not_exist_is_refused_with_what_was_probably_meant) {
  EXPECT_THAT(refusal("[plugin.subject]\ndeny = [\"lodge.strore/1\"]\n"),
              AllOf(HasSubstr("lodged.toml:2:"), HasSubstr("did you mean `lodge.store/1`?")));
}

TEST_F(Config, the_hosts_own_plugin_is_nobody_elses) {
  EXPECT_THAT(refusal("[service.ctl]\nplugins = [\"control\"]\n"), HasSubstr("belongs to the host's own service"));
}

TEST_F(Config, a_service_in_two_files_is_refused_with_both_places) {
  directory.add_plugin("subject");
  std::filesystem::create_directory(directory.path() / "lodged.d");
  directory.write("lodged.d/more.toml", "\n[service.a]\nplugins = [\"subject\"]\n");
  EXPECT_THAT(refusal("[service.a]\nplugins = [\"subject\"]\n"),
              AllOf(HasSubstr("lodged.d/more.toml:2:"), HasSubstr("configured already at lodged.toml:1")));
}

TEST_F(Config, a_missing_file_is_no_input) {
  const Outcome outcome = run(directory, "lodged", {"--config", "none.toml"});
  EXPECT_EQ(outcome.ended, "exited 66");
  EXPECT_THAT(outcome.err, HasSubstr("none.toml: there is no such file"));
}

TEST_F(Config, a_wrong_command_line_is_wrong_usage) {
  const Outcome option = run(directory, "lodged", {"--confg", "lodged.toml"});
  EXPECT_EQ(option.ended, "exited 64");
  EXPECT_THAT(option.err, AllOf(HasSubstr("confg"), HasSubstr("lodged --help")));
  EXPECT_EQ(run(directory, "lodged", {"lodged.toml"}).ended, "exited 64");
}

TEST_F(Config, checking_a_good_one_says_so_and_leaves_nothing_behind) {
  directory.add_plugin("subject");
  const Outcome outcome = run_lodged(directory, "[service.a]\nplugins = [\"subject\"]\n", {"--check"});
  EXPECT_EQ(outcome.ended, "exited 0") << outcome.err;
  EXPECT_EQ(outcome.out, "lodged: the configuration is good (1 service)\n");
  EXPECT_FALSE(directory.has("data"));
  EXPECT_FALSE(directory.has("lodged.sock"));
}

TEST_F(Config, checking_a_bad_one_ends_as_running_it_would) {
  const Outcome outcome = run_lodged(directory, "[service.a]\nplugins = [\"subject\"]\n", {"--check"});
  EXPECT_EQ(outcome.ended, "exited 78");
  EXPECT_THAT(outcome.err, HasSubstr("there is no plugin `subject`"));
  EXPECT_FALSE(directory.has("data"));
}

TEST_F(Config, an_override_that_is_wrong_is_named_as_such) {
  const Outcome outcome = run_lodged(directory, "", {"--check", "--set", "threads.workers=many"});
  EXPECT_EQ(outcome.ended, "exited 78");
  EXPECT_THAT(outcome.err, HasSubstr("--set threads.workers: expected integer"));
}

}  // namespace lodge::system_test
