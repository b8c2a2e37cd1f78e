#include "plugin/catalog.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <future>
#include <thread>
#include <utility>

#include "plugin/plugin_folder.hpp"
#include "plugin/sample_plugin.hpp"
#include "rig/eventually.hpp"

namespace lodge::plugin {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class CatalogTest : public testing::Test {
 protected:
  CatalogOptions options() const {
    return {.directories = {folder_.path()}, .data_dir = data_.path(), .scan = scan_options(), .pins = {}};
  }
  static std::string refusal(Catalog& catalog, std::string_view name) {
    const auto described = catalog.describe(name);
    return described ? "described" : described.error().text();
  }
  static Catalog::Entry entry(const Catalog& catalog, const std::string& path) {
    for (const Catalog::Entry& each : catalog.entries()) {
      if (each.path == path) return each;
    }
    ADD_FAILURE() << "no entry " << path;
    return {};
  }
  static std::shared_ptr<const Plugin> builtin() { return *bind(sample_.plugin); }

  static inline const SamplePlugin sample_;
  PluginFolder folder_;
  PluginFolder data_;
};

TEST_F(CatalogTest, finds_a_plugin_under_its_own_name_without_reading_others) {
  const std::string other = folder_.put("constructor_crashes");
  folder_.put("good");
  Catalog catalog(options());
  const auto described = catalog.describe("good");
  ASSERT_TRUE(described) << described.error().message;
  EXPECT_EQ((*described)->version, "1.4.0");
  EXPECT_EQ(entry(catalog, other).state, Catalog::State::unread);
}

TEST_F(CatalogTest, finds_a_plugin_under_a_strange_file_name) {
  folder_.put("good", "libwhatever");
  folder_.put("constructor_crashes");
  Catalog catalog(options());
  EXPECT_EQ(refusal(catalog, "good"), "described");
}

TEST_F(CatalogTest, loads_a_plugin_once) {
  const std::string path = folder_.put("good");
  Catalog catalog(options());
  const auto first = catalog.load("good");
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(*catalog.load("good"), *first);
  EXPECT_EQ(entry(catalog, path).state, Catalog::State::loaded);
}

TEST_F(CatalogTest, a_bad_file_is_its_own_error_and_stops_nobody) {
  const std::string crashes = folder_.put("constructor_crashes");
  const std::string text = folder_.put("not_elf");
  folder_.put("good");
  Catalog catalog(options());
  ASSERT_TRUE(catalog.scan());
  EXPECT_THAT(entry(catalog, crashes).error->message, HasSubstr("SIGABRT"));
  EXPECT_THAT(entry(catalog, text).error->message, HasSubstr("not a shared object"));
  EXPECT_EQ(refusal(catalog, "good"), "described");
  EXPECT_THAT(refusal(catalog, "not_elf"), HasSubstr("not a shared object"));
}

TEST_F(CatalogTest, a_missing_plugin_comes_with_the_nearest_there_is) {
  folder_.put("good");
  folder_.put("not_elf");
  Catalog catalog(options());
  EXPECT_EQ(refusal(catalog, "goood"),
            "NOT_FOUND: there is no plugin `goood` in " + folder_.path() + "; did you mean `good`?");
}

TEST_F(CatalogTest, a_missing_plugin_that_is_like_no_other_comes_with_a_handful) {
  for (const char* each : {"good", "subject", "orphan"}) folder_.put(each);
  Catalog few(options());
  EXPECT_EQ(refusal(few, "zebra"),
            "NOT_FOUND: there is no plugin `zebra` in " + folder_.path() + "; there is `good`, `orphan`, `subject`");
  for (const char* each : {"chicken", "egg", "create_fails", "from_tomorrow"}) folder_.put(each);
  Catalog many(options());
  EXPECT_THAT(refusal(many, "zebra"),
              EndsWith("; there is `chicken`, `create_fails`, `egg`, `from_tomorrow`, `good` and "
                       "2 more"));
}

TEST_F(CatalogTest, a_missing_plugin_is_looked_for_in_every_directory) {
  CatalogOptions three = options();
  three.directories = {folder_.path(), data_.path(), "/nowhere/at/all"};
  Catalog catalog(three);
  EXPECT_THAT(refusal(catalog, "zebra"),
              AllOf(StartsWith("NOT_FOUND: there is no plugin `zebra` in " + folder_.path() + ", " + data_.path() +
                               " or /nowhere/at/all, nor any other that could be used"),
                    HasSubstr("; /nowhere/at/all: the plugin directory cannot be read")));
}

TEST_F(CatalogTest, a_refused_file_is_told_where_its_name_says_that_it_may_be_the_missing_plugin) {
  folder_.put("not_elf", "libGreeter-1.2");
  folder_.put("entry_null", "greter");
  folder_.put("no_entry", "tokenizer");
  Catalog catalog(options());
  EXPECT_THAT(refusal(catalog, "greeter"), AllOf(HasSubstr("/libGreeter-1.2.so: not a shared object"),
                                                 HasSubstr("/greter.so: "), Not(HasSubstr("tokenizer"))));
}

TEST_F(CatalogTest, two_files_with_one_plugins_name_are_both_named) {
  const std::string one = folder_.put("good", "one");
  const std::string two = folder_.put("good", "two");
  Catalog catalog(options());
  EXPECT_EQ(refusal(catalog, "good"),
            "FAILED_PRECONDITION: " + one + " and " + two + " both hold a plugin `good`; remove one of them");
}

TEST_F(CatalogTest, the_first_directory_that_has_a_plugin_wins) {
  PluginFolder second;
  second.put("good");
  const std::string first = folder_.put("good");
  CatalogOptions both = options();
  both.directories.push_back(second.path());
  Catalog catalog(both);
  ASSERT_TRUE(catalog.scan());
  const auto loaded = catalog.load("good");
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ((*loaded)->file, first);
}

TEST_F(CatalogTest, a_directory_that_others_may_write_is_refused_with_its_path) {
  folder_.put("good");
  std::filesystem::permissions(folder_.path(), std::filesystem::perms(0777));
  Catalog catalog(options());
  const Status listed = catalog.list();
  ASSERT_FALSE(listed);
  EXPECT_THAT(listed.error().message, StartsWith(folder_.path() + ": is writable by everybody"));
  EXPECT_THAT(refusal(catalog, "good"), AllOf(StartsWith("PERMISSION_DENIED"), HasSubstr("is writable by everybody")));
}

TEST_F(CatalogTest, a_pinned_plugin_is_refused_under_any_file_name) {
  folder_.put("good", "strange");
  CatalogOptions pinned = options();
  pinned.pins["good"] = std::string(64, '0');
  Catalog catalog(pinned);
  EXPECT_THAT(refusal(catalog, "good"), HasSubstr("the configuration pins"));
}

TEST_F(CatalogTest, a_builtin_plugin_is_there_without_a_file) {
  Catalog catalog(options());
  ASSERT_TRUE(catalog.add_builtin(builtin()));
  EXPECT_FALSE(catalog.add_builtin(builtin()));
  EXPECT_EQ(refusal(catalog, "greeter"), "described");
  EXPECT_TRUE(catalog.load("greeter"));
}

TEST_F(CatalogTest, a_file_cannot_take_a_builtin_plugins_name) {
  SamplePlugin sample;
  sample.plugin.name = "good";
  const std::string path = folder_.put("good");
  Catalog catalog(options());
  ASSERT_TRUE(catalog.add_builtin(*bind(sample.plugin)));
  ASSERT_TRUE(catalog.scan());
  EXPECT_EQ(entry(catalog, path).state, Catalog::State::refused);
  EXPECT_EQ((*catalog.load("good"))->file, "");
}

TEST_F(CatalogTest, a_new_file_in_place_of_an_old_one_is_noticed_by_a_scan) {
  const std::string path = folder_.put("good");
  Catalog catalog(options());
  const auto described = catalog.describe("good");
  ASSERT_TRUE(described);
  const Descriptor* const before = *described;
  folder_.put("create_fails", "good");
  EXPECT_FALSE(catalog.load("good"));
  ASSERT_TRUE(catalog.scan());
  EXPECT_EQ(entry(catalog, path).descriptor()->name, "create_fails");
  EXPECT_EQ(before->name, "good");
}

TEST_F(CatalogTest, a_file_that_is_gone_is_forgotten_by_a_scan) {
  std::filesystem::remove(folder_.put("good"));
  folder_.put("good");
  Catalog catalog(options());
  ASSERT_TRUE(catalog.load("good"));
  std::filesystem::remove(folder_.path() + "/good.so");
  ASSERT_TRUE(catalog.scan());
  EXPECT_THAT(refusal(catalog, "good"), StartsWith("NOT_FOUND"));
}

/// Reads files as ever, save that those called slow.so wait until they are let go.
class SlowReading {
 public:
  SlowReading() {
    std::ofstream(program()) << "#!/bin/sh\ncase $1 in */slow.so) : > " << folder_.path() << "/begun; read -r line < "
                             << folder_.path() << "/gate;; esac\nexec " << describe_program() << " \"$@\"\n";
    std::filesystem::permissions(program(), std::filesystem::perms(0700));
    EXPECT_EQ(mkfifo((folder_.path() + "/gate").c_str(), 0600), 0);
    gate_.open(folder_.path() + "/gate", std::ios::in | std::ios::out);
    EXPECT_TRUE(gate_);
  }
  ~SlowReading() { let_go(); }

