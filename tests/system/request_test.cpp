// Requests between services of a real host, with the plugins that are installed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host_process.hpp"

namespace lodge::system_test {
namespace {

using ::testing::HasSubstr;
using wire::Value;

class Requests : public ::testing::Test {
 protected:
  Requests()
      : host((directory.add_standard_plugin("status"), directory.add_standard_plugin("request"),
              directory.add_plugin("subject"), directory),
             "[service.asker]\nplugins = [\"request\"]\n[service.works]\nplugins = [\"subject\", \"request\"]\n") {}

  /// `lodgectl call asker send works FUNCTION ARGUMENTS OPTIONS`.
  [[nodiscard]] Value send(const std::string& function, const std::string& arguments,
                           const std::string& options = "{}") const {
    return host.ask({"call", "asker", "send", "works", function, arguments, options});
  }
  static std::string word(const Value& outcome, std::string_view key) {
    return std::string(*outcome.find(key)->as_text());
  }

  ScratchDirectory directory;
  HostProcess host;
};

}  // namespace

TEST_F(Requests, answer_with_a_status) {
  const Value echoed = send("echo", "[[1, null]]");
  EXPECT_EQ(word(echoed, "status"), "ok");
  EXPECT_EQ(*echoed.find("data"), Value(Value::List{1, Value()}));
  EXPECT_EQ(*send("echo", "[]").find("code"), Value(501));
}

TEST_F(Requests, wait_for_a_service_that_comes_back_and_run_once) {
  ASSERT_EQ(host.lodgectl({"service", "stop", "works"}).ended, "exited 0");
  EXPECT_EQ(word(send("note", "[7]", R"({"attempts": 1})"), "status"), "unavailable");
  wire::Client client = host.connect();
  const Value options = Value::map({{"attempts", 100}, {"backoff_ms", 10}});
  const auto sent = client.send("asker", "send", packed({"works", "note", Value::List{7}, options}), 4, {});
  ASSERT_TRUE(sent);
  ASSERT_TRUE(eventually([&] { return host.lodgectl({"calls"}).out.find("deferred") != std::string::npos; }));
  ASSERT_EQ(host.lodgectl({"service", "start", "works"}).ended, "exited 0");
  const Result<Bytes> answer = client.receive(*sent, 10'000'000'000);
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_EQ(word(Value::unpack(*answer).value(), "status"), "ok");
  EXPECT_EQ(directory.read("journal"), "7\n");
}

TEST_F(Requests, find_what_strangers_are_not_told_in_the_log) {
  const Value bug = host.ask({"call", "works", "status_public", R"({"code": -13, "message": "password is 1234"})"});
  EXPECT_EQ(word(bug, "status"), "internal_error");
  const std::string reference = word(*bug.find("metadata"), "reference");
  EXPECT_TRUE(eventually([&] { return host.log().find(reference) != std::string::npos; }));
  EXPECT_THAT(host.lodgectl({"logs"}).out, HasSubstr("reference " + reference + ": internal_error"));
}

}  // namespace lodge::system_test
