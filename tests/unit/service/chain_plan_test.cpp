#include "service/chain_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lodge/lodge.h>

#include "rig/node.hpp"
#include "service/base_plugin.hpp"

namespace lodge::service {
namespace {

using rig::ScriptedPlugin;
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using wire::Value;

class ChainPlanning : public testing::Test {
 protected:
  ChainPlanning() {
    source_.add_builtin(builtin_base());
    spec_.name = "s";
  }

  std::vector<Finding> findings() { return plan_chain(spec_, source_, interfaces_).findings; }

  /// Both parts of a finding.
  template <typename What>
  static auto at(const std::string& path, const What& what) {
    return AllOf(Field(&Finding::path, path), Field(&Finding::what, what));
  }

  rig::ScriptedSource source_;
  plugin::InterfaceRegistry interfaces_;
  ServiceSpec spec_;
};

TEST_F(ChainPlanning, without_findings_there_is_a_chain_with_its_settings) {
  ScriptedPlugin p("p");
  p.setting("size", LODGE_TYPE_INT, 0, 5);
  source_.add(p);
  spec_.plugins = {"p"};
  const ChainPlan plan = plan_chain(spec_, source_, interfaces_);
  EXPECT_THAT(plan.findings, IsEmpty());
  ASSERT_EQ(plan.plugins.size(), 2U);
  EXPECT_EQ(plan.plugins[0].settings, Value::map({{"size", 5}}));
}

TEST_F(ChainPlanning, tells_what_is_wrong_with_the_settings_of_every_plugin) {
  ScriptedPlugin a("a"), b("b");
  for (ScriptedPlugin* each : {&a, &b}) {
    each->setting("size", LODGE_TYPE_INT);
    source_.add(*each);
  }
  spec_.plugins = {"a", "b"};
  spec_.config = {{"a", Value::map({{"size", "big"}})}, {"b", Value::map({{"size", "small"}})}};
  EXPECT_THAT(findings(), ElementsAre(at("service.s.config.a.size", HasSubstr("expected integer")),
                                      at("service.s.config.b.size", HasSubstr("expected integer"))));
}

TEST_F(ChainPlanning, a_missing_plugin_hides_no_wrong_setting) {
  ScriptedPlugin a("a");
  a.setting("size", LODGE_TYPE_INT);
  source_.add(a);
  spec_.plugins = {"ghost", "a"};
  spec_.config = {{"a", Value::map({{"size", "big"}})}, {"ghost", Value::map({{"size", 1}})}};
  EXPECT_THAT(findings(), ElementsAre(at("service.s.plugins.ghost", "service s: no plugin ghost"),
                                      at("service.s.config.a.size", HasSubstr("expected integer"))));
}

TEST_F(ChainPlanning, settings_of_a_plugin_that_is_not_in_the_chain_are_wrong) {
  ScriptedPlugin a("audit");
  a.setting("size", LODGE_TYPE_INT);
  source_.add(a);
  spec_.plugins = {"audit"};
  spec_.config = {{"audti", Value::Map{}}, {"audit", Value::map({{"size", "big"}})}};
  EXPECT_THAT(findings(), ElementsAre(at("service.s.config.audti",
                                         HasSubstr("no plugin of that name is in the service's chain; did "
                                                   "you mean `audit`?")),
                                      at("service.s.config.audit.size", HasSubstr("expected integer"))));
}

TEST_F(ChainPlanning, needs_and_functions_offered_twice_are_told_together) {
  ScriptedPlugin a("a"), b("b");
  a.needs("lodge.ghost/1").needs("lodge.phantom/1");
  for (ScriptedPlugin* each : {&a, &b}) {
    each->callback(
        "f", 0, [](const rig::Seen& seen) { return seen.done(1); }, LODGE_FUNCTION);
    source_.add(*each);
  }
  spec_.plugins = {"a", "b"};
  EXPECT_THAT(findings(),
              ElementsAre(at("service.s.plugins.a", HasSubstr("needs the interface lodge.ghost/1")),
                          at("service.s.plugins.a", HasSubstr("needs the interface lodge.phantom/1")),
                          at("service.s.plugins.b", StartsWith("service s: plugins a and b both offer f/0"))));
}

TEST_F(ChainPlanning, tells_another_revision_of_an_interface_that_is_missing) {
  interfaces_.offer(plugin::Place::log, "lodge.log/1", &interfaces_, nullptr);
  interfaces_.offer(plugin::Place::store, "lodge.store/1", &interfaces_, nullptr);
  ScriptedPlugin a("a", "1.4.0");
  a.needs("lodge.store/2");
  source_.add(a);
  spec_.plugins = {"a"};
  EXPECT_THAT(findings(), ElementsAre(at("service.s.plugins.a",
                                         "service s: plugin a 1.4.0 needs the interface lodge.store/2, which this host "
                                         "does not have; it has lodge.store/1, another revision of it. Take a plugin "
                                         "that is made for this host, or a newer host")));
}

TEST_F(ChainPlanning, tells_all_interfaces_where_none_has_the_name_and_which_was_probably_meant) {
  interfaces_.offer(plugin::Place::log, "lodge.log/1", &interfaces_, nullptr);
  interfaces_.offer(plugin::Place::store, "lodge.store/1", &interfaces_, nullptr);
  ScriptedPlugin a("a");
  a.needs("lodge.strore/1");
  source_.add(a);
  spec_.plugins = {"a"};
  EXPECT_THAT(findings(), ElementsAre(at("service.s.plugins.a",
                                         HasSubstr("which this host does not have; it has lodge.store/1, lodge.log/1; "
                                                   "did you mean `lodge.store/1`?"))));
}

TEST_F(ChainPlanning, an_interface_that_is_needed_and_denied_is_named_with_who_denies_it) {
  interfaces_.offer(plugin::Place::store, "lodge.store/1", &interfaces_, nullptr);
  ScriptedPlugin a("a"), b("b");
  for (ScriptedPlugin* each : {&a, &b}) {
    each->needs("lodge.store/1");
    source_.add(*each);
  }
  source_.deny("a", "lodge.store/1");
  spec_.plugins = {"a", "b"};
  EXPECT_THAT(
      findings(),
      ElementsAre(AllOf(Field(&Finding::code, Code::PERMISSION_DENIED),
                        at("service.s.plugins.a", HasSubstr("needs the interface lodge.store/1, which plugin.a.deny "
                                                            "denies it; take it out of there")))));
}

TEST_F(ChainPlanning, what_is_denied_is_withheld_from_that_plugin_alone) {
  interfaces_.offer(plugin::Place::store, "lodge.store/1", &interfaces_, nullptr);
  ScriptedPlugin a("a"), b("b");
  source_.add(a);
  source_.add(b);
  source_.deny("a", "lodge.store/1");
  spec_.plugins = {"a", "b"};
  const ChainPlan plan = plan_chain(spec_, source_, interfaces_);
  EXPECT_THAT(plan.findings, IsEmpty());
  EXPECT_THAT(plan.plugins[0].withheld, ElementsAre("lodge.store/1"));
  EXPECT_THAT(plan.plugins[1].withheld, IsEmpty());
}

}  // namespace
}  // namespace lodge::service
