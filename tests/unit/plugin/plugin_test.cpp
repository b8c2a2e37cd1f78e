#include "plugin/plugin.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/sample_plugin.hpp"

namespace lodge::plugin {
namespace {

TEST(Plugin, is_bound_with_a_function_for_each_callback) {
  const SamplePlugin sample;
  const auto bound = bind(sample.plugin, "greeter.so");
  ASSERT_TRUE(bound) << bound.error().message;
  const Plugin& plugin = **bound;
  EXPECT_EQ(plugin.descriptor.name, "greeter");
  EXPECT_EQ(plugin.file, "greeter.so");
  EXPECT_THAT(plugin.functions, testing::ElementsAre(&SamplePlugin::answer, &SamplePlugin::answer));
  EXPECT_EQ(plugin.hooks.start, &SamplePlugin::start);
  EXPECT_EQ(plugin.hooks.create, nullptr);
}

TEST(Plugin, without_hooks_has_none) {
  SamplePlugin sample;
  sample.plugin.hooks = nullptr;
  const auto bound = bind(sample.plugin);
  ASSERT_TRUE(bound);
  EXPECT_EQ((*bound)->hooks.start, nullptr);
  EXPECT_EQ((*bound)->hooks.struct_size, sizeof(lodge_hooks));
}

TEST(Plugin, with_a_wrong_descriptor_is_not_bound) {
  SamplePlugin sample;
  sample.plugin.version = "one";
  EXPECT_FALSE(bind(sample.plugin));
}

}  // namespace
}  // namespace lodge::plugin
