// Traced calls: each has a span of its own below that of its caller, however it is made.
#include "service/spans.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "rig/node.hpp"

namespace lodge::service {
namespace {

using rig::Node;
using rig::ScriptedPlugin;
using rig::Seen;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using wire::Value;

lodge_trace trace_of(std::uint8_t id, std::uint32_t flags) {
  lodge_trace out{};
  out.trace_id[0] = id;
  out.span_id[7] = id;
  out.flags = flags;
  return out;
}

std::string id_of(const lodge_trace* trace) {
  if (trace == nullptr) return "none";
  SpanId id;
  std::copy(std::begin(trace->span_id), std::end(trace->span_id), id.begin());
  return hex_of(id);
}

/// Services first, second and third, each of which has `hop`: it calls the next one in the way that its plugin is told.
class TracedCalls : public ::testing::Test {
 protected:
  TracedCalls() {
    for (ScriptedPlugin* each : {&first_, &second_}) {
      each->callback("by_call", 0, [](const Seen& seen) { return call_next(seen, {.call = seen.call}, "hop"); });
      each->callback("by_trace", 0, [this](const Seen& seen) {
        return call_next(seen, {.call = seen.call, .trace = &elsewhere_}, "hop");
      });
      each->callback("by_start", 0, [](const Seen& seen) { return start_next(seen); });
      each->callback("fails", 0, [](const Seen& seen) { return seen.fail(LODGE_NOT_FOUND, "no such word"); });
    }
    second_.callback("hop", 0, [](const Seen& seen) { return call_next(seen, {.call = seen.call}, "hop"); });
    third_.callback("hop", 0, [this](const Seen& seen) {
      seen_ = seen.call->trace != nullptr ? std::optional(*seen.call->trace) : std::nullopt;
      return seen.done(3);
    });
    node_.add(first_, second_, third_);
  }
  void SetUp() override {
    ASSERT_TRUE(node_.start("first", {"first"}));
    ASSERT_TRUE(node_.start("second", {"second"}));
    ASSERT_TRUE(node_.start("third", {"third"}));
  }
  void TearDown() override { EXPECT_TRUE(node_.runtime().stop_all(std::chrono::seconds(10))); }

  struct Above {
    const lodge_call* call = nullptr;
    lodge_handle ticket = 0;
    const lodge_trace* trace = nullptr;
  };
  static lodge_call_options options(const Above& above) {
    return {sizeof(lodge_call_options), 0, 0, 0, above.call, above.ticket, above.trace};
  }
  static std::string next(const Seen& seen) { return text_of(seen.call->service) == "first" ? "second" : "third"; }
  static std::int32_t call_next(const Seen& seen, const Above& above, std::string_view name) {
    const lodge_call_options how = options(above);
    Writer reply;
    const lodge_handle target = seen.target(next(seen), name);
    const std::int32_t code = seen.table<lodge_call_v1>().call(seen.host, target, nullptr, 0, &how, &reply, nullptr);
    return code == LODGE_OK ? seen.done(1) : seen.fail(code, text_of(reply.view()));
  }
  /// Takes the ticket and answers with what the next one has answered.
  static std::int32_t start_next(const Seen& seen) {
    struct Waiting {
      const lodge_host* host;
      lodge_handle ticket;
    };
    auto* const waiting = new Waiting{seen.host, seen.defer()};
    const lodge_call_options how = options({.ticket = waiting->ticket});
    const auto done = [](void* user, std::int32_t code, std::int32_t, const lodge_slice* reply) {
      const std::unique_ptr<Waiting> self(static_cast<Waiting*>(user));
      const ByteView body = view_of(*reply);
      rig::table<lodge_call_v1>(self->host)
          .complete(self->host, self->ticket, code == LODGE_OK ? std::int32_t{LODGE_DONE} : code, body.data(),
                    body.size());
    };
    EXPECT_EQ(seen.table<lodge_call_v1>().start(seen.host, seen.target(next(seen), "hop"), nullptr, 0, &how, done,
                                                waiting, nullptr),
              LODGE_OK);
    return LODGE_DEFERRED;
  }

