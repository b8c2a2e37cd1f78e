#include "control/admin_node.hpp"

namespace lodge::control {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using wire::Value;

class AdminTrace : public AdminTest {
 protected:
  AdminTrace() {
    spans().on_record([this] { span_follow_.look(); });
  }
  ~AdminTrace() override { spans().on_record({}); }

  service::Spans& spans() { return node_.runtime().spans(); }
  static const Value::List& spans_of(const Value& page) { return *page.find("spans")->as_list(); }
  void greet_traced() {
    spans().configure({.sample_one_in = 1});
    EXPECT_EQ(node_.call("greeter", "greet", {"ada"}).code, Code::OK);
    spans().configure({.sample_one_in = 0});
  }
};

TEST_F(AdminTrace, spans_that_are_kept_are_told) {
  greet_traced();
  const Value page = ask("trace", {Value::map({{"last", 5}})}).value;
  ASSERT_THAT(spans_of(page), SizeIs(1));
  const Value& span = spans_of(page)[0];
  EXPECT_EQ(*span.find("service"), Value("greeter"));
  EXPECT_EQ(*span.find("name"), Value("greet/1"));
  EXPECT_EQ(*span.find("kind"), Value("call"));
  EXPECT_EQ(*span.find("code"), Value("OK"));
  EXPECT_TRUE(span.find("parent_id")->is_nil());
  EXPECT_EQ(span.find("trace_id")->as_text()->size(), 32U);
  const Value one = Value::map({{"trace_id", *span.find("trace_id")}});
  EXPECT_THAT(spans_of(ask("trace", {one}).value), SizeIs(1));
  EXPECT_THAT(spans_of(ask("trace", {Value::map({{"trace_id", std::string(32, 'a')}})}).value), SizeIs(0));
  EXPECT_THAT(spans_of(ask("trace", {Value::map({{"service", "nobody"}})}).value), SizeIs(0));
}

TEST_F(AdminTrace, a_follower_holds_no_worker_and_has_spans_recorded) {
  EXPECT_FALSE(spans().listened());
  auto follower = node_.send("lodge", "trace", {Value::map({{"service", "greeter"}, {"wait_ms", 60'000}})});
  ASSERT_TRUE(rig::eventually([&] { return spans().listened(); }));
  greet_traced();
  EXPECT_THAT(spans_of(follower.get().value), SizeIs(1));
}

TEST_F(AdminTrace, what_the_host_itself_is_asked_is_not_sampled) {
  spans().configure({.sample_one_in = 1});
  EXPECT_THAT(spans_of(ask("trace", {Value::map({})}).value), SizeIs(0));
  EXPECT_THAT(spans_of(ask("trace", {Value::map({})}).value), SizeIs(0)) << "nor seen by who asks again";
}

TEST_F(AdminTrace, those_who_wait_are_answered_when_the_host_stops) {
  auto follower = node_.send("lodge", "trace", {Value::map({{"wait_ms", 60'000}})});
  ASSERT_TRUE(rig::eventually([&] { return spans().listened(); }));
  span_follow_.end();
  EXPECT_THAT(spans_of(follower.get().value), SizeIs(0));
}

TEST_F(AdminTrace, questions_that_are_wrong_are_told_so) {
  EXPECT_THAT(said("trace", {Value::map({{"trace", "x"}})}),
              HasSubstr("no `trace`; there are after, service, trace_id, last and wait_ms"));
  EXPECT_THAT(said("trace", {Value::map({{"trace_id", "4BF92F"}})}), HasSubstr("32 hex digits"));
  EXPECT_THAT(said("trace", {Value::map({{"service", 1}})}), HasSubstr("service: expected text"));
  EXPECT_THAT(said("trace", {1}), HasSubstr("expected a map"));
}

}  // namespace
}  // namespace lodge::control
