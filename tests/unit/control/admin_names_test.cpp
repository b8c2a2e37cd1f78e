#include "control/admin_node.hpp"

namespace lodge::control {
namespace {

using ::testing::StartsWith;
using wire::Value;

class AdminNames : public AdminTest {
 protected:
  void SetUp() override {
    AdminTest::SetUp();
    const auto one = node_.names().service_owner(1, "greeter");
    const auto two = node_.names().service_owner(2, "other");
    for (const char* name : {"desk/1", "desk/2", "door"}) {
      ASSERT_EQ(node_.names().register_name(*one, view_of(std::string_view(name)), Value(name).pack(), nullptr),
                Code::OK);
    }
    ASSERT_EQ(node_.names().store(*one, view_of("staff"), Value(1).pack()), Code::OK);
    ASSERT_EQ(node_.names().store(*two, view_of("staff"), Value(2).pack()), Code::OK);
  }
};

TEST_F(AdminNames, unique_ones_are_told_with_their_holders) {
  EXPECT_EQ(said("names", {"door", 10}), "[{\"name\":\"door\",\"owner\":\"greeter\",\"value\":\"door\"}]");
  EXPECT_EQ(ask("names", {"desk/", 10}).value.as_list()->size(), 2U);
  EXPECT_EQ(ask("names", {"", 2}).value.as_list()->size(), 2U);
  EXPECT_EQ(said("names", {"window", 10}), "[]");
  EXPECT_EQ(said("names", {"staff", 10}), "[]") << "shared ones are another verb's";
}

TEST_F(AdminNames, shared_ones_have_a_row_for_each_holder) {
  const rig::Answer answer = ask("shared_names", {"st", 10});
  ASSERT_EQ(answer.code, Code::OK) << answer.message;
  ASSERT_EQ(answer.value.as_list()->size(), 2U);
  EXPECT_EQ(ask("shared_names", {"", 1}).value.as_list()->size(), 1U) << "unique ones do not use the limit up";
  EXPECT_EQ(said("shared_names", {"door", 10}), "[]");
}

TEST_F(AdminNames, arguments_of_another_type_are_refused_by_their_place) {
  for (const char* verb : {"names", "shared_names"}) {
    EXPECT_EQ(said(verb, {5, 10}), "INVALID_ARGUMENT: argument 1: expected str, got int");
    EXPECT_EQ(said(verb, {"", -1}), "INVALID_ARGUMENT: argument 2: expected a whole number from 0");
    EXPECT_THAT(said(verb, {""}), StartsWith("UNIMPLEMENTED: "));
  }
}

}  // namespace
}  // namespace lodge::control