  /// One call from outside, as part of that trace; what became of it.
  Code call(const std::string& name, const lodge_trace* trace = nullptr) {
    class Take final : public AnswerTo {
     public:
      explicit Take(std::promise<Code>& to) : to_(to) {}
      void answer(Code code, Executed, ByteView) override { to_.set_value(code); }

     private:
      std::promise<Code>& to_;
    };
    std::promise<Code> answered;
    const CallRequest request{.name = name,
                              .args = wire::PackedValues::vouched({}, 0),
                              .flags = LODGE_CALL_OUTSIDE,
                              .deadline = node_.clock().now() + 10'000'000'000,
                              .trace = trace};
    auto prepared = node_.runtime().calls().prepare("first", request, true, std::make_unique<Take>(answered));
    EXPECT_TRUE(prepared);
    (*prepared)->submitted();
    Task* const task = prepared->get();
    EXPECT_EQ(node_.workers().submit({&task, 1}), 1U);
    return answered.get_future().get();
  }
  Spans& spans() { return node_.runtime().spans(); }
  [[nodiscard]] std::vector<SpanRecord> recorded() {
    std::vector<SpanRecord> out = spans().ring().read({}).records;
    std::sort(out.begin(), out.end(), [](const auto& left, const auto& right) { return left.service < right.service; });
    return out;
  }
  /// That each is below the one before it, the first below `parent`, all in the same trace.
  static void expect_chain(const std::vector<SpanRecord>& records, const SpanId& parent) {
    SpanId above = parent;
    for (const SpanRecord& each : records) {
      EXPECT_EQ(each.parent_id, above) << each.service;
      EXPECT_EQ(each.trace_id, records.front().trace_id);
      EXPECT_NE(each.span_id, SpanId{});
      above = each.span_id;
    }
  }

