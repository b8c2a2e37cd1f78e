#include "plugin/private_copy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "plugin/plugin_folder.hpp"

namespace lodge::plugin {
namespace {

namespace fs = std::filesystem;

class PrivateCopies : public testing::Test {
 protected:
  std::string keep(char digit, const std::string& name) {
    const auto path = keep_private_copy(data_.path(), std::string(64, digit), name, view_of("code"));
    EXPECT_TRUE(path);
    return *path;
  }
  std::string leave(const std::string& name) {
    const fs::path path = fs::path(data_.path()) / "plugins" / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << "text";
    return path;
  }
  std::size_t remove(const std::set<std::string>& used) {
    const auto removed = remove_private_copies(data_.path(), used);
    EXPECT_TRUE(removed) << removed.error().message;
    return removed ? *removed : 0;
  }

  PluginFolder data_;
  const std::string folder_ = data_.path() + "/plugins/" + std::string(64, 'a');
};

TEST_F(PrivateCopies, are_where_their_path_says) {
  EXPECT_EQ(keep('a', "good"), private_copy_path(data_.path(), std::string(64, 'a'), "good"));
}

TEST_F(PrivateCopies, that_are_not_used_are_removed_with_their_folders) {
  const std::string used = keep('a', "good");
  const std::string old = keep('b', "good");
  EXPECT_EQ(remove({used}), 1U);
  EXPECT_TRUE(fs::exists(used));
  EXPECT_FALSE(fs::exists(fs::path(old).parent_path()));
}

TEST_F(PrivateCopies, that_were_never_finished_are_removed) {
  const std::string used = keep('a', "good");
  const std::string half = leave(std::string(64, 'a') + "/good.so.4711.1");
  EXPECT_EQ(remove({used}), 1U);
  EXPECT_FALSE(fs::exists(half));
}

TEST_F(PrivateCopies, are_all_that_is_removed) {
  const std::set<std::string> foreign = {
      leave("notes.txt"), leave("abc/good.so"), leave(std::string(64, 'a') + "/notes.txt"),
      leave(std::string(64, 'A') + "/good.so"), leave(std::string(65, 'a') + "/x.so")};
  EXPECT_EQ(remove({}), 0U);
  for (const std::string& each : foreign) EXPECT_TRUE(fs::exists(each)) << each;
}

TEST_F(PrivateCopies, are_not_looked_for_behind_links) {
  PluginFolder elsewhere;
  const std::string precious = elsewhere.path() + "/precious.so";
  std::ofstream(precious) << "text";
  fs::create_directory(data_.path() + "/plugins");
  fs::create_directory_symlink(elsewhere.path(), folder_);
  EXPECT_EQ(remove({}), 0U);
  EXPECT_TRUE(fs::exists(precious));
  fs::remove(folder_);
  fs::create_directory(folder_);
  fs::create_symlink(precious, folder_ + "/good.so");
  EXPECT_EQ(remove({}), 0U);
  EXPECT_TRUE(fs::is_symlink(folder_ + "/good.so"));
}

TEST_F(PrivateCopies, of_a_host_that_never_had_any_are_none) { EXPECT_EQ(remove({}), 0U); }

}  // namespace
}  // namespace lodge::plugin
