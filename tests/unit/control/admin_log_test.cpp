#include "base/log_ring.hpp"
#include "control/admin_node.hpp"

namespace lodge::control {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using wire::Value;

class AdminLog : public AdminTest {
 protected:
  AdminLog() {
    log::on_line([this] { log_follow_.look(); });
  }
  ~AdminLog() override { log::on_line({}); }
  void TearDown() override {
    log::set_level("", log::Level::info);
    AdminTest::TearDown();
  }

  /// The number of the youngest line.
  static std::uint64_t now() { return log::ring().read({.last = 0}).next; }

  static Value query(std::uint64_t after, std::int64_t wait_ms) {
    return Value::map({{"after", after}, {"module", "test"}, {"wait_ms", wait_ms}});
  }
  /// The texts of a page, as JSON.
  static std::string texts(const Value& page) {
    Value::List out;
    for (const Value& each : *page.find("lines")->as_list()) out.push_back(*each.find("text"));
    return wire::json_from_value(Value(std::move(out)));
  }
  /// So many calls of `logs` have no answer yet.
  [[nodiscard]] bool wait_for_calls(std::size_t count) {
    return rig::eventually([&] {
      std::size_t deferred = 0;
      for (const auto& each : node_.runtime().in_flight().list(1000).calls) {
        deferred += each.place == service::CallPlace::deferred ? 1 : 0;
      }
      return deferred == count;
    });
  }
};

TEST_F(AdminLog, lines_that_are_there_are_answered_at_once) {
  const std::uint64_t before = now();
  log::info("test", "one");
  log::warn("test", "two\n");
  const Value page = ask("logs", {query(before, 60'000)}).value;
  EXPECT_EQ(texts(page), "[\"one\",\"two\\\\n\"]");
  const Value& second = (*page.find("lines")->as_list())[1];
  EXPECT_EQ(*second.find("level"), Value("warn"));
  EXPECT_EQ(*second.find("module"), Value("test"));
  EXPECT_EQ(*page.find("lost"), Value(0));
}

TEST_F(AdminLog, a_follower_holds_no_worker_and_is_answered_by_the_next_line) {
  std::vector<std::future<rig::Answer>> followers;
  for (int i = 0; i < 8; ++i) followers.push_back(node_.send("lodge", "logs", {query(now(), 60'000)}));
  ASSERT_TRUE(wait_for_calls(8)) << "there are two workers";
  EXPECT_EQ(node_.call("greeter", "greet", {"ada"}).code, Code::OK);
  log::info("other", "not asked for");
  log::info("test", "here");
  for (auto& each : followers) EXPECT_EQ(texts(each.get().value), "[\"here\"]");
}

TEST_F(AdminLog, a_wait_without_a_line_ends_with_an_empty_page) {
  const Value page = ask("logs", {query(now(), 1)}).value;
  EXPECT_EQ(texts(page), "[]");
}

TEST_F(AdminLog, those_who_wait_are_answered_when_the_host_stops) {
  auto follower = node_.send("lodge", "logs", {query(now(), 60'000)});
  ASSERT_TRUE(wait_for_calls(1));
  log_follow_.end();
  EXPECT_EQ(texts(follower.get().value), "[]");
  EXPECT_EQ(texts(ask("logs", {query(now(), 60'000)}).value), "[]") << "later ones too";
}

TEST_F(AdminLog, so_many_may_wait_of_whom_those_who_left_do_not_count) {
  std::vector<std::future<rig::Answer>> followers;
  constexpr MonotonicNs soon = 1'000'000;
  for (std::size_t i = 0; i < Follow::waiting_max; ++i) {
    followers.push_back(node_.send("lodge", "logs", {query(now(), 60'000)}, soon));
  }
  for (auto& each : followers) EXPECT_EQ(each.get().code, Code::DEADLINE_EXCEEDED);
  followers.clear();
  ASSERT_TRUE(wait_for_calls(0)) << "who was answered is about to leave";
  for (std::size_t i = 0; i < Follow::waiting_max; ++i) {
    followers.push_back(node_.send("lodge", "logs", {query(now(), 60'000)}));
  }
  ASSERT_TRUE(wait_for_calls(Follow::waiting_max));
  EXPECT_THAT(said("logs", {query(now(), 60'000)}), StartsWith("RESOURCE_EXHAUSTED: 64 follow"));
  log::info("test", "here");
  for (auto& each : followers) EXPECT_EQ(texts(each.get().value), "[\"here\"]");
}

TEST_F(AdminLog, questions_that_are_wrong_are_told_so) {
  EXPECT_THAT(said("logs", {Value::map({{"levl", "info"}})}), HasSubstr("no `levl`; there are after, level"));
  EXPECT_THAT(said("logs", {Value::map({{"level", "loud"}})}), HasSubstr("no log level `loud`"));
  EXPECT_THAT(said("logs", {Value::map({{"after", -1}})}), HasSubstr("after: expected a whole number"));
  EXPECT_THAT(said("logs", {1}), HasSubstr("expected a map"));
}

TEST_F(AdminLog, levels_change_while_it_runs) {
  EXPECT_EQ(said("log_level", {"test.quiet", "debug"}), "null");
  EXPECT_TRUE(log::enabled("test.quiet.below", log::Level::debug));
  EXPECT_FALSE(log::enabled("test", log::Level::debug));
  EXPECT_EQ(said("log_level", {"all", "error"}), "null");
  EXPECT_FALSE(log::enabled("test", log::Level::warn));
  EXPECT_EQ(said("log_levels"), R"([{"module":"all","level":"error"},{"module":"test.quiet","level":"debug"}])");
  EXPECT_THAT(said("log_level", {"test", "loud"}), HasSubstr("there are trace, debug, info"));
  EXPECT_THAT(said("log_level", {"", "info"}), HasSubstr("1 to 256 bytes"));
}

}  // namespace
}  // namespace lodge::control