  ScriptedPlugin first_{"first"}, second_{"second"}, third_{"third"};
  std::optional<lodge_trace> seen_;  ///< by the third one
  lodge_trace elsewhere_ = trace_of(9, LODGE_TRACE_SAMPLED);
  Node node_;
};

constexpr SpanId span_one{0, 0, 0, 0, 0, 0, 0, 1};

TEST_F(TracedCalls, that_bring_no_trace_have_none) {
  EXPECT_EQ(call("by_call"), Code::OK);
  EXPECT_FALSE(seen_);
  EXPECT_THAT(recorded(), IsEmpty());
}

TEST_F(TracedCalls, are_spans_below_one_another) {
  const lodge_trace trace = trace_of(1, LODGE_TRACE_SAMPLED);
  EXPECT_EQ(call("by_call", &trace), Code::OK);
  const std::vector<SpanRecord> records = recorded();
  ASSERT_THAT(records, SizeIs(3));
  expect_chain(records, span_one);
  EXPECT_EQ(records[0].trace_id[0], 1);
  EXPECT_EQ(records[0].name, "by_call/0");
  EXPECT_EQ(records[1].name, "hop/0");
  EXPECT_EQ(records[1].plugin, "second");
  EXPECT_TRUE(records[1].call);
  EXPECT_GE(records[0].took_ns, records[1].took_ns);
  EXPECT_GE(records[1].began_wall_ns, records[0].began_wall_ns);
  EXPECT_EQ(id_of(&*seen_), hex_of(records[2].span_id)) << "a link sees the span of its own call";
}

TEST_F(TracedCalls, go_on_through_tickets_and_calls_that_are_started) {
  const lodge_trace trace = trace_of(1, LODGE_TRACE_SAMPLED);
  EXPECT_EQ(call("by_start", &trace), Code::OK);
  ASSERT_THAT(recorded(), SizeIs(3));
  expect_chain(recorded(), span_one);
}

TEST_F(TracedCalls, are_part_of_the_trace_that_their_caller_names) {
  const lodge_trace trace = trace_of(1, LODGE_TRACE_SAMPLED);
  EXPECT_EQ(call("by_trace", &trace), Code::OK);
  const std::vector<SpanRecord> records = recorded();
  ASSERT_THAT(records, SizeIs(3));
  EXPECT_EQ(records[0].trace_id[0], 1);
  EXPECT_EQ(records[1].trace_id[0], 9);
  EXPECT_EQ(records[1].parent_id[7], 9);
  elsewhere_ = {};
  EXPECT_EQ(call("by_trace", &trace), Code::OK);
  EXPECT_FALSE(seen_) << "a trace of all zero is none";
}

TEST_F(TracedCalls, that_fail_say_so) {
  const lodge_trace trace = trace_of(1, LODGE_TRACE_SAMPLED);
  EXPECT_EQ(call("fails", &trace), Code::NOT_FOUND);
  const std::vector<SpanRecord> records = recorded();
  ASSERT_THAT(records, SizeIs(1));
  EXPECT_EQ(records[0].code, Code::NOT_FOUND);
  EXPECT_EQ(records[0].error, "no such word");
}

TEST_F(TracedCalls, that_are_not_sampled_pass_their_trace_on_and_leave_nothing) {
  const lodge_trace trace = trace_of(1, 0);
  EXPECT_EQ(call("by_call", &trace), Code::OK);
  EXPECT_THAT(recorded(), IsEmpty());
  EXPECT_EQ(id_of(&*seen_), id_of(&trace));
  spans().listen(node_.clock().now() + 60'000'000'000);
  EXPECT_EQ(call("by_call", &trace), Code::OK);
  EXPECT_THAT(recorded(), SizeIs(3)) << "somebody listens";
  EXPECT_EQ(seen_->flags, 0U);
}

TEST_F(TracedCalls, without_ids_are_none) {
  const lodge_trace trace = trace_of(0, LODGE_TRACE_SAMPLED);
  EXPECT_EQ(call("by_call", &trace), Code::OK);
  EXPECT_THAT(recorded(), IsEmpty());
}

TEST_F(TracedCalls, from_outside_are_sampled_as_often_as_is_said) {
  spans().configure({.sample_one_in = 3});
  for (int i = 0; i < 9; ++i) EXPECT_EQ(call("by_call"), Code::OK);
  const std::vector<SpanRecord> records = recorded();
  ASSERT_THAT(records, SizeIs(9)) << "three of them, of three spans each";
  std::set<std::string> traces;
  for (const SpanRecord& each : records) traces.insert(hex_of(each.trace_id));
  EXPECT_THAT(traces, SizeIs(3));
  EXPECT_EQ(records[0].service, "first");
  EXPECT_EQ(records[0].parent_id, SpanId{});
}

TEST_F(TracedCalls, that_nobody_answers_in_time_end_with_that) {
  ScriptedPlugin silent("silent");
  silent.callback("never", 0, [](const Seen& seen) {
    return seen.defer() != 0 ? std::int32_t{LODGE_DEFERRED} : std::int32_t{LODGE_INTERNAL};
  });
  node_.add(silent);
  ASSERT_TRUE(node_.start("silent", {"silent"}));
  spans().configure({.sample_one_in = 1});
  EXPECT_EQ(node_.call("silent", "never", {}, 5'000'000).code, Code::DEADLINE_EXCEEDED);
  const auto records = recorded();
  ASSERT_THAT(records, SizeIs(1));
  EXPECT_EQ(records[0].code, Code::DEADLINE_EXCEEDED);
  EXPECT_THAT(records[0].error, HasSubstr("never/0"));
  EXPECT_GE(records[0].took_ns, 5'000'000);
  EXPECT_TRUE(node_.runtime().stop_all(std::chrono::seconds(10)));
}

TEST_F(TracedCalls, that_are_refused_by_a_guard_are_named_as_they_were_called) {
  ScriptedPlugin guard("guard");
  guard.callback("service_call", 3, [](const Seen& seen) { return seen.fail(LODGE_PERMISSION_DENIED, "not you"); });
  guard.callback("secret", 0, [](const Seen& seen) { return seen.done(1); });
  node_.add(guard);
  ASSERT_TRUE(node_.start("guarded", {"guard"}));
  spans().configure({.sample_one_in = 1});
  EXPECT_EQ(node_.call("guarded", "secret").code, Code::PERMISSION_DENIED);
  ASSERT_THAT(recorded(), SizeIs(1));
  EXPECT_EQ(recorded()[0].name, "secret/0");
  EXPECT_TRUE(node_.runtime().stop_all(std::chrono::seconds(10)));
}

TEST(Spans, have_ids_of_their_own) {
  ManualClock clock;
  Spans spans(clock, 7);
  std::set<std::string> ids;
  const lodge_trace parent = spans.new_trace();
  for (int i = 0; i < 10'000; ++i) {
    const lodge_trace each = spans.below(parent);
    ids.insert(id_of(&each));
  }
  EXPECT_THAT(ids, SizeIs(10'000));
  EXPECT_NE(hex_of(TraceId{}), hex_of(Span(spans, parent, "x", 0).record().trace_id));
}

TEST(Spans, are_kept_in_so_many_bytes_and_picked_by_service_and_trace) {
  ManualClock clock;
  Spans spans(clock, 7);
  const auto end = [&](const std::string& service, const lodge_trace& trace) {
    Span span(spans, trace, "x", clock.now());
    span.end(service, "p", Code::OK, "");
  };
  const lodge_trace one = spans.new_trace();
  const lodge_trace other = spans.new_trace();
  end("a", one);
  end("b", one);
  end("a", other);
  TraceId id;
  std::copy(std::begin(one.trace_id), std::end(one.trace_id), id.begin());
  EXPECT_THAT(spans.ring().read({.service = "a"}).records, SizeIs(2));
  EXPECT_THAT(spans.ring().read({.trace_id = id}).records, SizeIs(2));
  EXPECT_THAT(spans.ring().read({.service = "a", .trace_id = id}).records, SizeIs(1));
  spans.configure({.kept_bytes_max = static_cast<std::uint32_t>(sizeof(SpanRecord) * 2)});
  EXPECT_THAT(spans.ring().read({}).records, SizeIs(1));
}

TEST(Spans, cut_long_texts_where_a_character_ends) {
  EXPECT_EQ(cut_text("abc", 3), "abc");
  EXPECT_EQ(cut_text("abcd", 3), "abc");
  EXPECT_EQ(cut_text("ab\xc3\xa4", 3), "ab");
}

}  // namespace
}  // namespace lodge::service
