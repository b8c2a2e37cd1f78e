#include "base/counted.hpp"

#include <gtest/gtest.h>

namespace lodge {
namespace {

TEST(Counted, has_one_service_and_two_services) {
  EXPECT_EQ(counted(0, "service"), "0 services");
  EXPECT_EQ(counted(1, "service"), "1 service");
  EXPECT_EQ(counted(2, "service"), "2 services");
}

}  // namespace
}  // namespace lodge
