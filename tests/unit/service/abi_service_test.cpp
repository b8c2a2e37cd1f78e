// lodge.service/1 of a real node: what plugins may do with services, and what they are refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>

#include "base/writer.hpp"
#include "rig/node.hpp"

namespace lodge {
namespace {

using rig::eventually;
using rig::Lender;
using rig::Node;
using rig::ScriptedPlugin;
using rig::Seen;
using service::Running;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using wire::Value;

constexpr std::int64_t second_ns = 1'000'000'000;

/// What a verb has answered.
struct Said {
  std::int32_t code;
  std::string text;
};

const lodge_service_v1& services_of(const lodge_host* host) { return rig::table<lodge_service_v1>(host); }

Said want(const lodge_host* host, std::string_view name, std::uint32_t admin, std::int64_t wait_ns,
          const Value& overrides = {}) {
  const Bytes packed = overrides.is_nil() ? Bytes() : overrides.pack();
  const lodge_service_order order{.struct_size = sizeof order,
                                  .admin = admin,
                                  .reserved = 0,
                                  .reason = {},
                                  .overrides = slice_of(packed),
                                  .wait_ns = wait_ns};
  Writer error;
  const std::int32_t code = services_of(host).want(host, name.data(), name.size(), &order, &error);
  return {code, std::string(text_of(error.view()))};
}

Said change(const lodge_host* host, std::string_view name, const Value& asked) {
  const Bytes packed = asked.pack();
  Writer out;
  const std::int32_t code =
      services_of(host).change(host, name.data(), name.size(), packed.data(), packed.size(), &out);
  return {code, code == LODGE_OK ? "" : std::string(text_of(out.view()))};
}

Said create(const lodge_host* host, std::string_view name, const Value& definition) {
  const Bytes packed = definition.pack();
  Writer error;
  const std::int32_t code =
      services_of(host).create(host, name.data(), name.size(), packed.data(), packed.size(), &error);
  return {code, std::string(text_of(error.view()))};
}

Said remove(const lodge_host* host, std::string_view name) {
  Writer error;
  const std::int32_t code = services_of(host).remove(host, name.data(), name.size(), second_ns, &error);
  return {code, std::string(text_of(error.view()))};
}

Value plugins(const std::string& name) { return Value::map({{"plugins", Value::List{name}}}); }

/// A service `asker`, whose host the test uses, beside a service `s` of plugin `p`.
class ServicesOfNode : public testing::Test {
 protected:
  ServicesOfNode() {
    p.setting("a", LODGE_TYPE_INT, 0, 1);
    p.callback("f", 0, [](const Seen& seen) { return seen.done(1); });
    node.add(asker.plugin, p, sad);
    sad.on_start([](const lodge_host*) { return LODGE_UNAVAILABLE; });
    EXPECT_TRUE(node.start("asker", {"asker"}));
    EXPECT_TRUE(node.start("s", {"p"}));
  }
  [[nodiscard]] const lodge_host* host() const { return asker.host; }
  [[nodiscard]] Running running(const std::string& name = "s") { return node.runtime().find(name)->state().running; }

