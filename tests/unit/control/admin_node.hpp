// A node with the host's own service on it, as a Host sets it up, and a service `greeter` for it to tell of.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/admin.hpp"
#include "control/follow.hpp"
#include "control/reload.hpp"
#include "plugin/plugin_folder.hpp"
#include "rig/node.hpp"
#include "wire/json.hpp"

namespace lodge::control {

class AdminTest : public ::testing::Test {
 protected:
  AdminTest() {
    greeter_.setting("size", LODGE_TYPE_INT, 0, 5)
        .setting("password", LODGE_TYPE_STRING, LODGE_SECRET, "hidden")
        .callback(
            "greet", 1, [](const rig::Seen& seen) { return seen.done(seen.args()[0]); }, LODGE_FUNCTION)
        .callback(
            "ping", 0, [](const rig::Seen& seen) { return seen.done(1); }, LODGE_FUNCTION | LODGE_QUICK)
        .callback(
            "ask_the_host", 0, [](const rig::Seen& seen) { return seen.pass_on_to(seen.target("lodge", "status")); },
            LODGE_FUNCTION)
        .callback(
            "look", 0,
            [](const rig::Seen& seen) {
              const std::uint8_t key = 'k';
              return seen.table<lodge_store_v1>().get(seen.host, &key, 1, seen.out);
            },
            LODGE_FUNCTION);
    node_.interfaces().offer(plugin::Place::admin, "", nullptr, &admin_);
    node_.plugins().add_builtin(admin_plugin());
    node_.add(greeter_, failing_);
  }
  void SetUp() override {
    ASSERT_TRUE(node_.start("lodge", {"control"}));
    ASSERT_TRUE(node_.start("greeter", {"greeter"}));
  }
  /// Before what the verbs look at goes.
  void TearDown() override { EXPECT_TRUE(node_.runtime().stop_all(std::chrono::seconds(10))); }

  rig::Answer ask(const std::string& verb, const std::vector<wire::Value>& args = {}) {
    return node_.call("lodge", verb, args);
  }
  /// The answer as JSON, or "CODE: message".
  std::string said(const std::string& verb, const std::vector<wire::Value>& args = {}) {
    const rig::Answer answer = ask(verb, args);
    return answer.code == Code::OK ? wire::json_from_value(answer.value) : Error{answer.code, answer.message}.text();
  }

  rig::ScriptedPlugin greeter_{"greeter", "1.2.3"};
  rig::ScriptedPlugin failing_{"failing"};
  rig::Node node_;
  plugin::PluginFolder folder_;
  HostConfig config_ = [] {
    HostConfig config;
    config.host.name = "alpha";
    return config;
  }();
  plugin::Catalog catalog_{
      {.directories = {folder_.path()}, .data_dir = {}, .scan = plugin::scan_options(), .pins = {}}};
  CatalogSource source_{catalog_, config_};
  Server server_{node_.loop(), node_.workers(), node_.runtime().calls(), {.node = "alpha", .listener = {}}};
  Follow log_follow_{"the log", node_.clock(), node_.loop(), node_.workers()};
  Follow span_follow_{"spans", node_.clock(), node_.loop(), node_.workers()};
  ConfigSource configured_;
  Reload reload_{{config_, configured_, node_.runtime(), source_}};
  PluginWatch plugin_watch_{{.loop = node_.loop(),
                             .turns = node_.workers(),
                             .catalog = catalog_,
                             .directories = {},
                             .quiet_ns = 0,
                             .take_in = {}}};
  Admin admin_{config_,
               node_.clock(),
               node_.workers(),
               node_.runtime(),
               node_.names(),
               node_.config(),
               source_,
               server_,
               reload_,
               plugin_watch_,
               log_follow_,
               span_follow_,
               node_.plugin_metrics(),
               node_.clock().now()};
};

}  // namespace lodge::control
