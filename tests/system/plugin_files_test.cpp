// Files in the plugin directory that are no good plugins.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "host_process.hpp"

namespace lodge::system_test {

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

/// A file that is refused, with what is told about it: behind its path the cause, and the cure.
struct BadFile {
  const char* plugin;
  const char* cause;
  const char* cure;
};

class PluginFiles : public ::testing::Test {
 protected:
  /// What a host says whose service names that plugin.
  std::string refusal(const std::string& plugin, std::string_view ended) {
    const Outcome outcome = run_lodged(directory, "[service.a]\nplugins = [\"" + plugin + "\"]\n");
    EXPECT_EQ(outcome.ended, ended) << outcome.err;
    return outcome.err;
  }

  /// What `lodgectl plugins` shows of that file, of a host that does not need it.
  wire::Value shown(const std::string& file) {
    directory.add_plugin("good");
    const HostProcess host(directory, "[service.b]\nplugins = [\"good\"]\n");
    EXPECT_TRUE(host.call("b", "echo", {1}));
    const wire::Value rows = host.ask({"plugins"});
    for (const wire::Value& row : *rows.as_list()) {
      if (row.find("file")->as_text()->ends_with("/" + file)) return row;
    }
    ADD_FAILURE() << file << " is not shown";
    return wire::Value::map({{"state", ""}, {"error", ""}});
  }

  ScratchDirectory directory;
};

struct PluginFilesRefused : PluginFiles, ::testing::WithParamInterface<BadFile> {};

}  // namespace

TEST_P(PluginFilesRefused, are_told_with_cause_and_cure) {
  const fs::path file = directory.add_plugin(GetParam().plugin);
  EXPECT_THAT(refusal(GetParam().plugin, "exited 78"),
              AllOf(HasSubstr("service a: " + file.string() + ": " + GetParam().cause), HasSubstr(GetParam().cure)));
}

TEST_P(PluginFilesRefused, stand_in_nobody_elses_way) {
  directory.add_plugin(GetParam().plugin);
  const wire::Value row = shown(std::string(GetParam().plugin) + ".so");
  EXPECT_EQ(*row.find("state")->as_text(), "refused");
  EXPECT_THAT(*row.find("error")->as_text(), HasSubstr(GetParam().cause));
}

INSTANTIATE_TEST_SUITE_P(
    All, PluginFilesRefused,
    ::testing::Values(
        BadFile{"entry_null", "lodge_plugin_v1 returned NULL", "return the descriptor"},
        BadFile{"entry_crashes", "crashed (killed by SIGABRT) while it was loaded", "lodge-describe"},
        BadFile{"wrong_abi", "abi: 99, and this host speaks 1", "build it with the SDK of this host"},
        BadFile{"too_short", "descriptor: struct size 24, at least", "rebuild it with this SDK's headers"},
        BadFile{"longer_used", "descriptor: uses fields that this host does not know", "or take a newer host"},
        BadFile{"constructor_exits", "ended the process (exit status 0)", "must not call exit"},
        BadFile{"extra_export", "exports more than lodge_plugin_v1: ", "lodge_add_plugin"},
        BadFile{"no_entry", "not a plugin: it does not export the function lodge_plugin_v1", "LODGE_EXPORT"},
        BadFile{"origin", "its run path, $ORIGIN/lib", "link without $ORIGIN"}),
    [](const auto& each) { return each.param.plugin; });

TEST_F(PluginFiles, a_longer_descriptor_whose_tail_is_zero_runs) {
  directory.add_plugin("longer_zero");
  HostProcess host(directory, "[service.a]\nplugins = [\"longer\"]\n");
  EXPECT_EQ(*host.ask({"service", "show", "a"}).find("status")->as_text(), "running");
  EXPECT_EQ(host.stop().ended, "exited 0") << host.log();
}

TEST_F(PluginFiles, one_that_says_something_else_to_the_host_is_refused) {
  const fs::path file = directory.add_plugin("entry_changes");
  EXPECT_THAT(refusal("entry_changes", "exited 78"),
              HasSubstr(file.string() + ": says something else about itself here"));
}

TEST_F(PluginFiles, a_directory_that_others_may_write_is_refused_with_its_path_and_the_remedy) {
  directory.add_plugin("subject");
  fs::permissions(directory.plugins(), fs::perms::others_write, fs::perm_options::add);
  EXPECT_THAT(refusal("subject", "exited 77"), HasSubstr("chmod go-w " + directory.plugins().string()));
}

TEST_F(PluginFiles, a_file_that_others_may_write_is_refused_with_its_path_and_the_remedy) {
  const fs::path file = directory.add_plugin("subject");
  fs::permissions(file, fs::perms::others_write, fs::perm_options::add);
  EXPECT_THAT(refusal("subject", "exited 77"), HasSubstr("chmod go-w " + file.string()));
}

TEST_F(PluginFiles, drafts_of_another_build_of_the_sdk_are_refused_and_those_of_this_one_run) {
  directory.add_plugin("draft_of_elsewhere");
  directory.add_plugin("draft_of_here");
  EXPECT_THAT(refusal("draft_of_elsewhere", "exited 78"),
              AllOf(HasSubstr("uses drafts of the SDK of build 0123456789abcdef, and this host is of build "),
                    HasSubstr("build the plugin with this host's SDK")));
  HostProcess host(directory, "[service.a]\nplugins = [\"draft_of_here\"]\n");
  EXPECT_EQ(*host.ask({"service", "show", "a"}).find("status")->as_text(), "running");
  EXPECT_EQ(host.stop().ended, "exited 0") << host.log();
}

