#include "service/chain_order.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace lodge::service {
namespace {

using plugin::Descriptor;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Plugins = std::map<std::string, Descriptor>;

Result<const Descriptor*> look_up(const Plugins& there, std::string_view name) {
  const auto found = there.find(std::string(name));
  if (found == there.end()) return Error{Code::NOT_FOUND, "there is no plugin `" + std::string(name) + "`"};
  return &found->second;
}

/// Plugins that exist, by name.
class ChainOrdering : public testing::Test {
 protected:
  Descriptor& add(const std::string& name, const std::vector<std::string>& needs = {}, const std::string& group = {}) {
    Descriptor& out = there_[name];
    out.name = name;
    out.version = "1.0.0";
    out.group = group;
    for (const std::string& each : needs) out.dependencies.push_back({each, "", false});
    return out;
  }

  ChainOrder order(const std::vector<std::string>& listed) const {
    return order_chain(listed, [this](std::string_view name) { return look_up(there_, name); });
  }
  std::vector<std::string> plugins(const std::vector<std::string>& listed) const {
    const ChainOrder ordered = order(listed);
    return ordered.problems.empty() ? ordered.plugins : refusals(listed);
  }
  /// What stands in the way of a chain: "LISTED: CODE: TEXT".
  std::vector<std::string> refusals(const std::vector<std::string>& listed) const {
    std::vector<std::string> out;
    for (const OrderProblem& each : order(listed).problems) {
      out.push_back(each.listed + ": " + Error{each.code, each.what}.text());
    }
    return out;
  }

