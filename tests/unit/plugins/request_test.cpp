#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <lodge/plugin.hpp>
#include <lodge/testing.hpp>

#include "status/outcome.hpp"

namespace {

using namespace std::chrono_literals;
using outcome::Outcome;
using testing::HasSubstr;
using testing::Not;
using Options =
    std::map<std::string, std::variant<bool, std::int64_t, std::string, std::map<std::string, std::string>>>;
using Arguments = std::vector<std::variant<std::int64_t, std::string>>;

/// What the called service can do, and how often it has.
class Works {
 public:
  explicit Works(const lodge::Host& host) : host_(host) {}

  std::int64_t add(lodge::Call& call, std::int64_t a, std::int64_t b) {
    count();
    seen_idempotent = call.idempotent();
    return a + b;
  }
  std::string text() { return std::string(1'000'000, 'x'); }
  void refuse() {
    count();
    throw lodge::Failure(LODGE_NOT_FOUND, "no such customer");
  }
  void break_down() { throw std::runtime_error("password is 1234"); }
  void fail_twice() {
    if (count() < 3) throw lodge::Failure(LODGE_UNAVAILABLE, "not yet");
  }
  /// Never answers.
  void hang(lodge::Call& call) {
    count();
    kept.push_back(call.defer());
  }
  void out_of_paper() { throw lodge::Failure(LODGE_FAILED_PRECONDITION, "no paper"); }

  /// Its own wording for one of its errors.
  static lodge::Verdict status(const std::map<std::string, lodge::AnyView>& error) {
    const auto message = error.find("message");
    std::string_view text;
    lodge::Mismatch mismatch;
    if (message == error.end() || !lodge::read_value(message->second.bytes, text, mismatch) || text != "no paper") {
      return lodge::go_on();
    }
    return lodge::done(Outcome{"out_of_paper", "bring some", 507, {}, {}});
  }

  static const lodge_plugin* plugin() {
    static const auto description = lodge::describe<Works>(
        "works", "1.0.0", lodge::depends_on("request"), lodge::callback<&Works::add>("add"),
        lodge::function<&Works::text>("text"), lodge::function<&Works::refuse>("refuse"),
        lodge::function<&Works::break_down>("break_down"), lodge::function<&Works::fail_twice>("fail_twice"),
        lodge::function<&Works::fail_twice>("fail_twice_safely", lodge::idempotent),
        lodge::function<&Works::hang>("hang"), lodge::function<&Works::out_of_paper>("out_of_paper"),
        lodge::callback<&Works::status>("status"));
    return description.plugin();
  }

  static inline bool seen_idempotent = false;

 private:
  std::int64_t count() { return host_.store().increment("runs").or_throw(); }

  lodge::Host host_;
  std::vector<lodge::Reply> kept;
};

/// Middleware of the called service.
struct Doorkeeper {
  static lodge::Verdict request(const std::string& function, lodge::AnyView arguments,
                                const std::map<std::string, lodge::Any>& options) {
    const auto token = options.find("token");
    std::string given;
    lodge::Mismatch mismatch;
    if (token == options.end() || !lodge::read_value(token->second.bytes, given, mismatch)) {
      return lodge::Error{LODGE_UNAUTHENTICATED, "who are you?"};
    }
    if (given == "busy") return lodge::done(Outcome{"resource_exhausted", "", 429, {}, {{"executed", "no"}}});
    if (given == "cached") return lodge::done(12);
    if (given == "nine") return lodge::continue_with(function, std::vector<int>{4, 5}, options);
    static_cast<void>(arguments);
    return lodge::go_on();
  }
  static const lodge_plugin* plugin() {
    static const auto description = lodge::describe<Doorkeeper>("doorkeeper", "1.0.0", lodge::depends_on("request"),
                                                                lodge::callback<&Doorkeeper::request>("request"));
    return description.plugin();
  }
};

class Request : public testing::Test {
 protected:
  Request() {
    host.add_folder(PLUGINS);
    host.add(Works::plugin());
    host.add(Doorkeeper::plugin());
    host.start("asker", {"request"}).or_throw();
  }
  void start_works() { host.start("works", {"works"}).or_throw(); }
  void start_guarded() { host.start("works", {"doorkeeper", "works"}).or_throw(); }

