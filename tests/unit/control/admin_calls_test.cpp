#include <atomic>
#include <mutex>
#include <thread>

#include "control/admin_node.hpp"

namespace lodge::control {
namespace {

using wire::Value;

/// A service whose calls stand wherever a test wants them to.
class AdminCalls : public AdminTest {
 protected:
  AdminCalls() {
    busy_
        .callback(
            "block", 0,
            [this](const rig::Seen& seen) {
              while (!let_go_) std::this_thread::yield();
              return seen.done(1);
            },
            LODGE_FUNCTION)
        .callback(
            "one_at_a_time", 0,
            [this](const rig::Seen& seen) {
              while (!let_go_) std::this_thread::yield();
              return seen.done(1);
            },
            LODGE_FUNCTION | LODGE_SERIAL)
        .callback(
            "later", 0,
            [this](const rig::Seen& seen) {
              std::lock_guard lock(mutex_);
              tickets_.push_back(seen.defer());
              host_ = seen.host;
              return std::int32_t{LODGE_DEFERRED};
            },
            LODGE_FUNCTION)
        .callback(
            "wait_for_later", 0, [](const rig::Seen& seen) { return seen.pass_on_to(seen.target("busy", "later")); },
            LODGE_FUNCTION);
    node_.add(busy_);
  }
  void SetUp() override {
    AdminTest::SetUp();
    ASSERT_TRUE(node_.start("busy", {"busy"}));
  }
  void TearDown() override {
    let_go_ = true;
    answer_later();
    AdminTest::TearDown();
  }

  void answer_later() {
    std::lock_guard lock(mutex_);
    for (const lodge_handle each : tickets_) {
      (void)rig::table<lodge_call_v1>(host_).complete(host_, each, LODGE_DONE, nullptr, 0);
    }
    tickets_.clear();
  }

  /// "callback where plugin", each call but this one's own.
  std::vector<std::string> places(std::size_t limit = 100) {
    const Value answer = ask("calls", {Value(std::uint64_t{limit})}).value;
    std::vector<std::string> out;
    for (const Value& each : *answer.find("calls")->as_list()) {
      if (*each.find("service") == Value("lodge")) continue;
      out.push_back(*each.find("callback")->as_text() + " " + *each.find("where")->as_text() + " " +
                    *each.find("plugin")->as_text());
    }
    return out;
  }
  [[nodiscard]] bool comes_to(const std::vector<std::string>& expected) {
    return rig::eventually([&] { return places() == expected; });
  }

  std::atomic<bool> let_go_{false};
  std::mutex mutex_;
  std::vector<lodge_handle> tickets_;
  const lodge_host* host_ = nullptr;
  rig::ScriptedPlugin busy_{"busy"};
};

TEST_F(AdminCalls, none_but_this_one_where_nothing_goes_on) {
  const Value answer = ask("calls", {10}).value;
  EXPECT_EQ(*answer.find("in_flight"), Value(1));
  const Value& own = answer.find("calls")->as_list()->front();
  EXPECT_EQ(*own.find("service"), Value("lodge"));
  EXPECT_EQ(*own.find("callback"), Value("calls/1"));
  EXPECT_EQ(*own.find("where"), Value("running"));
  EXPECT_EQ(*own.find("plugin"), Value("control"));
}

TEST_F(AdminCalls, are_told_with_where_they_are) {
  auto first = node_.send("busy", "one_at_a_time");
  ASSERT_TRUE(comes_to({"one_at_a_time/0 running busy"}));
  auto second = node_.send("busy", "one_at_a_time");
  ASSERT_TRUE(comes_to({"one_at_a_time/0 running busy", "one_at_a_time/0 serial busy"}));
  auto third = node_.send("busy", "later");
  ASSERT_TRUE(comes_to({"one_at_a_time/0 running busy", "one_at_a_time/0 serial busy", "later/0 deferred busy"}));
  let_go_ = true;
  EXPECT_EQ(first.get().code, Code::OK);
  EXPECT_EQ(second.get().code, Code::OK);
  ASSERT_TRUE(comes_to({"later/0 deferred busy"}));
}

TEST_F(AdminCalls, between_plugins_are_told_while_they_stand_still) {
  auto call = node_.send("busy", "wait_for_later");
  ASSERT_TRUE(comes_to({"wait_for_later/0 running busy", "later/0 deferred busy"}));
  const Value answer = ask("calls", {10}).value;
  EXPECT_EQ(*(*answer.find("calls")->as_list())[1].find("caller"), Value("busy"));
}

TEST_F(AdminCalls, say_how_much_time_is_left) {
  auto call = node_.send("busy", "later", {}, 5'000'000'000);
  ASSERT_TRUE(comes_to({"later/0 deferred busy"}));
  const Value answer = ask("calls", {10}).value;
  const Value& told = answer.find("calls")->as_list()->front();
  EXPECT_LE(*told.find("deadline_left_ms")->as_int(), 5'000);
  EXPECT_GT(*told.find("deadline_left_ms")->as_int(), 0);
  EXPECT_GE(*told.find("age_ms")->as_int(), 0);
}

TEST_F(AdminCalls, the_oldest_come_first_and_the_rest_are_counted) {
  std::vector<std::future<rig::Answer>> calls;
  for (int i = 0; i < 40; ++i) calls.push_back(node_.send("busy", "later"));
  ASSERT_TRUE(rig::eventually([&] { return places().size() == 40; }));
  const Value answer = ask("calls", {3}).value;
  EXPECT_EQ(answer.find("calls")->as_list()->size(), 3U);
  EXPECT_EQ(*answer.find("in_flight"), Value(41));
  const Value::List& oldest = *answer.find("calls")->as_list();
  EXPECT_GE(*oldest[0].find("age_ms")->as_int(), *oldest[2].find("age_ms")->as_int());
}

}  // namespace
}  // namespace lodge::control