TEST_F(PluginFiles, a_text_is_no_shared_object) {
  const fs::path file = directory.add_plugin("not_elf");
  EXPECT_THAT(refusal("not_elf", "exited 78"), HasSubstr(file.string() + ": not a shared object"));
}

TEST_F(PluginFiles, a_constructor_that_crashes_is_named_with_its_file) {
  const fs::path file = directory.add_plugin("constructor_crashes");
  EXPECT_THAT(refusal("constructor_crashes", "exited 78"), HasSubstr(file.string() + ": crashed (killed by SIGABRT)"));
}

TEST_F(PluginFiles, one_that_exports_more_than_its_entry_is_refused_with_the_cure) {
  const fs::path file = directory.add_plugin("extra_export");
  EXPECT_THAT(refusal("extra_export", "exited 78"),
              AllOf(HasSubstr(file.string() + ": exports more than lodge_plugin_v1"), HasSubstr("one_too_many"),
                    HasSubstr("version script that lodge_add_plugin sets")));
}

TEST_F(PluginFiles, one_that_looks_for_libraries_beside_itself_is_refused_with_the_cure) {
  const fs::path file = directory.add_plugin("origin");
  EXPECT_THAT(refusal("origin", "exited 78"),
              AllOf(HasSubstr(file.string() + ": its run path, $ORIGIN/lib"), HasSubstr("link without $ORIGIN")));
}

TEST_F(PluginFiles, a_digest_that_is_not_the_pinned_one_is_refused) {
  directory.add_plugin("subject");
  const Outcome outcome = run_lodged(
      directory, "[service.a]\nplugins = [\"subject\"]\n[plugin.subject]\nsha256 = \"" + std::string(64, '0') + "\"\n");
  EXPECT_EQ(outcome.ended, "exited 77") << outcome.err;
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("subject.so: its SHA-256 is "), HasSubstr(std::string(64, '0'))));
}

TEST_F(PluginFiles, one_whose_constructor_crashes_stands_in_nobody_elses_way) {
  directory.add_plugin("constructor_crashes");
  const wire::Value row = shown("constructor_crashes.so");
  EXPECT_EQ(*row.find("state")->as_text(), "refused");
  EXPECT_THAT(*row.find("error")->as_text(), HasSubstr("crashed (killed by SIGABRT)"));
}

TEST_F(PluginFiles, one_whose_constructor_never_returns_is_given_up_after_a_while) {
  directory.add_plugin("constructor_hangs");
  const wire::Value row = shown("constructor_hangs.so");
  EXPECT_EQ(*row.find("state")->as_text(), "refused");
  EXPECT_THAT(*row.find("error")->as_text(), HasSubstr("constructor_hangs.so: hung for 5 s"));
}

TEST_F(PluginFiles, one_that_hangs_holds_up_only_who_looks_at_it) {
  directory.add_plugin("constructor_hangs");
  directory.add_plugin("good");
  const HostProcess host(directory, "[service.b]\nplugins = [\"good\"]\n[threads]\nworkers = 1\n");
  const std::vector<std::string> look = {"--socket", host.socket().string(), "plugins"};
  ChildProcess first(directory, "lodgectl", look, "first");
  ChildProcess second(directory, "lodgectl", look, "second");
  // Both of them, and the call that asks.
  ASSERT_TRUE(eventually([&host] { return *host.ask({"status"}).find("calls_in_flight")->as_int() == 3; }));
  EXPECT_TRUE(host.call("b", "echo", {1}));
  EXPECT_EQ(host.lodgectl({"service", "show", "b"}).ended, "exited 0");
  EXPECT_TRUE(first.running() && second.running()) << "both still look";
  for (ChildProcess* each : {&first, &second}) {
    const Outcome outcome = each->outcome();
    EXPECT_EQ(outcome.ended, "exited 0") << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("refused"));
  }
}

TEST_F(PluginFiles, of_one_that_was_replaced_only_the_new_copy_is_kept) {
  const auto copies = [this] {
    std::vector<std::string> names;
    for (const auto& each : fs::recursive_directory_iterator(directory.path() / "data/plugins")) {
      if (each.is_regular_file()) names.push_back(each.path().filename());
    }
    return names;
  };
  const fs::path file = directory.add_plugin("good");
  {
    HostProcess host(directory, "[service.b]\nplugins = [\"good\"]\n");
    EXPECT_EQ(host.stop().ended, "exited 0");
  }
  // Another file that is the same plugin.
  std::ofstream(file, std::ios::app) << "behind the end";
  directory.write("data/plugins/notes.txt", "the operator's own");
  const HostProcess host(directory, "[service.b]\nplugins = [\"good\"]\n", "next");
  EXPECT_TRUE(host.call("b", "echo", {1}));
  EXPECT_THAT(copies(), ::testing::UnorderedElementsAre("good.so", "notes.txt"));
}

TEST_F(PluginFiles, one_that_is_a_text_stands_in_nobody_elses_way) {
  directory.add_plugin("not_elf");
  const wire::Value row = shown("not_elf.so");
  EXPECT_EQ(*row.find("state")->as_text(), "refused");
  EXPECT_THAT(*row.find("error")->as_text(), HasSubstr("not a shared object"));
}

}  // namespace lodge::system_test