  Lender asker{"asker"};
  ScriptedPlugin p{"p"};
  ScriptedPlugin sad{"sad"};
  Node node;
};

TEST_F(ServicesOfNode, can_be_told_what_to_do) {
  EXPECT_EQ(want(host(), "s", LODGE_SERVICE_PAUSE, second_ns).code, LODGE_OK);
  EXPECT_EQ(running(), Running::paused);
  EXPECT_EQ(node.runtime().find("s")->state().admin_reason, "plugin asker of service asker");
  EXPECT_EQ(want(host(), "s", LODGE_SERVICE_PAUSE, second_ns).code, LODGE_OK) << "it is paused already";
  EXPECT_EQ(want(host(), "s", LODGE_SERVICE_INACTIVE, 0).code, LODGE_OK);
  EXPECT_TRUE(eventually([&] { return running() == Running::stopped; }));
  EXPECT_EQ(want(host(), "s", LODGE_SERVICE_ACTIVE, second_ns).code, LODGE_OK);
  EXPECT_EQ(node.call("s", "f").value, Value(1));
}

TEST_F(ServicesOfNode, are_refused_by_name_and_the_hosts_own_always) {
  const Said missing = want(host(), "z", LODGE_SERVICE_PAUSE, 0);
  EXPECT_EQ(missing.code, LODGE_NOT_FOUND);
  EXPECT_THAT(missing.text, HasSubstr("no service `z`"));
  EXPECT_EQ(want(host(), "lodge", LODGE_SERVICE_INACTIVE, 0).code, LODGE_PERMISSION_DENIED);
  EXPECT_EQ(change(host(), "lodge", Value::Map{}).code, LODGE_PERMISSION_DENIED);
  EXPECT_EQ(create(host(), "lodge", plugins("p")).code, LODGE_ALREADY_EXISTS);
  EXPECT_EQ(remove(host(), "lodge").code, LODGE_PERMISSION_DENIED);
}

TEST_F(ServicesOfNode, orders_that_make_no_sense_are_told_why) {
  lodge_service_order order{};
  Writer error;
  EXPECT_EQ(services_of(host()).want(host(), "s", 1, nullptr, &error), LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(services_of(host()).want(host(), "s", 1, &order, nullptr), LODGE_INVALID_ARGUMENT) << "no size";
  order.struct_size = sizeof order;
  order.wait_ns = -1;
  EXPECT_EQ(services_of(host()).want(host(), "s", 1, &order, nullptr), LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(want(host(), "s", 3, 0).code, LODGE_INVALID_ARGUMENT) << "no such status";
  EXPECT_EQ(want(host(), "s", LODGE_SERVICE_ACTIVE, 0, Value(7)).text, "overrides: expected map, got int");
  struct Longer {
    lodge_service_order known;
    std::uint64_t more;
  } longer{.known = {.struct_size = sizeof(Longer),
                     .admin = LODGE_SERVICE_PAUSE,
                     .reserved = 0,
                     .reason = {},
                     .overrides = {},
                     .wait_ns = 0},
           .more = 1};
  EXPECT_EQ(services_of(host()).want(host(), "s", 1, &longer.known, nullptr), LODGE_INVALID_ARGUMENT);
  longer.more = 0;
  EXPECT_EQ(services_of(host()).want(host(), "s", 1, &longer.known, nullptr), LODGE_OK);
}

TEST_F(ServicesOfNode, overrides_are_given_at_a_start_and_lie_under_what_is_reconfigured) {
  const Value seven = Value::map({{"p", Value::map({{"a", 7}})}});
  EXPECT_THAT(want(host(), "s", LODGE_SERVICE_ACTIVE, second_ns, seven).text, HasSubstr("reconfigure it instead"));
  ASSERT_EQ(want(host(), "s", LODGE_SERVICE_INACTIVE, second_ns).code, LODGE_OK);
  const Said wrong = want(host(), "s", LODGE_SERVICE_ACTIVE, second_ns, Value::map({{"p", Value::map({{"b", 7}})}}));
  EXPECT_THAT(wrong.text, HasSubstr("service.s.config.p.b"));
  EXPECT_EQ(running(), Running::stopped);
  ASSERT_EQ(want(host(), "s", LODGE_SERVICE_ACTIVE, second_ns, seven).code, LODGE_OK);
  const auto a = [&] { return *node.call("s", "service_config", {"p"}).value.find("a"); };
  EXPECT_EQ(a(), Value(7));
  EXPECT_EQ(change(host(), "s", Value::map({{"update", Value::map({{"p", Value::map({{"a", 9}})}})}})).code, LODGE_OK);
  EXPECT_EQ(a(), Value(9));
}

TEST_F(ServicesOfNode, are_made_and_removed) {
  ASSERT_EQ(create(host(), "made",
                   Value::map({{"plugins", Value::List{"p"}},
                               {"config", Value::map({{"p", Value::map({{"a", 5}})}})},
                               {"class", "extra"},
                               {"version", "2.0.0"}}))
                .code,
            LODGE_OK);
  EXPECT_EQ(node.call("made", "f").value, Value(1));
  EXPECT_EQ(node.runtime().find("made")->spec()->service_class, "extra");
  EXPECT_EQ(create(host(), "made", plugins("p")).code, LODGE_ALREADY_EXISTS);
  EXPECT_EQ(remove(host(), "made").code, LODGE_OK);
  EXPECT_EQ(node.runtime().find("made"), nullptr);
  EXPECT_EQ(remove(host(), "made").code, LODGE_NOT_FOUND);
  EXPECT_THAT(remove(host(), "s").text, HasSubstr("stands in the configuration"));
  EXPECT_EQ(create(host(), "made", plugins("p")).code, LODGE_OK) << "its name is free again";
}

TEST_F(ServicesOfNode, definitions_are_checked_and_leave_nothing_behind) {
  EXPECT_THAT(create(host(), "Bad", plugins("p")).text, HasSubstr("not a service's name"));
  EXPECT_EQ(create(host(), "x", Value(1)).text, "service.x: expected map, got int");
  EXPECT_EQ(create(host(), "x", Value::map({{"plugin", 1}})).text,
            "service.x.plugin: no such key; did you mean `plugins`?");
  EXPECT_EQ(create(host(), "x", Value::Map{}).text, "service.x: names no plugin; give it a list `plugins`");
  EXPECT_EQ(create(host(), "x", Value::map({{"plugins", Value::List{"p", "p"}}})).text,
            "service.x.plugins: plugin `p` is listed twice; once is enough");
  EXPECT_EQ(create(host(), "x", Value::map({{"plugins", Value::List{"p"}}, {"store_bytes_max", 1}})).code,
            LODGE_INVALID_ARGUMENT);
  EXPECT_THAT(create(host(), "x", plugins("nobody")).text, HasSubstr("nobody"));
  const Said failed = create(host(), "x", plugins("sad"));
  EXPECT_EQ(failed.code, LODGE_UNAVAILABLE);
  EXPECT_THAT(failed.text, HasSubstr("hook start"));
  EXPECT_EQ(node.runtime().find("x"), nullptr);
  Writer error;
  const std::uint8_t garbage[] = {0xc1};
  EXPECT_EQ(services_of(host()).create(host(), "x", 1, garbage, 1, &error), LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(services_of(host()).change(host(), "s", 1, garbage, 1, nullptr), LODGE_INVALID_ARGUMENT);
}

TEST_F(ServicesOfNode, a_change_with_an_unknown_key_is_refused) {
  EXPECT_EQ(change(host(), "s", Value::map({{"ad", Value::List{}}})).text, "a change has no `ad`; did you mean `add`?");
  EXPECT_EQ(change(host(), "s", Value::map({{"add", "p"}})).text, "add: expected list, got str");
}

TEST_F(ServicesOfNode, show_what_they_do) {
  std::vector<std::string> seen;
  const auto see = [](void* user, const lodge_service_status* status) -> std::int32_t {
    static_cast<std::vector<std::string>*>(user)->push_back(std::string(text_of(status->name)) + " " +
                                                            std::to_string(status->running));
    return 0;
  };
  EXPECT_EQ(services_of(host()).status(host(), "", 0, see, &seen), LODGE_OK);
  EXPECT_THAT(seen, ElementsAre("asker 1", "s 1"));
  EXPECT_EQ(services_of(host()).status(host(), "z", 1, see, &seen), LODGE_NOT_FOUND);
  Writer out;
  ASSERT_EQ(services_of(host()).info(host(), "s", 1, &out), LODGE_OK);
  const Value info = Value::unpack(out.view()).value();
  EXPECT_EQ(*info.find("status"), Value("running"));
  EXPECT_EQ(info.find("callbacks")->as_list()->front().find("name")->type_name(), "str");
}

TEST_F(ServicesOfNode, say_what_they_enter_to_who_watches) {
  struct Heard {
    std::mutex mutex;
    std::vector<std::uint32_t> statuses;
  } heard;
  lodge_handle watch = 0;
  const auto hear = [](void* user, const lodge_service_status* status) {
    auto& self = *static_cast<Heard*>(user);
    const std::lock_guard lock(self.mutex);
    self.statuses.push_back(status->running);
  };
  ASSERT_EQ(services_of(host()).watch(host(), "s", 1, hear, &heard, &watch), LODGE_OK);
  EXPECT_EQ(want(host(), "s", LODGE_SERVICE_INACTIVE, second_ns).code, LODGE_OK);
  EXPECT_EQ(create(host(), "other", plugins("p")).code, LODGE_OK);
  EXPECT_TRUE(eventually([&] {
    const std::lock_guard lock(heard.mutex);
    return heard.statuses.size() == 2;
  }));
  EXPECT_THAT(heard.statuses, ElementsAre(LODGE_SERVICE_STOPPING, LODGE_SERVICE_STOPPED));
  EXPECT_EQ(services_of(host()).unwatch(host(), watch), LODGE_OK);
  EXPECT_EQ(services_of(host()).unwatch(host(), watch), LODGE_STALE);
  EXPECT_EQ(services_of(host()).watch(host(), "No", 2, hear, &heard, &watch), LODGE_INVALID_ARGUMENT);
}

TEST_F(ServicesOfNode, fail_by_their_own_plugins) {
  EXPECT_EQ(services_of(host()).fail(host(), 0, nullptr, 0), LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(services_of(host()).fail(host(), -99, nullptr, 0), LODGE_INVALID_ARGUMENT);
  constexpr std::string_view why = "the disk is gone";
  ASSERT_EQ(services_of(host()).fail(host(), LODGE_DATA_LOSS, why.data(), why.size()), LODGE_OK);
  EXPECT_TRUE(eventually([&] { return running("asker") == Running::failed; }));
  EXPECT_EQ(node.runtime().find("asker")->state().last_error->message, why);
}

TEST_F(ServicesOfNode, answer_stale_once_the_instance_is_gone) {
  const lodge_host* const gone = host();
  (void)node.want("asker", service::Admin::inactive);
  EXPECT_EQ(want(gone, "s", LODGE_SERVICE_PAUSE, 0).code, LODGE_STALE);
  EXPECT_EQ(create(gone, "x", plugins("p")).code, LODGE_STALE);
  EXPECT_EQ(services_of(gone).fail(gone, LODGE_INTERNAL, nullptr, 0), LODGE_STALE);
}

/// What a service is told that would wait for itself.
struct Selfish {
  std::vector<std::string> answers;

  std::int32_t ask(const lodge_host* host, std::int64_t wait_ns) {
    const auto note = [this](const Said& said) { answers.emplace_back(code_name(code_from(said.code))); };
    note(want(host, "own", LODGE_SERVICE_PAUSE, wait_ns));
    note(change(host, "own", Value::Map{}));
    note(remove(host, "own"));
    return LODGE_OK;
  }
};

TEST(Services, cannot_wait_for_themselves_in_hooks) {
  Selfish starting, stopping;
  ScriptedPlugin plugin("p");
  plugin.on_start([&](const lodge_host* host) { return starting.ask(host, 0); });
  plugin.on_stop([&](const lodge_host* host) { return stopping.ask(host, 0); });
  {
    Node node;
    node.add(plugin);
    ASSERT_TRUE(node.start("own", {"p"}));
  }
  EXPECT_THAT(starting.answers, ElementsAre("DEADLOCK", "DEADLOCK", "DEADLOCK"));
  EXPECT_THAT(stopping.answers, ElementsAre("DEADLOCK", "DEADLOCK", "DEADLOCK"));
}

TEST(Services, cannot_wait_for_themselves_in_callbacks_nor_by_way_of_others) {
  Selfish direct, by_way;
  ScriptedPlugin plugin("p"), other("q");
  plugin.callback("f", 0, [&](const Seen& seen) {
    (void)direct.ask(seen.host, second_ns);
    return seen.pass_on_to(seen.target("other", "g"));
  });
  other.callback("g", 0, [&](const Seen& seen) {
    (void)by_way.ask(seen.host, second_ns);
    return seen.done(1);
  });
  Node node;
  node.add(plugin, other);
  ASSERT_TRUE(node.start("own", {"p"}));
  ASSERT_TRUE(node.start("other", {"q"}));
  EXPECT_EQ(node.call("own", "f").value, Value(1));
  EXPECT_THAT(direct.answers, ElementsAre("DEADLOCK", "DEADLOCK", "DEADLOCK"));
  EXPECT_THAT(by_way.answers, ElementsAre("DEADLOCK", "DEADLOCK", "DEADLOCK"));
}

TEST(Services, may_pause_themselves_without_waiting) {
  ScriptedPlugin plugin("p");
  plugin.callback("f", 0,
                  [](const Seen& seen) { return seen.done(want(seen.host, "own", LODGE_SERVICE_PAUSE, 0).code); });
  Node node;
  node.add(plugin);
  ASSERT_TRUE(node.start("own", {"p"}));
  EXPECT_EQ(node.call("own", "f").value, Value(LODGE_OK));
  EXPECT_TRUE(eventually([&] { return node.runtime().find("own")->state().running == Running::paused; }));
}

TEST(Services, are_not_waited_for_in_quick_callbacks) {
  ScriptedPlugin plugin("p");
  plugin.callback(
      "f", 0, [](const Seen& seen) { return seen.done(want(seen.host, "s", LODGE_SERVICE_PAUSE, 0).code); },
      LODGE_QUICK);
  Node node;
  node.add(plugin);
  ASSERT_TRUE(node.start("s", {"p"}));
  EXPECT_EQ(node.call("s", "f").value, Value(LODGE_FAILED_PRECONDITION));
}

// While the host stops nobody starts anything any more, and what was started meanwhile is stopped too.
TEST(Services, are_made_no_more_while_the_host_stops) {
  std::int32_t answered = LODGE_OK;
  ScriptedPlugin plugin("p"), made("q");
  plugin.on_stop([&](const lodge_host* host) {
    answered = create(host, "late", plugins("q")).code;
    return LODGE_OK;
  });
  Node node;
  node.add(plugin, made);
  ASSERT_TRUE(node.start("s", {"p"}));
  EXPECT_TRUE(node.runtime().stop_all(std::chrono::seconds(10)));
  EXPECT_EQ(answered, LODGE_UNAVAILABLE);
}

}  // namespace
}  // namespace lodge