  [[nodiscard]] std::string program() const { return folder_.path() + "/describe"; }
  [[nodiscard]] bool begun() const { return std::filesystem::exists(folder_.path() + "/begun"); }
  void let_go() {
    if (!std::exchange(open_, true)) gate_ << "go\n" << std::flush;
  }

 private:
  PluginFolder folder_;
  std::fstream gate_;  // open both ways, so that a word waits there for who reads it later
  bool open_ = false;
};

TEST_F(CatalogTest, a_file_that_takes_long_to_read_holds_up_nobody_who_wants_another) {
  folder_.put("subject", "slow");
  folder_.put("good");
  SlowReading slow;
  CatalogOptions slowly = options();
  slowly.scan.describe_program = slow.program();
  Catalog catalog(slowly);
  std::thread scanner([&catalog] { EXPECT_TRUE(catalog.scan()); });
  EXPECT_TRUE(rig::eventually([&slow] { return slow.begun(); }));
  auto other = std::async(std::launch::async, [&] {
    const bool loaded = catalog.load("good").ok();
    return loaded && entry(catalog, folder_.path() + "/slow.so").state == Catalog::State::unread;
  });
  const bool held_up = other.wait_for(std::chrono::seconds(10)) != std::future_status::ready;
  slow.let_go();
  scanner.join();
  EXPECT_FALSE(held_up);
  EXPECT_TRUE(other.get());
  EXPECT_EQ(entry(catalog, folder_.path() + "/slow.so").state, Catalog::State::available);
}

// Each reading waits for the other: one after the other they would hang.
TEST_F(CatalogTest, files_are_read_several_at_a_time) {
  const std::string left = folder_.put("good", "left");
  const std::string right = folder_.put("subject", "right");
  PluginFolder meeting;
  for (const char* each : {"/to_left", "/to_right"}) ASSERT_EQ(mkfifo((meeting.path() + each).c_str(), 0600), 0);
  const std::string program = meeting.path() + "/describe";
  std::ofstream(program) << "#!/bin/sh\ncd " << meeting.path()
                         << "\ncase $1 in */left.so) echo here > to_right; read -r line < to_left;; *) read -r line < "
                            "to_right; echo here > to_left;; esac\nexec "
                         << describe_program() << " \"$@\"\n";
  std::filesystem::permissions(program, std::filesystem::perms(0700));
  CatalogOptions together = options();
  together.scan.describe_program = program;
  Catalog catalog(together);
  EXPECT_TRUE(catalog.scan());
  EXPECT_EQ(entry(catalog, left).state, Catalog::State::available);
  EXPECT_EQ(entry(catalog, right).state, Catalog::State::available);
}

TEST_F(CatalogTest, whoever_wants_a_file_that_is_being_read_gets_what_that_reading_finds) {
  folder_.put("subject", "slow");
  SlowReading slow;
  CatalogOptions slowly = options();
  slowly.scan.describe_program = slow.program();
  Catalog catalog(slowly);
  auto first = std::async(std::launch::async, [&catalog] { return refusal(catalog, "subject"); });
  EXPECT_TRUE(rig::eventually([&slow] { return slow.begun(); }));
  auto second = std::async(std::launch::async, [&catalog] { return refusal(catalog, "subject"); });
  slow.let_go();
  EXPECT_EQ(first.get(), "described");
  // The gate opens once: a second reading would stand in front of it.
  EXPECT_EQ(second.get(), "described");
}

TEST_F(CatalogTest, copies_that_it_has_not_loaded_from_are_removed) {
  folder_.put("good");
  {
    Catalog before(options());
    ASSERT_TRUE(before.load("good"));
  }
  folder_.put("subject");
  std::filesystem::remove(folder_.path() + "/good.so");
  Catalog catalog(options());
  ASSERT_TRUE(catalog.load("subject"));
  const auto removed = catalog.remove_unused_copies();
  ASSERT_TRUE(removed) << removed.error().message;
  EXPECT_EQ(*removed, 1U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(data_.path() + "/plugins"), {}), 1);
}

}  // namespace
}  // namespace lodge::plugin
