// How many names a node has, and how many of them one instance or service.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "names/names.hpp"
#include "rig/manual_executor.hpp"

namespace lodge::names {
namespace {

TEST(NamesLimits, leave_room_for_others_than_one_instance) {
  rig::ManualExecutor executor;
  Names few(executor, HashSeed{1}, {.node = 5, .instance = 2});
  const Bytes value = wire::Value(1).pack();
  const auto service = few.service_owner(1, "alpha");
  lodge_handle opened[3];
  for (lodge_handle& each : opened) ASSERT_EQ(few.open_owner(100, "alpha", "", each), Code::OK);
  const auto owner = [&](std::size_t i) { return few.find_owner(100, opened[i]); };
  EXPECT_EQ(few.register_name(*owner(0), view_of("a"), value, nullptr), Code::OK);
  EXPECT_EQ(few.store(*owner(1), view_of("a"), value), Code::OK);
  std::string why;
  EXPECT_EQ(few.register_name(*owner(2), view_of("b"), value, &why), Code::RESOURCE_EXHAUSTED);
  EXPECT_THAT(why, testing::HasSubstr("holds 2 names"));
  EXPECT_THAT(why, testing::HasSubstr("limits.names_per_instance_max"));
  EXPECT_EQ(few.store(*owner(0), view_of("b"), value), Code::RESOURCE_EXHAUSTED);

  EXPECT_EQ(few.register_name(*service, view_of("b"), value, nullptr), Code::OK);
  EXPECT_EQ(few.store(*service, view_of("b"), value), Code::OK);
  EXPECT_EQ(few.store(*service, view_of("c"), value), Code::RESOURCE_EXHAUSTED);

  // An owner that closes leaves its place to the others of its instance.
  EXPECT_EQ(few.close_owner(100, opened[0]), Code::OK);
  EXPECT_EQ(few.register_name(*owner(2), view_of("a"), value, nullptr), Code::OK);
  EXPECT_EQ(few.store(*owner(2), view_of("c"), value), Code::RESOURCE_EXHAUSTED);

  const auto other = few.service_owner(2, "beta");
  EXPECT_EQ(few.register_name(*other, view_of("d"), value, nullptr), Code::OK);
  EXPECT_EQ(few.register_name(*other, view_of("e"), value, &why), Code::RESOURCE_EXHAUSTED);
  EXPECT_THAT(why, testing::HasSubstr("limits.names_max"));
}

TEST(NamesLimits, hold_for_the_node) {
  rig::ManualExecutor executor;
  Names few(executor, HashSeed{1}, {.node = 2});
  const auto owner = few.service_owner(1, "alpha");
  const Bytes value = wire::Value(1).pack();
  EXPECT_EQ(few.register_name(*owner, view_of("a"), value, nullptr), Code::OK);
  EXPECT_EQ(few.store(*owner, view_of("a"), value), Code::OK);
  EXPECT_EQ(few.register_name(*owner, view_of("b"), value, nullptr), Code::RESOURCE_EXHAUSTED);
  EXPECT_EQ(few.store(*owner, view_of("b"), value), Code::RESOURCE_EXHAUSTED);
  EXPECT_EQ(few.register_name(*owner, view_of("a"), value, nullptr), Code::OK);
  EXPECT_EQ(few.unregister(*owner, view_of("a")), Code::OK);
  EXPECT_EQ(few.store(*owner, view_of("b"), value), Code::OK);
}

}  // namespace
}  // namespace lodge::names
