#include "plugin/trust.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "plugin/plugin_folder.hpp"

namespace lodge::plugin {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr uid_t host_user = 1000;

std::string refusal(const Status& status) { return status ? "trusted" : status.error().text(); }

TEST(Trust, root_and_the_hosts_user_may_own_plugins) {
  EXPECT_EQ(refusal(check_owner("x.so", 0, 0100755, host_user)), "trusted");
  EXPECT_EQ(refusal(check_owner("x.so", host_user, 0100700, host_user)), "trusted");
}

TEST(Trust, another_owner_is_refused_with_the_path) {
  EXPECT_THAT(refusal(check_owner("/p/x.so", 1001, 0100755, host_user)),
              AllOf(HasSubstr("PERMISSION_DENIED: /p/x.so: belongs to user 1001"), HasSubstr("chown 1000 /p/x.so")));
}

TEST(Trust, what_others_may_write_is_refused_with_the_cure) {
  EXPECT_THAT(refusal(check_owner("x.so", 0, 0100775, host_user)), HasSubstr("is writable by its group"));
  EXPECT_THAT(refusal(check_owner("x.so", 0, 0100757, host_user)),
              AllOf(HasSubstr("is writable by everybody"), HasSubstr("chmod go-w x.so")));
}

TEST(Trust, a_directory_of_our_own_is_trusted) {
  const PluginFolder folder;
  EXPECT_EQ(refusal(check_plugin_directory(folder.path())), "trusted");
}

TEST(Trust, a_directory_that_everybody_may_write_is_refused) {
  const PluginFolder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0777));
  EXPECT_THAT(refusal(check_plugin_directory(folder.path())), HasSubstr(folder.path() + ": is writable by everybody"));
}

TEST(Trust, a_directory_that_everybody_may_replace_is_refused) {
  const PluginFolder folder;
  const std::string inner = folder.path() + "/plugins";
  std::filesystem::create_directory(inner);
  std::filesystem::permissions(inner, std::filesystem::perms(0755));
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0777));
  EXPECT_THAT(refusal(check_plugin_directory(inner)), HasSubstr("everybody may replace it"));
}

TEST(Trust, a_missing_directory_and_a_file_are_named) {
  EXPECT_THAT(refusal(check_plugin_directory("/no/such/place")), HasSubstr("NOT_FOUND: /no/such/place"));
  EXPECT_THAT(refusal(check_plugin_directory("/proc/self/exe")), HasSubstr("not a directory"));
}

}  // namespace
}  // namespace lodge::plugin
