#include "control/quiet_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lodge::control {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(QuietFiles, are_those_that_have_not_changed_for_a_while) {
  QuietFiles files(100);
  files.changed("a", 0);
  files.changed("b", 50);
  EXPECT_THAT(files.take(99), IsEmpty());
  EXPECT_THAT(files.take(100), ElementsAre("a"));
  EXPECT_THAT(files.take(149), IsEmpty());
  EXPECT_THAT(files.take(200), ElementsAre("b"));
  EXPECT_THAT(files.take(1000), IsEmpty());
}

TEST(QuietFiles, wait_anew_with_each_change_and_for_nobody_else) {
  QuietFiles files(100);
  files.changed("slow", 0);
  files.changed("done", 0);
  files.changed("slow", 90);
  EXPECT_THAT(files.take(100), ElementsAre("done"));
  EXPECT_EQ(files.next(), 190);
  EXPECT_THAT(files.take(190), ElementsAre("slow"));
  EXPECT_EQ(files.next(), std::nullopt);
}

TEST(QuietFiles, of_a_flood_become_one_that_stands_for_all) {
  QuietFiles files(100);
  for (std::size_t i = 0; i <= QuietFiles::files_max; ++i) files.changed(std::to_string(i), 0);
  EXPECT_THAT(files.take(100), ElementsAre(""));
}

}  // namespace
}  // namespace lodge::control
