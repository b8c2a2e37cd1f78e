// What the C++ layer describes, as the host reads it. (The layer's own headers are not here: both have a
// lodge::Result.)
#include "plugin/descriptor.hpp"

#include <gtest/gtest.h>

namespace {

TEST(DescribedPlugin, is_accepted_by_the_host) {
  const auto descriptor = lodge::plugin::read_descriptor(*lodge_plugin_v1());
  ASSERT_TRUE(descriptor) << descriptor.error().message;
  EXPECT_EQ(descriptor->name, "greeter");
  EXPECT_EQ(descriptor->callbacks.size(), 3U);
  EXPECT_EQ(descriptor->settings.size(), 3U);
}

}  // namespace
