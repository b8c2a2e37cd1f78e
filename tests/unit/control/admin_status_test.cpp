#include "control/admin_node.hpp"

namespace lodge::control {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using wire::Value;

using AdminStatus = AdminTest;
using AdminServices = AdminTest;
using AdminPlugins = AdminTest;

/// The row of that name; nil: there is none.
Value row_of(const Value& rows, std::string_view name) {
  for (const Value& row : *rows.as_list()) {
    if (*row.find("name") == Value(name)) return row;
  }
  return {};
}

std::string json_at(const Value& map, std::string_view key) {
  const Value* const found = map.find(key);
  return found == nullptr ? "missing" : wire::json_from_value(*found);
}

TEST_F(AdminStatus, tells_of_the_node_and_counts_what_it_has) {
  const auto owner = node_.names().service_owner(1, "greeter");
  ASSERT_EQ(node_.names().register_name(*owner, view_of("desk"), Value(1).pack(), nullptr), Code::OK);
  const Value status = ask("status").value;
  EXPECT_EQ(json_at(status, "node"), "\"alpha\"");
  EXPECT_EQ(json_at(status, "services"), "2");
  EXPECT_EQ(json_at(status, "names"), "1");
  EXPECT_EQ(json_at(status, "connections"), "0") << "this call came without one";
  EXPECT_EQ(json_at(status, "threads_running"), "0") << "this call is quick";
  EXPECT_EQ(*status.find("pid"), Value(std::int64_t{::getpid()}));
  EXPECT_GE(*status.find("uptime_ms")->as_int(), 0);
}

TEST_F(AdminStatus, takes_no_arguments) { EXPECT_THAT(said("status", {1}), StartsWith("UNIMPLEMENTED: ")); }

TEST_F(AdminServices, are_told_with_their_state_and_their_chain) {
  const Value greeter = row_of(ask("services").value, "greeter");
  EXPECT_EQ(json_at(greeter, "status"), "\"running\"");
  EXPECT_EQ(json_at(greeter, "plugins"), "[\"greeter\",\"base\"]");
  EXPECT_EQ(json_at(greeter, "last_error"), "\"\"");
  const std::int64_t since_ms = *greeter.find("since_unix_ms")->as_int();
  EXPECT_LE(since_ms, node_.clock().wall() / 1'000'000);
  EXPECT_GT(since_ms, node_.clock().wall() / 1'000'000 - 600'000);
}

TEST_F(AdminServices, one_that_failed_says_why) {
  failing_.on_start([](const lodge_host*) { return LODGE_NOT_FOUND; });
  EXPECT_FALSE(node_.start("broken", {"failing"}));
  const Value broken = row_of(ask("services").value, "broken");
  EXPECT_EQ(json_at(broken, "status"), "\"failed\"");
  EXPECT_THAT(json_at(broken, "last_error"), HasSubstr("NOT_FOUND"));
  EXPECT_EQ(json_at(ask("service", {"broken"}).value, "callbacks"), "[]");
}

TEST_F(AdminServices, one_is_shown_with_its_callbacks_and_its_settings) {
  const Value greeter = ask("service", {"greeter"}).value;
  const Value greet = row_of(*greeter.find("callbacks"), "greet");
  EXPECT_EQ(json_at(greet, "arity"), "1");
  EXPECT_EQ(json_at(greet, "kind"), "\"function\"");
  EXPECT_EQ(json_at(greet, "chain"), "[\"greeter\"]");
  const Value plugin = row_of(*greeter.find("plugins"), "greeter");
  EXPECT_EQ(json_at(plugin, "version"), "\"1.2.3\"");
  EXPECT_EQ(json_at(plugin, "settings"), "{\"size\":5,\"password\":\"(secret)\"}");
}

TEST_F(AdminServices, a_callback_that_was_not_as_quick_as_it_promised_is_marked) {
  const auto ping = [this] { return row_of(*ask("service", {"greeter"}).value.find("callbacks"), "ping"); };
  EXPECT_EQ(json_at(ping(), "quick"), "true");
  EXPECT_EQ(json_at(ping(), "demoted"), "[]");
  const auto assembly = node_.runtime().find("greeter")->assembly();
  service::QuickRecord& record = *assembly->dispatch->find("ping", 0)->links.front().quick;
  for (int overruns = 0; overruns < 3; ++overruns) static_cast<void>(record.overran(node_.clock().now()));
  EXPECT_EQ(json_at(ping(), "quick"), "false");
  EXPECT_EQ(json_at(ping(), "demoted"), "[\"greeter\"]");
  const Value greet = row_of(*ask("service", {"greeter"}).value.find("callbacks"), "greet");
  EXPECT_EQ(json_at(greet, "demoted"), "[]") << "it never promised";
}

class AdminChildren : public AdminTest {
 protected:
  rig::Lender parent_{"parent"};
  std::atomic<lodge_handle> run_{0};
};

TEST_F(AdminChildren, are_shown_with_how_they_ended_last) {
  constexpr std::string_view name = "poller";
  const lodge_child child{.struct_size = sizeof child,
                          .name = slice_of(name),
                          .restart = LODGE_CHILD_PERMANENT,
                          .reserved = 0,
                          .start =
                              [](void* user, lodge_handle run, lodge_writer*) {
                                *static_cast<std::atomic<lodge_handle>*>(user) = run;
                                return std::int32_t{LODGE_OK};
                              },
                          .stop = [](void*, lodge_handle) {},
                          .release = nullptr,
                          .user = &run_,
                          .unique_name = {},
                          .unique_value = {}};
  parent_.plugin.on_start([&](const lodge_host* host) {
    parent_.host = host;
    lodge_handle handle = 0;
    return rig::table<lodge_child_v1>(host).start(host, &child, nullptr, &handle);
  });
  node_.add(parent_.plugin);
  ASSERT_TRUE(node_.start("family", {"parent"}));
  const auto shown = [this] { return row_of(*ask("service", {"family"}).value.find("children"), "poller"); };
  EXPECT_EQ(json_at(shown(), "plugin"), "\"parent\"");
  EXPECT_EQ(json_at(shown(), "restart"), "\"permanent\"");
  EXPECT_EQ(json_at(shown(), "up"), "true");
  EXPECT_EQ(json_at(shown(), "last_end"), "\"\"");
  EXPECT_GT(*shown().find("since_unix_ms")->as_int(), 0);
  ASSERT_EQ(rig::table<lodge_child_v1>(parent_.host).exit(parent_.host, run_, LODGE_UNAVAILABLE, "no line", 7),
            LODGE_OK);
  EXPECT_TRUE(rig::eventually([&] { return json_at(shown(), "restarts") == "1"; }));
  EXPECT_EQ(json_at(shown(), "last_end"), "\"UNAVAILABLE: no line\"");
}

TEST_F(AdminServices, what_a_store_holds_is_counted) {
  ASSERT_EQ(said("store_put", {"greeter", "key", 1}), "null");
  const Value greeter = ask("service", {"greeter"}).value;
  EXPECT_EQ(json_at(greeter, "store_entries"), "1");
  EXPECT_GT(*greeter.find("store_bytes")->as_int(), 0);
}

TEST_F(AdminServices, one_that_does_not_exist_is_not_found_with_a_suggestion) {
  EXPECT_EQ(said("service", {"greter"}), "NOT_FOUND: no service `greter`; did you mean `greeter`?");
  EXPECT_EQ(said("service", {"xyz"}), "NOT_FOUND: no service `xyz`");
  EXPECT_EQ(said("service", {7}), "INVALID_ARGUMENT: argument 1: expected str, got int");
  EXPECT_THAT(said("service"), StartsWith("UNIMPLEMENTED: "));
}

TEST_F(AdminPlugins, are_all_files_there_are_good_or_bad) {
  folder_.put("good");
  folder_.put("not_elf");
  const Value plugins = ask("plugins").value;
  ASSERT_EQ(plugins.as_list()->size(), 2U);
  const Value good = row_of(plugins, "good");
  EXPECT_EQ(json_at(good, "state"), "\"available\"");
  EXPECT_EQ(json_at(good, "version"), "\"1.4.0\"");
  EXPECT_EQ(json_at(good, "error"), "\"\"");
  const Value bad = row_of(plugins, "");
  EXPECT_EQ(json_at(bad, "state"), "\"refused\"");
  EXPECT_THAT(json_at(bad, "error"), HasSubstr("not a shared object"));
  EXPECT_THAT(json_at(bad, "file"), HasSubstr("not_elf.so"));
}

TEST_F(AdminPlugins, are_none_in_an_empty_folder) { EXPECT_EQ(said("plugins"), "[]"); }

TEST_F(AdminStatus, a_configuration_is_not_read_again_before_the_host_has_started) {
  EXPECT_THAT(said("reload"), StartsWith("FAILED_PRECONDITION: the host is starting or stopping"));
}

TEST_F(AdminStatus, an_unknown_verb_is_not_implemented) { EXPECT_THAT(said("statsu"), StartsWith("UNIMPLEMENTED: ")); }

TEST_F(AdminStatus, plugins_are_not_answered) {
  const rig::Answer answer = node_.call("greeter", "ask_the_host");
  EXPECT_EQ(answer.code, Code::PERMISSION_DENIED);
  EXPECT_EQ(answer.message, "the host's own service answers only its operator");
}

TEST_F(AdminStatus, no_other_service_may_have_the_hosts_plugin) {
  const Status started = node_.start("mine", {"control"});
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message, HasSubstr("belongs to the host's own service, lodge, alone"));
}

}  // namespace
}  // namespace lodge::control