  Outcome send(const std::string& function, const Arguments& arguments = {}, const Options& options = {}) {
    return host.call<Outcome>("asker", "send", "works", function, arguments, options).or_throw();
  }
  std::int64_t runs() { return host.inside("works").store().get<std::int64_t>("runs").or_throw(); }
  template <typename T>
  static T data(const Outcome& of) {
    T out{};
    lodge::Mismatch mismatch;
    EXPECT_TRUE(lodge::read_value(of.data.bytes, out, mismatch)) << mismatch.text;
    return out;
  }

  lodge::testing::Host host;
};

TEST_F(Request, answers_a_result_as_a_status) {
  start_works();
  const Outcome sum = send("add", {2, 3});
  EXPECT_EQ(sum.status, "ok");
  EXPECT_EQ(sum.code, 200);
  EXPECT_EQ(data<int>(sum), 5);
  EXPECT_EQ(sum.metadata, (std::map<std::string, std::string>{{"attempts", "1"}, {"executed", "yes"}}));
  EXPECT_EQ(data<std::string>(send("text")).size(), 1'000'000U);
}

TEST_F(Request, answers_an_error_of_the_function_as_a_status) {
  start_works();
  const Outcome refused = send("refuse");
  EXPECT_EQ(refused.status, "not_found");
  EXPECT_EQ(refused.code, 404);
  EXPECT_EQ(refused.info, "no such customer");
  EXPECT_EQ(refused.metadata.at("executed"), "yes");
}

TEST_F(Request, has_errors_worded_by_the_plugins_of_the_called_service) {
  start_works();
  EXPECT_EQ(send("out_of_paper").status, "out_of_paper");
  EXPECT_EQ(send("out_of_paper").code, 507);
}

TEST_F(Request, keeps_what_a_bug_says_from_other_services) {
  start_works();
  const Outcome bug = send("break_down");
  EXPECT_EQ(bug.status, "internal_error");
  EXPECT_THAT(bug.info, Not(HasSubstr("1234")));
  EXPECT_THAT(host.logs().back().text, testing::AllOf(HasSubstr("1234"), HasSubstr(bug.metadata.at("reference"))));
}

TEST_F(Request, answers_wrong_arguments_of_the_function_as_a_status) {
  start_works();
  EXPECT_EQ(send("add", {2, "three"}).status, "invalid_argument");
  EXPECT_THAT(send("add", {2, "three"}).info, HasSubstr("argument 2: expected int, got str"));
  EXPECT_EQ(send("add", {2}).status, "unimplemented");
  EXPECT_EQ(send("ad", {2, 3}).metadata.at("executed"), "no");
}

TEST_F(Request, answers_a_service_that_is_not_there_as_a_status) {
  const Outcome nobody = send("add", {2, 3}, {{"attempts", 1}});
  EXPECT_EQ(nobody.status, "unavailable");
  EXPECT_EQ(nobody.code, 503);
  EXPECT_EQ(nobody.metadata.at("executed"), "no");
}

TEST_F(Request, answers_a_service_that_takes_no_requests_as_a_status) {
  host.start("works", {"status"}).or_throw();
  EXPECT_EQ(send("add", {2, 3}).status, "unimplemented");
}

TEST_F(Request, answers_a_time_out_as_a_status_within_the_deadline_of_who_asks) {
  start_works();
  const std::int64_t began = host.now_ns();
  const lodge::CallOptions half_a_second{.timeout_ns = 500'000'000};
  const Outcome late =
      host.call<Outcome>(half_a_second, "asker", "send", "works", "hang", Arguments(), Options()).or_throw();
  EXPECT_EQ(late.status, "deadline_exceeded");
  EXPECT_EQ(late.code, 504);
  EXPECT_EQ(late.metadata.at("executed"), "maybe");
  EXPECT_LT(host.now_ns() - began, 500'000'000);
  EXPECT_EQ(send("hang", {}, {{"timeout_ms", 200}}).status, "deadline_exceeded");
}

TEST_F(Request, answers_a_request_that_hangs_as_a_status_where_it_is_called_directly) {
  start_works();
  EXPECT_EQ(host.call<Outcome>("works", "request", "hang", Arguments(), Options()).or_throw().status,
            "deadline_exceeded");
}

TEST_F(Request, tries_again_until_the_service_is_there) {
  auto pending = host.start_call<Outcome>("asker", "send", "works", "add", Arguments{2, 3},
                                          Options{{"attempts", 10}, {"backoff_ms", 100}});
  host.advance(220ms);
  EXPECT_FALSE(pending.done());
  start_works();
  const Outcome sum = pending.result().or_throw();
  EXPECT_EQ(data<int>(sum), 5);
  EXPECT_EQ(runs(), 1);
  EXPECT_GE(std::stoi(sum.metadata.at("attempts")), 3);
}

TEST_F(Request, does_not_run_twice_what_may_not) {
  start_works();
  EXPECT_EQ(send("fail_twice", {}, {{"attempts", 5}}).status, "unavailable");
  EXPECT_EQ(runs(), 1);
}

TEST_F(Request, runs_again_what_is_idempotent) {
  start_works();
  const Outcome done = send("fail_twice", {}, {{"attempts", 5}, {"idempotent", true}});
  EXPECT_EQ(done.status, "ok");
  EXPECT_EQ(done.metadata.at("attempts"), "3");
  EXPECT_EQ(runs(), 3);
  EXPECT_EQ(send("add", {1, 1}, {{"idempotent", true}}).status, "ok");
  EXPECT_TRUE(Works::seen_idempotent) << "the callee is told";
}

TEST_F(Request, runs_again_what_says_of_itself_that_it_is_idempotent) {
  start_works();
  const Outcome done = send("fail_twice_safely", {}, {{"attempts", 5}});
  EXPECT_EQ(done.status, "ok");
  EXPECT_EQ(runs(), 3);
}

TEST_F(Request, takes_only_the_callers_word_where_it_may_not_look) {
  host.stop_all().or_throw();
  host.deny("request", "lodge.service/1");
  host.start("asker", {"request"}).or_throw();
  start_works();
  EXPECT_EQ(send("fail_twice_safely", {}, {{"attempts", 5}}).status, "unavailable");
  EXPECT_EQ(runs(), 1);
}

TEST_F(Request, gives_each_attempt_its_time) {
  start_works();
  const Outcome late =
      send("hang", {}, {{"attempts", 3}, {"attempt_timeout_ms", 100}, {"idempotent", true}, {"timeout_ms", 5000}});
  EXPECT_EQ(late.status, "deadline_exceeded");
  EXPECT_EQ(late.metadata.at("attempts"), "3");
  EXPECT_EQ(runs(), 3);
}

TEST_F(Request, goes_through_the_middleware_of_the_called_service) {
  start_guarded();
  const auto with = [](const std::string& token) {
    return Options{{"pass", std::map<std::string, std::string>{{"token", token}}}};
  };
  EXPECT_EQ(data<int>(send("add", {2, 3}, with("good"))), 5);
  EXPECT_EQ(send("add", {2, 3}).status, "unauthenticated") << "an error that it throws";
  EXPECT_EQ(send("add", {2, 3}).info, "who are you?");
  EXPECT_EQ(runs(), 1);
  EXPECT_EQ(data<int>(send("add", {2, 3}, with("nine"))), 9) << "other arguments";
  EXPECT_EQ(data<int>(send("add", {2, 3}, with("cached"))), 12) << "an answer of its own";
  const Outcome busy = send("add", {2, 3}, with("busy"));
  EXPECT_EQ(busy.code, 429) << "a status of its own";
  EXPECT_EQ(busy.metadata.at("attempts"), "3") << "it said that the function did not run";
}

TEST_F(Request, offers_what_its_settings_name) {
  host.start("works", {"works"}, {{"request", {{"functions", std::vector<std::string>{"add"}}}}}).or_throw();
  EXPECT_EQ(send("add", {2, 3}).status, "ok");
  EXPECT_EQ(send("refuse").status, "unimplemented");
}

TEST_F(Request, offers_no_way_round_the_middleware_nor_to_third_parties) {
  start_works();
  for (const char* const function : {"request", "send", "service_ready"}) {
    EXPECT_EQ(send(function).status, "unimplemented") << function;
  }
}

TEST_F(Request, says_which_argument_is_wrong) {
  start_works();
  const auto info = [this](const auto&... args) {
    const Outcome out = host.call<Outcome>("asker", "send", args...).or_throw();
    EXPECT_EQ(out.status, "invalid_argument");
    EXPECT_EQ(out.metadata.at("executed"), "no");
    return out.info;
  };
  EXPECT_EQ(info(7, "add", Arguments(), Options()), "argument 1: expected str, got int");
  EXPECT_EQ(info("works", "", Arguments(), Options()), "argument 2: it is empty");
  EXPECT_EQ(info("works", "add", "2", Options()), "argument 3: expected list, got str");
  EXPECT_THAT(info("works", "add", std::vector<int>(33), Options()), HasSubstr("at most 32 arguments"));
  EXPECT_EQ(info("works", "add", Arguments(), 1), "argument 4: expected map, got int");
  EXPECT_THAT(info("works", "add", Arguments(), Options{{"atempts", 1}}),
              HasSubstr("there is no option \"atempts\"; there are timeout_ms, attempt_timeout_ms, attempts"));
  EXPECT_EQ(info("works", "add", Arguments(), Options{{"attempts", "3"}}),
            "argument 4, key \"attempts\": expected int or nothing, got str");
  EXPECT_EQ(info("works", "add", Arguments(), Options{{"attempts", 0}}),
            "argument 4, key \"attempts\": 0 is out of range (1 to 100)");
  EXPECT_EQ(info("works", "add", Arguments(), Options{{"pass", "x"}}),
            "argument 4, key \"pass\": expected map, got str");
  EXPECT_EQ(host.call<Outcome>("works", "request", "add", 5, Options()).or_throw().info,
            "argument 2: expected list, got int");
  EXPECT_EQ(host.call<Outcome>("works", "request", "add", Arguments(), 5).or_throw().info,
            "argument 3: expected map, got int");
}

TEST_F(Request, answers_names_that_cannot_be_as_a_status) {
  start_works();
  const std::string huge(100'000, 'x');
  EXPECT_EQ(host.call<Outcome>("asker", "send", huge, "add", Arguments(), Options()).or_throw().status,
            "invalid_argument");
  EXPECT_EQ(send(huge).status, "invalid_argument");
}

TEST(RequestWaits, without_a_thread) {
  lodge::testing::Host host;
  host.configure("[threads]\nspares_max = 0\n").or_throw();
  host.add_folder(PLUGINS);
  host.start("asker", {"request"}).or_throw();
  const Options long_pauses{{"attempts", 2}, {"backoff_ms", 5000}};
  std::vector<lodge::testing::PendingCall<Outcome>> waiting;
  waiting.reserve(100);
  for (int i = 0; i < 100; ++i) {
    waiting.push_back(host.start_call<Outcome>("asker", "send", "nobody", "add", Arguments(), long_pauses));
  }
  EXPECT_EQ(host.call<Outcome>("asker", "status", "ok").or_throw().code, 200);
  EXPECT_FALSE(waiting.front().done());
  for (auto& each : waiting) EXPECT_EQ(each.result().or_throw().metadata.at("attempts"), "2");
}

TEST_F(Request, leaves_nothing_behind) {
  start_works();
  static_cast<void>(send("add", {2, 3}));
  static_cast<void>(send("fail_twice", {}, {{"idempotent", true}}));
  host.stop_all().or_throw();
  EXPECT_TRUE(host.leaks().empty());
}

}  // namespace
