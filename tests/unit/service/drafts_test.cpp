// Interfaces at work: who is given them, and what the others are told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/sdk_build.hpp"
#include "rig/node.hpp"
#include "service/chain_plan.hpp"

namespace lodge::service {
namespace {

using rig::ScriptedPlugin;
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view draft_id = "test.draft/1";
constexpr int draft_table = 0;
const std::string this_build(plugin::sdk_build_id());
const std::string other_build = "0123456789abcdef";

class Drafts : public testing::Test {
 protected:
  Drafts() { node_.interfaces().offer_draft(plugin::Place::testing, draft_id, &draft_table, nullptr); }

  /// What query answers to the plugin of a running service.
  const void* answer_to_plugin() {
    const void* answer = &answer;
    plugin_.on_create([&answer](const lodge_host* host) {
      answer = host->query(host, draft_id.data(), draft_id.size());
      return LODGE_OK;
    });
    node_.add(plugin_);
    const Status started = node_.start("s", {"p"});
    EXPECT_TRUE(started) << started.error().message;
    return answer;
  }

  /// What is said about a service of the plugin before any of it runs.
  std::vector<Finding> findings() {
    node_.add(plugin_);
    ServiceSpec spec;
    spec.name = "s";
    spec.plugins = {"p"};
    return node_.runtime().check(spec);
  }

  ScriptedPlugin plugin_{"p"};
  rig::Node node_;
};

TEST_F(Drafts, are_given_to_plugins_of_the_same_build) {
  plugin_.build_id(this_build).needs(std::string(draft_id));
  EXPECT_EQ(answer_to_plugin(), &draft_table);
}

TEST_F(Drafts, are_not_there_for_plugins_that_say_no_build) { EXPECT_EQ(answer_to_plugin(), nullptr); }

TEST_F(Drafts, can_be_denied) {
  plugin_.build_id(this_build);
  node_.plugins().deny("p", std::string(draft_id));
  EXPECT_EQ(answer_to_plugin(), nullptr);
}

TEST_F(Drafts, that_are_needed_take_a_build_id_and_the_finding_says_so) {
  plugin_.needs(std::string(draft_id));
  EXPECT_THAT(
      findings(),
      ElementsAre(AllOf(Field(&Finding::code, Code::FAILED_PRECONDITION), Field(&Finding::path, "service.s.plugins.p"),
                        Field(&Finding::what,
                              AllOf(HasSubstr("needs the interface test.draft/1, which is a draft"),
                                    HasSubstr(this_build), HasSubstr("its sdk_build_id set to LODGE_SDK_BUILD_ID"))))));
}

/// Whatever ids it asks for: what was a draft where it was built may be published here, and differ.
TEST_F(Drafts, of_another_build_are_refused_with_both_ids_and_the_cure) {
  plugin_.build_id(other_build);
  EXPECT_THAT(
      findings(),
      ElementsAre(AllOf(Field(&Finding::code, Code::FAILED_PRECONDITION), Field(&Finding::path, "service.s.plugins.p"),
                        Field(&Finding::what, "service s: plugin p 1.0.0 uses drafts of the SDK of build " +
                                                  other_build + ", and this host is of build " + this_build +
                                                  "; build the plugin with this host's SDK"))));
}

TEST_F(Drafts, leave_plugins_alone_that_use_none) { EXPECT_THAT(findings(), IsEmpty()); }

}  // namespace
}  // namespace lodge::service
