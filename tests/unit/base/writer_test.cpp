#include "base/writer.hpp"

#include <gtest/gtest.h>

namespace lodge {
namespace {

TEST(Writer, grows_up_to_its_limit_and_remembers_that_it_was_met) {
  Writer writer(1000);
  EXPECT_TRUE(append(writer, Bytes(600)));
  EXPECT_FALSE(append(writer, Bytes(401)));
  EXPECT_TRUE(writer.refused());
  EXPECT_TRUE(append(writer, Bytes(400))) << "nothing was appended by what failed";
  EXPECT_EQ(writer.size, 1000U);
  EXPECT_TRUE(writer.refused());
  writer.clear();
  EXPECT_FALSE(writer.refused());
  EXPECT_TRUE(append(writer, Bytes(1000)));
}

TEST(Writer, without_a_limit_is_refused_only_what_memory_cannot_hold) {
  Writer writer(Writer::no_limit);
  EXPECT_TRUE(append(writer, Bytes(Writer::default_limit + 1)));
  EXPECT_EQ(writer.reserve(&writer, SIZE_MAX / 2), LODGE_RESOURCE_EXHAUSTED);
  EXPECT_FALSE(writer.refused());
}

TEST(Writer, gives_back_memory_beyond_what_it_may_keep) {
  Writer writer;
  ASSERT_TRUE(append(writer, Bytes(10'000)));
  writer.clear(20'000);
  EXPECT_GE(writer.capacity, 10'000U);
  writer.clear(5'000);
  EXPECT_EQ(writer.capacity, 0U);
  EXPECT_TRUE(append(writer, view_of("again")));
  EXPECT_EQ(text_of(writer.view()), "again");
}

}  // namespace
}  // namespace lodge
