// lodge.trace/1 at the border: spans of plugins, and who hears of what is traced.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "rig/node.hpp"

namespace lodge::service {
namespace {

using rig::Lender;
using rig::Node;
using rig::ScriptedPlugin;
using rig::Seen;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using wire::Value;

/// One service with a plugin that lends its host, and one that listens where it is told to.
class PluginSpansOfANode : public ::testing::Test {
 protected:
  PluginSpansOfANode() { node_.add(one_.plugin, other_.plugin); }
  void SetUp() override {
    ASSERT_TRUE(node_.start("one", {"one"}));
    ASSERT_TRUE(node_.start("other", {"other"}));
    sampled_.trace_id[0] = 1;
    sampled_.span_id[0] = 1;
    sampled_.flags = LODGE_TRACE_SAMPLED;
  }
  void TearDown() override { EXPECT_TRUE(node_.runtime().stop_all(std::chrono::seconds(10))); }

  [[nodiscard]] const lodge_trace_v1& table() const { return rig::table<lodge_trace_v1>(one_.host); }
  static lodge_span_parent below(const lodge_trace& trace) {
    return {sizeof(lodge_span_parent), nullptr, 0, 0, &trace};
  }
  static lodge_span_parent within(lodge_handle span) { return {sizeof(lodge_span_parent), nullptr, 0, span, nullptr}; }
  /// A span of `one`; its handle.
  lodge_handle begin(const lodge_span_parent& parent, std::string_view name = "work") {
    lodge_handle span = 0;
    EXPECT_EQ(table().begin(one_.host, &parent, name.data(), name.size(), &span, &context_), LODGE_OK);
    return span;
  }
  std::int32_t set(lodge_handle span, std::string_view key, std::string_view value) {
    return table().set(one_.host, span, key.data(), key.size(), value.data(), value.size());
  }
  std::int32_t event(lodge_handle span, std::string_view text) {
    return table().event(one_.host, span, text.data(), text.size());
  }
  std::int32_t end(lodge_handle span, std::int32_t code = LODGE_OK, std::string_view text = "") {
    return table().end(one_.host, span, code, text.data(), text.size());
  }
  [[nodiscard]] std::vector<SpanRecord> recorded() { return node_.runtime().spans().ring().read({}).records; }

