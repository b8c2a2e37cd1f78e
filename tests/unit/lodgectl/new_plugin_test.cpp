#include "lodgectl/new_plugin.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "lodgectl/verb.hpp"
#include "wire/json.hpp"

namespace lodge::ctl {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

/// A folder of the test's own, which is the current one meanwhile.
class Folder {
 public:
  Folder() : before_(fs::current_path()) {
    std::string pattern = (fs::temp_directory_path() / "lodgectl-new-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
    fs::current_path(path_);
  }
  ~Folder() {
    fs::current_path(before_);
    fs::remove_all(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] const fs::path& path() const { return path_; }
  /// What lies in it.
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& each : fs::directory_iterator(path_)) out.push_back(each.path().filename());
    return out;
  }
  /// An empty SDK below that prefix.
  fs::path put_sdk(const fs::path& prefix, const fs::path& lib = "lib") {
    fs::create_directories(path_ / prefix / lib / "cmake/lodge");
    std::ofstream(path_ / prefix / lib / "cmake/lodge/lodge-config.cmake") << "# none\n";
    return path_ / prefix;
  }

 private:
  fs::path before_;
  fs::path path_;
};

/// No file may have more bytes than that, as on a disk that is full: permissions stop nobody who is root.
class SmallFiles {
 public:
  explicit SmallFiles(rlim_t bytes_max) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{bytes_max, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallFiles() {
    setrlimit(RLIMIT_FSIZE, &before_);
    static_cast<void>(std::signal(SIGXFSZ, handler_));
  }
  SmallFiles(const SmallFiles&) = delete;
  SmallFiles& operator=(const SmallFiles&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

std::string text_of_file(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

std::string refusal(const Status& status) { return status ? "accepted" : status.error().message; }

TEST(NewName, is_one_that_a_plugin_can_have) {
  EXPECT_EQ(refusal(check_new_name("word_count-2")), "accepted");
  for (const char* name : {"", "Upper", "2nd", "../away", "a b", "-x"}) {
    EXPECT_THAT(refusal(check_new_name(name)), HasSubstr("is no name for a plugin: [a-z][a-z0-9_-]*")) << name;
  }
  EXPECT_THAT(refusal(check_new_name(std::string(65, 'a'))), HasSubstr("at most 64 bytes"));
}

TEST(NewName, is_no_target_of_cmake) {
  for (const char* name : {"test", "all", "install", "clean", "help", "package", "rebuild_cache"}) {
    EXPECT_THAT(refusal(check_new_name(name)), AllOf(HasSubstr("is a target that CMake keeps for itself"),
                                                     HasSubstr("`my_" + std::string(name) + "`")));
  }
}

TEST(NewName, is_none_that_the_host_has) {
  for (const char* name : {"lodge", "base", "control"}) {
    EXPECT_THAT(refusal(check_new_name(name)),
                HasSubstr("is what the host calls something of its own; choose another"));
  }
}

TEST(NewLang, is_asked_for_by_its_own_word) {
  EXPECT_EQ(refusal(check_new_lang("c")), "accepted");
  EXPECT_EQ(refusal(check_new_lang("cpp")), "accepted");
  EXPECT_EQ(refusal(check_new_lang("c++")), "no language `c++`; did you mean `cpp`? (there are: c, cpp)");
  EXPECT_EQ(refusal(check_new_lang("CPP")), "no language `CPP`; did you mean `cpp`? (there are: c, cpp)");
  EXPECT_EQ(refusal(check_new_lang("C")), "no language `C`; did you mean `c`? (there are: c, cpp)");
  EXPECT_EQ(refusal(check_new_lang("cp")), "no language `cp`; did you mean `cpp`? (there are: c, cpp)");
  EXPECT_EQ(refusal(check_new_lang("cobol")), "no language `cobol` (there are: c, cpp)");
}

TEST(FindSdk, takes_the_one_that_the_program_was_installed_with) {
  Folder folder;
  const fs::path home = folder.put_sdk("home/.local").parent_path();
  const fs::path prefix = folder.put_sdk("opt/lodge", "lib/x86_64-linux-gnu");
  EXPECT_EQ(find_sdk(prefix / "bin/lodgectl", home), prefix);
}

TEST(FindSdk, takes_the_one_below_local_for_a_program_that_is_not_installed) {
  Folder folder;
  const fs::path home = folder.put_sdk("home/.local").parent_path();
  EXPECT_EQ(find_sdk(folder.path() / "build/bin/lodgectl", home), home / ".local");
  EXPECT_EQ(find_sdk("", home), home / ".local");
  EXPECT_EQ(find_sdk(folder.path() / "build/bin/lodgectl", folder.path()), "");
  EXPECT_EQ(find_sdk("", ""), "");
}

TEST(BuildCommand, names_the_prefix_that_cmake_does_not_look_into) {
  constexpr const char* rest = " && cmake --build build && ctest --test-dir build --output-on-failure";
  EXPECT_EQ(build_command(""), std::string("cmake -B build") + rest);
  EXPECT_EQ(build_command("/usr/local"), std::string("cmake -B build") + rest);
  EXPECT_EQ(build_command("/home/ada/.local"),
            std::string("cmake -B build -DCMAKE_PREFIX_PATH=/home/ada/.local") + rest);
  EXPECT_EQ(build_command("/home/ada's disk"),
            std::string("cmake -B build -DCMAKE_PREFIX_PATH='/home/ada'\\''s disk'") + rest);
}

TEST(WritePlugin, fills_in_the_name_everywhere) {
  Folder folder;
  for (const std::string lang : {"c", "cpp"}) {
    const std::string name = "plug_" + lang;
    const auto files = write_plugin({.name = name, .lang = lang, .build = "make it"}, folder.path());
    ASSERT_TRUE(files.ok()) << files.error().message;
    EXPECT_THAT(*files,
                ElementsAre("CMakeLists.txt", "README.md", "lodged.toml", name + "." + lang, name + "_test.cpp"));
    for (const std::string& file : *files) {
      const std::string text = text_of_file(folder.path() / name / file);
      EXPECT_THAT(text, AllOf(HasSubstr(name), Not(HasSubstr("@")))) << file;
    }
    EXPECT_THAT(text_of_file(folder.path() / name / "README.md"), HasSubstr("make it"));
  }
}

TEST(WritePlugin, leaves_alone_what_is_there) {
  Folder folder;
  const NewPlugin plugin{.name = "first", .lang = "c", .build = ""};
  fs::create_symlink("nowhere", folder.path() / "first");
  const auto files = write_plugin(plugin, folder.path());
  ASSERT_FALSE(files.ok());
  EXPECT_EQ(files.error().code, Code::ALREADY_EXISTS);
  EXPECT_THAT(files.error().message, HasSubstr("it is there already; choose another name, or remove it"));
  EXPECT_TRUE(fs::is_symlink(folder.path() / "first"));
}

TEST(WritePlugin, that_finds_no_room_says_so_and_leaves_nothing_behind) {
  Folder folder;
  const auto files = [&] {
    const SmallFiles small(400);
    return write_plugin({.name = "first", .lang = "cpp", .build = ""}, folder.path());
  }();
  ASSERT_FALSE(files.ok());
  EXPECT_EQ(files.error().code, Code::RESOURCE_EXHAUSTED);
  EXPECT_THAT(files.error().message, AllOf(HasSubstr("cannot write " + (folder.path() / "first/").string()),
                                           HasSubstr(": File too large; "), HasSubstr("nothing was left behind")));
  EXPECT_THAT(folder.names(), ElementsAre());
}

TEST(WritePlugin, that_cannot_make_its_folder_says_why) {
  Folder folder;
  std::ofstream(folder.path() / "file") << "";
  const auto files = write_plugin({.name = "first", .lang = "cpp", .build = ""}, folder.path() / "file");
  ASSERT_FALSE(files.ok());
  EXPECT_THAT(files.error().message, AllOf(HasSubstr("cannot make the folder "), HasSubstr(": Not a directory; ")));
}

class NewVerb : public ::testing::Test {
 protected:
  ExitCode run(std::vector<const char*> words) {
    words.insert(words.begin(), {"lodgectl", "new"});
    const auto options = read_options(static_cast<int>(words.size()), words.data());
    EXPECT_TRUE(options.ok());
    out_.str("");
    errors_.str("");
    Session session(*options, {out_, errors_, clock_, options->json, false}, in_);
    return run_verb(session);
  }

  Folder folder_;
  const ManualClock clock_;
  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream errors_;
};

TEST_F(NewVerb, prints_the_command_that_builds_and_tests) {
  folder_.put_sdk("sdk");
  EXPECT_EQ(run({"first", "--sdk", "sdk"}), ExitCode::ok) << errors_.str();
  EXPECT_EQ(out_.str(), "cd first && cmake -B build -DCMAKE_PREFIX_PATH=" + (folder_.path() / "sdk").string() +
                            " && cmake --build build && ctest --test-dir build --output-on-failure\n");
  EXPECT_TRUE(fs::exists(folder_.path() / "first/first.cpp"));
}

TEST_F(NewVerb, prints_json_for_machines) {
  folder_.put_sdk("sdk");
  EXPECT_EQ(run({"first", "--lang", "c", "--sdk=sdk", "--json"}), ExitCode::ok) << errors_.str();
  const auto printed = wire::value_from_json(out_.str());
  ASSERT_TRUE(printed.ok()) << out_.str();
  EXPECT_EQ(*printed->find("name"), wire::Value("first"));
  EXPECT_EQ(*printed->find("lang"), wire::Value("c"));
  EXPECT_EQ(*printed->find("files"),
            wire::Value(wire::Value::List{"CMakeLists.txt", "README.md", "first.c", "first_test.cpp", "lodged.toml"}));
  EXPECT_THAT(*printed->find("command")->as_text(), HasSubstr("cd first && cmake -B build -DCMAKE_PREFIX_PATH="));
}

TEST_F(NewVerb, writes_nothing_where_a_word_is_wrong) {
  EXPECT_EQ(run({"test"}), ExitCode::usage);
  EXPECT_EQ(run({"first", "--lang", "c++"}), ExitCode::usage);
  EXPECT_THAT(errors_.str(), HasSubstr("did you mean `cpp`?"));
  EXPECT_EQ(run({"first", "--sdk", "."}), ExitCode::usage);
  EXPECT_THAT(errors_.str(), HasSubstr("--sdk: no SDK is installed in ."));
  EXPECT_EQ(run({"first", "--sdk", "/nonexistent"}), ExitCode::usage);
  EXPECT_THAT(folder_.names(), ElementsAre());
}

TEST_F(NewVerb, ends_with_its_own_code_where_it_cannot_write) {
  fs::create_directory("first");
  EXPECT_EQ(run({"first", "--json"}), ExitCode::cannot_create);
  EXPECT_THAT(errors_.str(), HasSubstr("\"code\":\"ALREADY_EXISTS\""));
}

}  // namespace
}  // namespace lodge::ctl
