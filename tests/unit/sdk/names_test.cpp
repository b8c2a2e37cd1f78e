// lodge::Names and lodge::Owner over a real node's names.
#include "sdk/lent_host.hpp"

namespace {

using lodge::rig::eventually;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

struct NamesOfNode : LentHost {
  lodge::Host host = start("s");
  lodge::Names names = host.names();
};

TEST_F(NamesOfNode, a_unique_name_has_its_holder_and_value) {
  names.register_name("ada", 7).or_throw();
  const auto holder = names.whereis<int>("ada").or_throw();
  EXPECT_EQ(holder.owner, "s");
  EXPECT_EQ(holder.value, 7);
  EXPECT_THAT(names.whereis<std::string>("ada"),
              Fails(LODGE_INVALID_ARGUMENT, "the value of ada: expected str, got int"));
  EXPECT_THAT(names.whereis<int>("bob"), Refuses(LODGE_NOT_FOUND, "lodge.names/1 whereis bob"));
}

TEST_F(NamesOfNode, an_error_tells_operation_and_name_and_what_to_do) {
  EXPECT_THAT(names.whereis<int>("bob"),
              Fails(LODGE_NOT_FOUND,
                    "lodge.names/1 whereis bob: nobody holds that name; `watch` tells when somebody takes it"));
  EXPECT_THAT(names.unstore("room"), Fails(LODGE_NOT_FOUND,
                                           "lodge.names/1 unstore room: this owner has no value under "
                                           "that shared name"));
  EXPECT_THAT(names.register_name(std::string(300, 'n'), 1),
              Fails(LODGE_INVALID_ARGUMENT, "lodge.names/1 register_name " + std::string(64, 'n') +
                                                "...: a name has 1 to 255 bytes, a value at most 64 KiB of msgpack"));
}

TEST_F(NamesOfNode, its_holder_may_replace_the_value) {
  names.register_name("ada", 7).or_throw();
  names.register_name("ada", std::string(1'000, 'x')).or_throw();
  EXPECT_EQ(names.whereis<std::string>("ada").or_throw().value, std::string(1'000, 'x'));
}

TEST_F(NamesOfNode, a_second_owner_is_told_who_the_first_one_is) {
  const lodge::Owner first = names.open_owner("first").or_throw();
  const lodge::Owner second = names.open_owner("second").or_throw();
  first.register_name("ada", 1).or_throw();
  EXPECT_THAT(second.register_name("ada", 2), Fails(LODGE_ALREADY_EXISTS, "ada is held by s/first"));
  EXPECT_THAT(names.register_name("ada", 2), Fails(LODGE_ALREADY_EXISTS, "ada is held by s/first"));
  EXPECT_EQ(names.whereis<int>("ada").or_throw().value, 1);
}

TEST_F(NamesOfNode, names_are_the_nodes_and_not_the_services) {
  names.register_name("ada", 1).or_throw();
  const lodge::Names others = start("t").names();
  EXPECT_EQ(others.whereis<int>("ada").or_throw().owner, "s");
  EXPECT_THAT(others.register_name("ada", 2), Fails(LODGE_ALREADY_EXISTS, "ada is held by s"));
}

TEST_F(NamesOfNode, only_its_holder_gives_a_name_back) {
  const lodge::Owner owner = names.open_owner("owner").or_throw();
  owner.register_name("ada", 1).or_throw();
  EXPECT_THAT(names.unregister("ada"), Refuses(LODGE_PERMISSION_DENIED, "lodge.names/1 unregister ada"));
  owner.unregister("ada").or_throw();
  EXPECT_THAT(owner.unregister("ada"), Refuses(LODGE_NOT_FOUND, "lodge.names/1 unregister ada"));
  names.register_name("ada", 2).or_throw();
}

TEST_F(NamesOfNode, go_with_an_owner_that_is_dropped_or_replaced) {
  lodge::Owner owner = names.open_owner("first").or_throw();
  owner.register_name("ada", 1).or_throw();
  owner.store("room", 1).or_throw();
  owner = names.open_owner("second").or_throw();
  EXPECT_FALSE(names.whereis<int>("ada"));
  EXPECT_EQ(names.count("room").or_throw(), 0U);
  {
    const lodge::Owner moved = std::move(owner);
    moved.register_name("ada", 2).or_throw();
    EXPECT_EQ(names.whereis<int>("ada").or_throw().owner, "s/second");
  }
  EXPECT_FALSE(names.whereis<int>("ada"));
}

TEST_F(NamesOfNode, go_with_the_service) {
  const lodge::Owner owner = names.open_owner("owner").or_throw();
  names.register_name("ada", 1).or_throw();
  owner.register_name("bob", 1).or_throw();
  names.store("room", 1).or_throw();
  node.stop_all();
  const lodge::Names others = start("t").names();
  EXPECT_FALSE(others.whereis<int>("ada"));
  EXPECT_FALSE(others.whereis<int>("bob"));
  EXPECT_EQ(others.count("room").or_throw(), 0U);
}

TEST_F(NamesOfNode, a_shared_name_has_a_value_of_each_holder) {
  const lodge::Owner first = names.open_owner("first").or_throw();
  const lodge::Owner second = names.open_owner("second").or_throw();
  first.store("room", 1).or_throw();
  second.store("room", 2).or_throw();
  second.store("room", 3).or_throw();
  std::map<std::string, int> values;
  for (const auto& each : names.values<int>("room").or_throw()) values[each.owner] = each.value;
  EXPECT_EQ(values, (std::map<std::string, int>{{"s/first", 1}, {"s/second", 3}}));
  EXPECT_EQ(names.count("room").or_throw(), 2U);
  first.unstore("room").or_throw();
  EXPECT_THAT(first.unstore("room"), Refuses(LODGE_NOT_FOUND, "lodge.names/1 unstore room"));
  EXPECT_EQ(names.count("room").or_throw(), 1U);
  EXPECT_TRUE(names.values<int>("nobody").or_throw().empty());
}

TEST_F(NamesOfNode, shared_names_are_filtered_by_the_fields_of_their_values) {
  using Fields = std::map<std::string, int>;
  std::vector<lodge::Owner> owners;
  for (const Fields& fields : {Fields{{"floor", 1}, {"door", 1}}, Fields{{"floor", 1}, {"door", 2}}, Fields{}}) {
    owners.push_back(names.open_owner("owner").or_throw());
    owners.back().store("room", fields).or_throw();
  }
  EXPECT_EQ(names.count("room").or_throw(), 3U);
  EXPECT_EQ(names.count("room", Fields{{"floor", 1}}).or_throw(), 2U);
  const auto found = names.values<Fields>("room", Fields{{"floor", 1}, {"door", 2}}).or_throw();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].value, (Fields{{"floor", 1}, {"door", 2}}));
  EXPECT_THAT(names.values<Fields>("room", 7), Refuses(LODGE_INVALID_ARGUMENT, "lodge.names/1 values room"));
  EXPECT_THAT(names.count("room", 7), Refuses(LODGE_INVALID_ARGUMENT, "lodge.names/1 count room"));
}

TEST_F(NamesOfNode, holders_whose_values_have_another_type_are_left_out) {
  const lodge::Owner owner = names.open_owner("owner").or_throw();
  owner.store("room", "text").or_throw();
  names.store("room", 1).or_throw();
  const auto found = names.values<int>("room").or_throw();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].owner, "s");
}

TEST_F(NamesOfNode, a_message_reaches_whoever_holds_the_name) {
  const lodge::Host other = start("t");
  other.names().register_name("ada", 1).or_throw();
  names.send("ada", "hear", "hello").or_throw();
  EXPECT_TRUE(eventually([&] { return other.store().get<std::string>("heard").ok(); }));
  EXPECT_EQ(other.store().get<std::string>("heard").or_throw(), "hello");
  EXPECT_THAT(names.send("bob", "hear", "hello"), Refuses(LODGE_NOT_FOUND, "lodge.names/1 send bob"));
}

TEST_F(NamesOfNode, refuses_names_that_cannot_be) {
  EXPECT_EQ(names.register_name("", 1).error().code, LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(names.store(std::string(256, 'n'), 1).error().code, LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(names.register_name("ada", std::string(65'536, 'x')).error().code, LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(names.open_owner(std::string(65, 'l')).error().code, LODGE_INVALID_ARGUMENT);
}

TEST_F(NamesOfNode, a_watch_tells_of_holders_that_come_change_and_go) {
  Told of_ada;
  Told of_all;
  const lodge::Watch ada = names.watch("ada", of_ada.listener()).or_throw();
  const lodge::Watch all = names.watch("a", of_all.listener(), lodge::WatchMode::prefix).or_throw();
  {
    const lodge::Owner owner = names.open_owner("owner").or_throw();
    owner.register_name("ada", 1).or_throw();
    owner.register_name("abe", 2).or_throw();
    owner.register_name("ada", 3).or_throw();
    owner.unregister("abe").or_throw();
  }
  EXPECT_THAT(of_all.first(5), ElementsAre("ada=1", "abe=2", "ada=3", "abe gone", "ada gone"));
  EXPECT_THAT(of_ada.first(3), ElementsAre("ada=1", "ada=3", "ada gone"));
}

TEST_F(NamesOfNode, a_watch_of_shared_names_tells_of_each_holder) {
  Told told;
  const lodge::Watch watch = names.watch_shared("room", told.listener()).or_throw();
  names.store("room", 1).or_throw();
  {
    const lodge::Owner owner = names.open_owner("owner").or_throw();
    owner.store("room", 2).or_throw();
    names.register_name("room", 9).or_throw();
  }
  EXPECT_THAT(told.first(3), ElementsAre("room=1", "room=2", "room gone"));
  EXPECT_THAT(names.watch_shared("", told.listener()), Refuses(LODGE_INVALID_ARGUMENT, "lodge.names/1 watch"));
}

TEST_F(NamesOfNode, a_watch_ends_with_its_instance) {
  Told told;
  const lodge::Watch watch = names.watch("ada", told.listener()).or_throw();
  node.stop_all();
  const lodge::Names others = start("t").names();
  Told after;
  const lodge::Watch other = others.watch("ada", after.listener()).or_throw();
  others.register_name("ada", 1).or_throw();
  EXPECT_THAT(after.first(1), ElementsAre("ada=1"));
  EXPECT_TRUE(told.changes().empty());
}

TEST_F(NamesOfNode, are_stale_once_the_instance_is_gone) {
  const lodge::Owner owner = names.open_owner("owner").or_throw();
  node.stop_all();
  EXPECT_THAT(names.register_name("ada", 1), Refuses(LODGE_STALE, "lodge.names/1 register_name ada"));
  EXPECT_EQ(owner.register_name("ada", 1).error().code, LODGE_STALE);
  EXPECT_EQ(owner.store("ada", 1).error().code, LODGE_STALE);
  EXPECT_EQ(names.whereis<int>("ada").error().code, LODGE_STALE);
  EXPECT_EQ(names.values<int>("ada").error().code, LODGE_STALE);
  EXPECT_EQ(names.count("ada").error().code, LODGE_STALE);
  EXPECT_EQ(names.send("ada", "hear", "hello").error().code, LODGE_STALE);
  EXPECT_EQ(names.open_owner("late").error().code, LODGE_STALE);
  EXPECT_EQ(names.watch("ada", [](const lodge::Change&) {}).error().code, LODGE_STALE);
}

}  // namespace