  Lender one_{"one"}, other_{"other"};
  lodge_trace sampled_{};
  lodge_trace context_{};
  Node node_;
};

TEST_F(PluginSpansOfANode, are_kept_with_what_was_said_of_them) {
  const lodge_handle outer = begin(below(sampled_), "outer");
  const lodge_handle inner = begin(within(outer), "inner");
  EXPECT_EQ(set(inner, "rows", "3"), LODGE_OK);
  EXPECT_EQ(set(inner, "rows", "4"), LODGE_OK);
  EXPECT_EQ(event(inner, "halfway"), LODGE_OK);
  EXPECT_EQ(end(inner, LODGE_NOT_FOUND, "no such row"), LODGE_OK);
  EXPECT_EQ(end(outer), LODGE_OK);
  const std::vector<SpanRecord> records = recorded();
  ASSERT_THAT(records, SizeIs(2));
  const SpanRecord& first = records[0];
  EXPECT_EQ(first.name, "inner");
  EXPECT_EQ(first.service, "one");
  EXPECT_EQ(first.plugin, "one");
  EXPECT_FALSE(first.call);
  EXPECT_EQ(first.code, Code::NOT_FOUND);
  EXPECT_EQ(first.error, "no such row");
  EXPECT_THAT(first.attributes, ElementsAre(Pair("rows", "4")));
  ASSERT_THAT(first.events, SizeIs(1));
  EXPECT_EQ(first.events[0].text, "halfway");
  EXPECT_EQ(first.parent_id, records[1].span_id);
  EXPECT_EQ(records[1].parent_id[0], 1);
  EXPECT_EQ(first.trace_id[0], 1);
}

TEST_F(PluginSpansOfANode, that_nobody_wants_are_nothing_and_may_be_used) {
  const lodge_span_parent nothing{sizeof(lodge_span_parent), nullptr, 0, 0, nullptr};
  EXPECT_EQ(table().wanted(one_.host, nullptr), 0);
  const lodge_handle span = begin(nothing);
  EXPECT_EQ(span, 0U);
  EXPECT_NE(lodge_no_id(context_.trace_id, 16), 0);
  EXPECT_EQ(set(span, "a", "b"), LODGE_OK);
  EXPECT_EQ(event(span, "x"), LODGE_OK);
  EXPECT_EQ(end(span), LODGE_OK);
  EXPECT_THAT(recorded(), IsEmpty());
  sampled_.flags = 0;
  EXPECT_EQ(begin(below(sampled_)), 0U);
  EXPECT_EQ(context_.trace_id[0], 1) << "calls within it carry on what there is";
}

TEST_F(PluginSpansOfANode, begin_traces_of_their_own_where_somebody_listens) {
  node_.runtime().spans().listen(node_.clock().now() + 60'000'000'000);
  EXPECT_EQ(table().wanted(one_.host, nullptr), 1);
  const lodge_handle span = begin({sizeof(lodge_span_parent), nullptr, 0, 0, nullptr});
  EXPECT_NE(span, 0U);
  EXPECT_EQ(end(span), LODGE_OK);
  ASSERT_THAT(recorded(), SizeIs(1));
  EXPECT_EQ(recorded()[0].parent_id, SpanId{});
}

TEST_F(PluginSpansOfANode, are_void_once_they_have_ended_and_to_others) {
  const lodge_handle span = begin(below(sampled_));
  EXPECT_EQ(rig::table<lodge_trace_v1>(other_.host).end(other_.host, span, 0, "", 0), LODGE_STALE);
  EXPECT_EQ(end(span), LODGE_OK);
  EXPECT_EQ(end(span), LODGE_STALE);
  EXPECT_EQ(set(span, "a", "b"), LODGE_STALE);
  EXPECT_EQ(event(span, "a"), LODGE_STALE);
  EXPECT_EQ(table().discard(one_.host, span), LODGE_STALE);
  const lodge_span_parent gone = within(span);
  lodge_handle more = 0;
  EXPECT_EQ(table().begin(one_.host, &gone, "x", 1, &more, &context_), LODGE_STALE);
  EXPECT_EQ(table().wanted(one_.host, &gone), 0);
  const lodge_call call{};
  const lodge_span_parent nowhere{sizeof(lodge_span_parent), &call, 0, 0, nullptr};
  EXPECT_EQ(table().begin(one_.host, &nowhere, "x", 1, &more, &context_), LODGE_STALE);
}

TEST_F(PluginSpansOfANode, that_make_no_sense_are_refused) {
  lodge_handle span = 0;
  lodge_span_parent parent = below(sampled_);
  EXPECT_EQ(table().begin(one_.host, &parent, "", 0, &span, &context_), LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(table().begin(one_.host, &parent, "x", 1, nullptr, &context_), LODGE_INVALID_ARGUMENT);
  parent.span = 7;
  EXPECT_EQ(table().begin(one_.host, &parent, "x", 1, &span, &context_), LODGE_INVALID_ARGUMENT) << "two parents";
  parent = below(sampled_);
  parent.struct_size = 8;
  EXPECT_EQ(table().begin(one_.host, &parent, "x", 1, &span, &context_), LODGE_INVALID_ARGUMENT);
}

TEST_F(PluginSpansOfANode, that_are_discarded_leave_nothing) {
  const lodge_handle span = begin(below(sampled_));
  EXPECT_EQ(table().discard(one_.host, span), LODGE_OK);
  EXPECT_THAT(recorded(), IsEmpty());
}

TEST_F(PluginSpansOfANode, hold_so_much_and_count_the_rest) {
  const lodge_handle span = begin(below(sampled_), std::string(1000, 'n'));
  for (int i = 0; i < LODGE_SPAN_ATTRIBUTES_MAX + 2; ++i) {
    EXPECT_EQ(set(span, std::to_string(i), std::string(1000, 'v')), LODGE_OK);
    EXPECT_EQ(event(span, "x"), LODGE_OK);
  }
  EXPECT_EQ(end(span, LODGE_INTERNAL, std::string(100'000, 'e')), LODGE_OK);
  const SpanRecord record = recorded().at(0);
  EXPECT_EQ(record.name.size(), std::size_t{LODGE_SPAN_TEXT_MAX});
  EXPECT_THAT(record.attributes, SizeIs(LODGE_SPAN_ATTRIBUTES_MAX));
  EXPECT_EQ(record.attributes[0].second.size(), std::size_t{LODGE_SPAN_TEXT_MAX});
  EXPECT_EQ(record.error.size(), std::size_t{LODGE_SPAN_TEXT_MAX});
  EXPECT_EQ(record.dropped, 4U);
}

TEST_F(PluginSpansOfANode, so_many_go_on_in_one_instance) {
  std::vector<lodge_handle> all;
  for (int i = 0; i < LODGE_SPANS_MAX; ++i) all.push_back(begin(below(sampled_)));
  const lodge_span_parent parent = below(sampled_);
  lodge_handle more = 0;
  EXPECT_EQ(table().begin(one_.host, &parent, "x", 1, &more, &context_), LODGE_RESOURCE_EXHAUSTED);
  EXPECT_EQ(end(all[17]), LODGE_OK);
  EXPECT_NE(begin(below(sampled_)), 0U);
}

TEST_F(PluginSpansOfANode, end_with_their_instance) {
  const lodge_handle span = begin(below(sampled_));
  EXPECT_EQ(node_.want("one", Admin::inactive), Running::stopped);
  ASSERT_THAT(recorded(), SizeIs(1));
  EXPECT_EQ(recorded()[0].code, Code::CANCELLED);
  EXPECT_EQ(end(span), LODGE_STALE);
  EXPECT_EQ(table().listened(one_.host, LODGE_TRACE_EVENT), 0);
}

TEST_F(PluginSpansOfANode, may_be_used_from_many_threads) {
  std::vector<std::thread> threads;
  const lodge_handle shared = begin(below(sampled_), "shared");
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this, shared] {
      const lodge_span_parent parent = below(sampled_);
      for (int round = 0; round < 200; ++round) {
        lodge_handle span = 0;
        lodge_trace context{};
        EXPECT_EQ(table().begin(one_.host, &parent, "x", 1, &span, &context), LODGE_OK);
        EXPECT_EQ(set(shared, "round", std::to_string(round)), LODGE_OK);
        EXPECT_EQ(end(span), LODGE_OK);
        static_cast<void>(node_.runtime().spans().ring().read({.last = 1}));
      }
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(end(shared), LODGE_OK);
  const SpanQuery all{.records_max = 10'000, .bytes_max = SIZE_MAX};
  EXPECT_THAT(node_.runtime().spans().ring().read(all).records, SizeIs(4 * 200 + 1));
}

/// A service of a plugin that tells, and one in front of `quiet`, which listens.
class ListenersOfANode : public ::testing::Test {
 protected:
  ListenersOfANode() {
    teller_.callback("tell", 1, [this](const Seen& seen) { return tell(seen); });
    teller_.callback(
        "tell_quickly", 1, [this](const Seen& seen) { return tell(seen); }, LODGE_QUICK);
    listener_.callback("trace_event", 1, [this](const Seen& seen) { return hear(seen); });
    node_.add(teller_, listener_);
  }
  void TearDown() override { EXPECT_TRUE(node_.runtime().stop_all(std::chrono::seconds(10))); }

  /// What comes of telling the argument: {listened, code, answer}.
  std::int32_t tell(const Seen& seen) {
    const auto& trace = seen.table<lodge_trace_v1>();
    const int listened = trace.listened(seen.host, LODGE_TRACE_EVENT);
    const Bytes record = seen.args()[0].pack();
    Writer answer;
    const std::int32_t code = trace.tell(seen.host, LODGE_TRACE_EVENT, record.data(), record.size(), &answer);
    const Value said = code == LODGE_OK ? Value::unpack(answer.view()).value() : Value(text_of(answer.view()));
    return seen.done(Value::List{listened, code, said});
  }
  std::int32_t hear(const Seen& seen) {
    EXPECT_EQ(text_of(seen.call->caller), "s");
    // What it does itself is nobody's business.
    EXPECT_EQ(seen.table<lodge_trace_v1>().listened(seen.host, LODGE_TRACE_EVENT), 0);
    const Value record = seen.args()[0];
    if (record == Value("refuse")) return seen.fail(LODGE_ABORTED, "not that");
    return record == Value("replace") ? seen.done(Value()) : std::int32_t{LODGE_CONTINUE};
  }
  std::string told(const Value& what, const std::string& how = "tell") {
    const rig::Answer answer = node_.call("s", how, {what});
    EXPECT_EQ(answer.code, Code::OK) << answer.message;
    std::string out;
    for (const Value& each : *answer.value.as_list()) {
      out += each.as_int() != nullptr    ? std::to_string(*each.as_int())
             : each.as_text() != nullptr ? *each.as_text()
                                         : "nil";
      out += " ";
    }
    return out;
  }

  ScriptedPlugin teller_{"teller"}, listener_{"listener"};
  Node node_;
};

TEST_F(ListenersOfANode, hear_pass_on_replace_and_fail) {
  ASSERT_TRUE(node_.start("s", {"listener", "teller"}));
  EXPECT_EQ(told("x"), "1 0 x ") << "a chain that runs out answers with what it was given";
  EXPECT_EQ(told("replace"), "1 0 nil ");
  EXPECT_EQ(told("refuse"), "1 " + std::to_string(LODGE_ABORTED) + " not that ");
}

TEST_F(ListenersOfANode, are_not_asked_in_quick_callbacks_unless_they_are_quick) {
  ASSERT_TRUE(node_.start("s", {"listener", "teller"}));
  EXPECT_EQ(told("x", "tell_quickly"), "1 " + std::to_string(LODGE_FAILED_PRECONDITION) + "  ");
}

TEST_F(ListenersOfANode, that_are_not_there_cost_a_look) {
  ASSERT_TRUE(node_.start("s", {"teller"}));
  EXPECT_EQ(told("x"), "0 " + std::to_string(LODGE_NOT_FOUND) + "  ");
}

TEST_F(ListenersOfANode, get_one_value_of_a_kind_that_there_is) {
  Lender lender("lender");
  node_.add(lender.plugin);
  ASSERT_TRUE(node_.start("s", {"listener", "lender"}));
  const auto& trace = rig::table<lodge_trace_v1>(lender.host);
  Writer answer;
  const std::uint8_t values[] = {1, 2};
  EXPECT_EQ(trace.tell(lender.host, LODGE_TRACE_EVENT, values, 2, &answer), LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(trace.tell(lender.host, LODGE_TRACE_EVENT, values, 0, &answer), LODGE_INVALID_ARGUMENT);
  for (const std::uint32_t kind : {0U, 6U}) {
    EXPECT_EQ(trace.tell(lender.host, kind, values, 1, &answer), LODGE_INVALID_ARGUMENT);
    EXPECT_EQ(trace.listened(lender.host, kind), 0);
  }
  EXPECT_TRUE(node_.runtime().stop_all(std::chrono::seconds(10)));
}

}  // namespace
}  // namespace lodge::service
