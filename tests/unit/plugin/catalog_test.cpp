#include "plugin/catalog.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/plugin_folder.hpp"
#include "plugin/sample_plugin.hpp"

namespace lodge::plugin {
namespace {

using testing::AllOf;
using testing::HasSubstr;
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
  static const Catalog::Entry& entry(const Catalog& catalog, const std::string& path) {
    for (const Catalog::Entry& each : catalog.entries()) {
      if (each.path == path) return each;
    }
    ADD_FAILURE() << "no entry " << path;
    return catalog.entries().front();
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

TEST_F(CatalogTest, a_missing_plugin_comes_with_what_there_is_and_what_is_refused) {
  folder_.put("good");
  folder_.put("not_elf");
  Catalog catalog(options());
  EXPECT_THAT(refusal(catalog, "goood"),
              AllOf(StartsWith("NOT_FOUND: there is no plugin `goood`; did you mean `good`?"),
                    HasSubstr(folder_.path()), HasSubstr("not_elf.so: not a shared object")));
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

}  // namespace
}  // namespace lodge::plugin