  Plugins there_;
};

TEST_F(ChainOrdering, puts_dependencies_behind_their_dependents) {
  add("1");
  add("2", {"4"});
  add("3", {"2", "1"});
  add("4", {"1"});
  EXPECT_THAT(plugins({"4", "3", "1", "2"}), ElementsAre("3", "2", "4", "1", "base"));
}

TEST_F(ChainOrdering, an_independent_plugin_keeps_its_place_in_the_list) {
  add("0");
  add("1");
  add("2", {"4"});
  add("3", {"2", "1"});
  add("4", {"1"});
  EXPECT_THAT(plugins({"0", "4", "3", "1", "2"}), ElementsAre("0", "3", "2", "4", "1", "base"));
}

TEST_F(ChainOrdering, keeps_the_list_where_nothing_depends) {
  add("a");
  add("b");
  EXPECT_THAT(plugins({"a", "b"}), ElementsAre("a", "b", "base"));
  EXPECT_THAT(plugins({"b", "a"}), ElementsAre("b", "a", "base"));
}

TEST_F(ChainOrdering, a_pulled_in_plugin_ranks_right_after_the_first_that_pulled_it_in) {
  add("a", {"x", "y"});
  add("b", {"y", "z"});
  add("c");
  add("x", {"w"});
  add("y");
  add("z");
  add("w");
  // y waits for its dependent b, and then ranks before c and z.
  EXPECT_THAT(plugins({"a", "b", "c"}), ElementsAre("a", "x", "w", "b", "y", "z", "c", "base"));
}

TEST_F(ChainOrdering, base_is_last_wherever_it_is_listed) {
  add("a", {"base"});
  add("base");
  EXPECT_THAT(plugins({"base", "a"}), ElementsAre("a", "base"));
  EXPECT_THAT(plugins({}), ElementsAre("base"));
}

TEST_F(ChainOrdering, a_plugin_listed_twice_stands_once_and_is_noted) {
  add("a");
  add("b");
  const ChainOrder ordered = order({"a", "b", "a"});
  EXPECT_THAT(ordered.plugins, ElementsAre("a", "b", "base"));
  EXPECT_THAT(ordered.notes, ElementsAre(HasSubstr("`a` is listed twice")));
}

TEST_F(ChainOrdering, an_optional_dependency_that_nobody_requires_is_absent) {
  add("a").dependencies = {{"extra", "", true}};
  add("extra");
  EXPECT_THAT(plugins({"a"}), ElementsAre("a", "base"));
}

TEST_F(ChainOrdering, an_optional_dependency_that_another_requires_is_ordered) {
  add("a").dependencies = {{"extra", "", true}};
  add("b", {"extra"});
  add("extra");
  EXPECT_THAT(plugins({"extra", "b", "a"}), ElementsAre("b", "a", "extra", "base"));
  EXPECT_THAT(plugins({"b", "a"}), ElementsAre("b", "a", "extra", "base"));
}

TEST_F(ChainOrdering, an_optional_dependency_that_does_not_exist_is_no_error) {
  add("a").dependencies = {{"extra", "^9", true}};
  EXPECT_THAT(plugins({"a"}), ElementsAre("a", "base"));
}

TEST_F(ChainOrdering, a_group_keeps_the_order_of_the_list) {
  add("a", {}, "g");
  add("b", {}, "g");
  EXPECT_THAT(plugins({"a", "b"}), ElementsAre("a", "b", "base"));
}

TEST_F(ChainOrdering, a_group_holds_its_later_members_back) {
  add("top", {"a"});
  add("a", {}, "g");
  add("b", {}, "g");
  // Without the group, b would come first: a waits for top.
  EXPECT_THAT(plugins({"a", "b", "top"}), ElementsAre("top", "a", "b", "base"));
}

TEST_F(ChainOrdering, a_real_dependency_wins_over_a_group_and_is_noted) {
  add("a", {}, "g");
  add("b", {"x"}, "g");
  add("x", {"a"});
  add("c", {}, "g");
  const ChainOrder ordered = order({"a", "b", "c"});
  EXPECT_THAT(ordered.plugins, ElementsAre("b", "x", "a", "c", "base"));
  EXPECT_THAT(ordered.notes, ElementsAre(HasSubstr("group `g`: `a` is listed before `b`, but comes after it: the "
                                                   "dependency b -> x -> a wins")));
}

TEST_F(ChainOrdering, names_a_listed_plugin_that_is_missing) {
  EXPECT_THAT(refusals({"ghost"}), ElementsAre("ghost: NOT_FOUND: there is no plugin `ghost`"));
}

TEST_F(ChainOrdering, names_a_missing_dependency_its_range_and_who_needs_it) {
  add("a", {"b"});
  add("b").dependencies = {{"ghost", "^1.2", false}};
  EXPECT_THAT(refusals({"a"}), ElementsAre("a: NOT_FOUND: plugin `b` needs plugin `ghost` ^1.2: there is no plugin "
                                           "`ghost`"));
}

TEST_F(ChainOrdering, names_the_range_and_the_version_there_is) {
  add("a").dependencies = {{"b", "^1.2", false}};
  add("b").version = "2.0.1";
  EXPECT_THAT(refusals({"a"}), ElementsAre("a: FAILED_PRECONDITION: plugin `a` needs plugin `b` ^1.2, and there is b "
                                           "2.0.1; install one that fits, or another version of `a`"));
}

TEST_F(ChainOrdering, an_optional_dependencys_range_must_hold_where_the_plugin_is_there) {
  add("a").dependencies = {{"b", "^2", true}};
  add("b");
  EXPECT_THAT(refusals({"a", "b"}),
              ElementsAre(HasSubstr("needs plugin `b` ^2 where that is in the service, and there is b "
                                    "1.0.0; install")));
}

TEST_F(ChainOrdering, names_the_plugins_on_a_cycle_and_no_others) {
  add("entry", {"a"});
  add("a", {"b"});
  add("b", {"c", "leaf"});
  add("c", {"a"});
  add("leaf");
  EXPECT_THAT(refusals({"entry"}),
              ElementsAre("entry: FAILED_PRECONDITION: plugins depend on each other in a cycle: a -> b -> c -> a"));
}

TEST_F(ChainOrdering, a_plugin_that_needs_itself_is_a_cycle) {
  add("a", {"a"});
  EXPECT_THAT(refusals({"a"}), ElementsAre(HasSubstr("cycle: a -> a")));
}

TEST_F(ChainOrdering, tells_all_that_is_wrong_and_which_plugins_are_known) {
  add("a", {"ghost"});
  add("b", {"c"}).dependencies.push_back({"a", "^3", false});
  add("c", {"b"});
  const std::vector<std::string> listed = {"phantom", "a", "b"};
  EXPECT_THAT(refusals(listed), ElementsAre(HasSubstr("`phantom`"), HasSubstr("needs plugin `ghost`"),
                                            HasSubstr("needs plugin `a` ^3"), HasSubstr("cycle: b -> c -> b")));
  EXPECT_THAT(order(listed).plugins, ElementsAre("a", "b", "c", "base"));
  EXPECT_FALSE(order(listed).complete);
}

/// Plugins 0..n-1, each depending only on higher numbers, so that there is no cycle; in random groups.
Plugins arbitrary_plugins() {
  const int count = *rc::gen::inRange(1, 12);
  Plugins out;
  for (int i = 0; i < count; ++i) {
    Descriptor& each = out[std::to_string(i)];
    each.name = std::to_string(i);
    each.version = "1.0.0";
    each.group = *rc::gen::element<std::string>("", "", "g", "h");
    if (i + 1 == count) break;
    for (int need = i + 1; need < count && each.dependencies.size() < 3; ++need) {
      const bool needed = *rc::gen::element(true, false, false);
      if (needed) each.dependencies.push_back({std::to_string(need), "", *rc::gen::arbitrary<bool>()});
    }
  }
  return out;
}

/// Some of the plugins, in any order.
std::vector<std::string> arbitrary_list(const Plugins& there) {
  std::multimap<int, std::string> by_weight;
  for (const auto& [name, descriptor] : there) by_weight.emplace(*rc::gen::inRange(0, 100), name);
  std::vector<std::string> out;
  for (const auto& [weight, name] : by_weight) {
    if (weight < 60) out.push_back(name);
  }
  return out;
}

RC_GTEST_PROP(ChainOrderProperty, every_plugin_once_behind_its_dependents_and_base_last, ()) {
  const Plugins there = arbitrary_plugins();
  const std::vector<std::string> listed = arbitrary_list(there);
  const auto find = [&](std::string_view name) { return look_up(there, name); };

  const ChainOrder ordered = order_chain(listed, find);
  RC_ASSERT(ordered.problems.empty());
  const std::vector<std::string>& chain = ordered.plugins;
  RC_ASSERT(chain.back() == base_plugin);
  RC_ASSERT(std::set<std::string>(chain.begin(), chain.end()).size() == chain.size());
  const auto place = [&](const std::string& name) { return std::find(chain.begin(), chain.end(), name); };
  for (const std::string& name : listed) RC_ASSERT(place(name) != chain.end());
  for (const std::string& name : chain) {
    if (name == base_plugin) continue;
    for (const plugin::Dependency& needed : there.at(name).dependencies) {
      RC_ASSERT(needed.optional || place(needed.name) != chain.end());
      if (place(needed.name) != chain.end()) RC_ASSERT(place(name) < place(needed.name));
    }
  }
  const ChainOrder again = order_chain(listed, find);
  RC_ASSERT(again.plugins == chain && again.notes == ordered.notes);
}

}  // namespace
}  // namespace lodge::service
