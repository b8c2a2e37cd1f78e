#include "plugin/plugin_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <fstream>

#include "base/writer.hpp"
#include "plugin/file_image.hpp"
#include "plugin/plugin_folder.hpp"
#include "plugin/private_copy.hpp"

namespace lodge::plugin {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class PluginFileTest : public testing::Test {
 protected:
  Result<PluginFile> inspect(const std::string& path, std::string_view pin = {}) const {
    return inspect_plugin_file(path, scan_options(), pin);
  }
  Result<std::shared_ptr<const Plugin>> load(const std::string& path) const {
    const Result<PluginFile> file = inspect(path);
    return file ? load_plugin_file(*file, data_.path()) : file.error();
  }
  std::string refusal(const std::string& path) const {
    const auto loaded = load(path);
    return loaded ? "loaded" : loaded.error().text();
  }

  PluginFolder folder_;
  PluginFolder data_;
};

TEST_F(PluginFileTest, is_loaded_and_answers) {
  const std::string path = folder_.put("good");
  const auto loaded = load(path);
  ASSERT_TRUE(loaded) << loaded.error().message;
  const Plugin& plugin = **loaded;
  EXPECT_EQ(plugin.file, path);
  EXPECT_EQ(plugin.descriptor.name, "good");
  const std::uint8_t seven = 7;
  lodge_call call{};
  call.struct_size = sizeof call;
  call.arity = 1;
  call.args = {&seven, 1};
  Writer out;
  EXPECT_EQ(plugin.functions.at(0)(nullptr, &call, &out), LODGE_DONE);
  EXPECT_EQ(out.take(), Bytes{7});
}

TEST_F(PluginFileTest, runs_from_a_private_copy_named_by_its_hash) {
  const Result<PluginFile> file = inspect(folder_.put("good", "any_name"));
  ASSERT_TRUE(file) << file.error().message;
  ASSERT_TRUE(load_plugin_file(*file, data_.path()));
  const std::string copy = data_.path() + "/plugins/" + file->sha256 + "/good.so";
  const Result<FileImage> image = read_file_image(copy);
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(sha256_of(image->content), file->sha256);
  EXPECT_EQ(image->mode & 07777U, 0500U);
  struct stat info {};
  ASSERT_EQ(stat((data_.path() + "/plugins").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0700U);
}

TEST_F(PluginFileTest, a_spoiled_private_copy_is_replaced) {
  const Result<PluginFile> file = inspect(folder_.put("good"));
  ASSERT_TRUE(file);
  const std::string copy = data_.path() + "/plugins/" + file->sha256 + "/good.so";
  std::filesystem::create_directories(data_.path() + "/plugins/" + file->sha256);
  std::ofstream(copy) << "garbage";
  EXPECT_TRUE(load_plugin_file(*file, data_.path()));
  EXPECT_EQ(sha256_of(read_file_image(copy)->content), file->sha256);
}

TEST_F(PluginFileTest, that_changed_after_it_was_checked_is_not_loaded) {
  const std::string path = folder_.put("good");
  const Result<PluginFile> file = inspect(path);
  ASSERT_TRUE(file);
  folder_.put("create_fails", "good");
  const auto loaded = load_plugin_file(*file, data_.path());
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().text(), AllOf(StartsWith("FAILED_PRECONDITION: " + path), HasSubstr("has changed")));
}

TEST_F(PluginFileTest, that_tells_the_host_something_else_than_the_child_is_refused) {
  EXPECT_THAT(refusal(folder_.put("entry_changes")), HasSubstr("says something else about itself here"));
}

TEST_F(PluginFileTest, a_pin_holds_for_one_content) {
  const std::string path = folder_.put("good");
  const Result<PluginFile> file = inspect(path);
  ASSERT_TRUE(file);
  EXPECT_TRUE(inspect(path, file->sha256));
  const Result<PluginFile> other = inspect(path, std::string(64, 'a'));
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().text(), AllOf(StartsWith("PERMISSION_DENIED: "), HasSubstr(file->sha256)));
}

TEST_F(PluginFileTest, a_pinned_file_with_other_content_is_not_even_run_in_a_child) {
  const Result<PluginFile> file = inspect(folder_.put("constructor_crashes"), std::string(64, 'a'));
  ASSERT_FALSE(file);
  EXPECT_THAT(file.error().message, HasSubstr("pins"));
}

TEST_F(PluginFileTest, writable_by_others_is_refused) {
  const std::string path = folder_.put("good");
  std::filesystem::permissions(path, std::filesystem::perms(0777));
  EXPECT_THAT(refusal(path), AllOf(HasSubstr("PERMISSION_DENIED: " + path), HasSubstr("writable by everybody")));
}

TEST_F(PluginFileTest, each_misbehaviour_is_an_error_that_names_the_file) {
  for (const std::string_view bad : {"entry_null", "entry_crashes", "wrong_abi", "too_short", "longer_used",
                                     "constructor_crashes", "extra_export", "no_entry", "origin", "not_elf"}) {
    const std::string path = folder_.put(bad);
    EXPECT_THAT(refusal(path), HasSubstr(": " + path + ": ")) << bad;
  }
}

TEST_F(PluginFileTest, a_longer_descriptor_with_an_empty_tail_is_loaded) {
  EXPECT_EQ(refusal(folder_.put("longer_zero")), "loaded");
}

TEST_F(PluginFileTest, a_data_directory_without_exec_is_named_with_the_remedy) {
  EXPECT_TRUE(check_exec("/data", ST_NOSUID));
  const Status fits = check_exec("/data", ST_NOSUID | ST_NOEXEC);
  ASSERT_FALSE(fits);
  EXPECT_THAT(fits.error().text(), AllOf(HasSubstr("FAILED_PRECONDITION: /data lies on a file system"),
                                         HasSubstr("choose another data directory")));
}

TEST_F(PluginFileTest, a_data_directory_that_is_missing_is_named) {
  const Result<std::string> copy = keep_private_copy("/no/data", std::string(64, 'a'), "good", {});
  ASSERT_FALSE(copy);
  EXPECT_THAT(copy.error().message, HasSubstr("/no/data"));
}

TEST(FileImage, hashes_as_sha256_does) {
  EXPECT_EQ(sha256_of(view_of("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace lodge::plugin
