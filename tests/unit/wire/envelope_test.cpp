#include "wire/envelope.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/writer.hpp"

namespace lodge::wire {
namespace {

using testing::HasSubstr;
using testing::Not;

Bytes args_of(const Value::List& list) {
  Bytes out;
  for (const Value& each : list) {
    const Bytes bytes = each.pack();
    out.insert(out.end(), bytes.begin(), bytes.end());
  }
  return out;
}

template <typename Append>
Frame framed(Writer& writer, Append&& append) {
  EXPECT_TRUE(append(writer).ok());
  Result<Frame> frame = parse_frame(writer.view());
  EXPECT_TRUE(frame.ok());
  return *frame;
}

TEST(Envelope, carries_a_call) {
  const Bytes args = args_of({"Ann", 7, Value::List{1, 2}});
  const CallBody call{.service = "greeter",
                      .name = "greet",
                      .caller = "shop",
                      .idempotent = true,
                      .args = PackedValues::vouched(args, 3)};
  Writer writer;
  const Frame frame =
      framed(writer, [&](Writer& to) { return append_call(to, {.kind = FrameKind::call, .id = 9}, call); });
  const Result<CallBody> back = parse_call(frame.body);
  ASSERT_TRUE(back.ok()) << back.error().text();
  EXPECT_EQ(back->service, "greeter");
  EXPECT_EQ(back->name, "greet");
  EXPECT_EQ(back->caller, "shop");
  EXPECT_TRUE(back->idempotent);
  EXPECT_EQ(back->args.count(), 3U);
  EXPECT_EQ(copy_of(back->args.bytes()), args);
}

TEST(Envelope, leaves_out_options_it_does_not_know) {
  const Bytes body =
      Value(Value::List{"s", "n", Value::map({{"new", Value::map({{"deep", Value::List{1, 2}}})}, {"caller", "c"}}),
                        Value::List{}})
          .pack();
  const Result<CallBody> call = parse_call(body);
  ASSERT_TRUE(call.ok()) << call.error().text();
  EXPECT_EQ(call->caller, "c");
  EXPECT_EQ(call->args.count(), 0U);
  EXPECT_TRUE(call->args.bytes().empty());
}

TEST(Envelope, refuses_calls_of_another_shape) {
  const Value::Map none;
  const Value::List no_args;
  for (const Value& bad :
       {Value(7), Value(Value::List{}), Value(Value::List{"s", "n", none}), Value(Value::List{1, "n", none, no_args}),
        Value(Value::List{"s", 1, none, no_args}), Value(Value::List{"s", "n", no_args, no_args}),
        Value(Value::List{"s", "n", none, none}), Value(Value::List{"s", "n", none, no_args, 1}),
        Value(Value::List{"\xff", "n", none, no_args}), Value(Value::List{"s", "n", Value::Map{{1, 2}}, no_args}),
        Value(Value::List{"s", "n", Value::map({{"caller", 1}}), no_args}),
        Value(Value::List{"s", "n", Value::map({{"idempotent", 1}}), no_args})}) {
    const Result<CallBody> call = parse_call(bad.pack());
    ASSERT_FALSE(call.ok());
    EXPECT_EQ(call.error().code, Code::INVALID_ARGUMENT);
  }
  EXPECT_FALSE(parse_call({}).ok());
  Bytes longer = Value(Value::List{"s", "n", none, no_args}).pack();
  ASSERT_TRUE(parse_call(longer).ok());
  longer.push_back(1);
  EXPECT_FALSE(parse_call(longer).ok());
}

TEST(Envelope, refuses_arguments_beyond_the_limits) {
  Value deep = 1;
  for (int i = 0; i < 70; ++i) deep = Value::List{deep};
  const Bytes body = Value(Value::List{"s", "n", Value::Map{}, Value::List{deep}}).pack();
  EXPECT_EQ(parse_call(body).error().code, Code::RESOURCE_EXHAUSTED);
  const Bytes wide = Value(Value::List{"s", "n", Value::Map{}, Value::List(100, Value(1))}).pack();
  EXPECT_EQ(parse_call(wide, {.elements_max = 100}).error().code, Code::RESOURCE_EXHAUSTED);
}

TEST(Envelope, carries_an_error) {
  Writer writer;
  const Frame frame = framed(writer, [](Writer& to) {
    return append_error(to, 4, {Code::NOT_FOUND, "no such thing", Executed::yes});
  });
  EXPECT_TRUE(frame.header.error);
  const Error error = parse_error(frame.body, frame.header.executed);
  EXPECT_EQ(error.code, Code::NOT_FOUND);
  EXPECT_EQ(error.message, "no such thing");
  EXPECT_EQ(error.executed, Executed::yes);
}

TEST(Envelope, refuses_a_call_that_no_frame_can_hold_and_says_how_large_it_is) {
  const Bytes args = Value(std::string(1000, 'x')).pack();
  Writer writer(Writer::no_limit);
  const Status status =
      append_call(writer, {.kind = FrameKind::call},
                  {.service = "s", .name = "n", .args = PackedValues::vouched(args, 1)}, {.frame_bytes_max = 1024});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, Code::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error().message, HasSubstr("a frame of 1030 bytes is larger than limits.frame_bytes_max, 1024"));
  EXPECT_EQ(writer.size, 0U);
}

TEST(Envelope, cuts_a_message_that_no_frame_can_hold) {
  const Limits limits{.frame_bytes_max = 1024};
  for (std::size_t more = 0; more < 4; ++more) {
    std::string message(more, '.');
    while (message.size() < 3000) message += "\u2026";  // three bytes: the cut comes at each of them
    Writer writer;
    ASSERT_TRUE(append_error(writer, 4, {Code::NOT_FOUND, message, Executed::yes}, limits).ok());
    EXPECT_LE(writer.size, 1024 + 4U);
    const Result<Frame> frame = parse_frame(writer.view());
    ASSERT_TRUE(frame.ok());
    const Error error = parse_error(frame->body, frame->header.executed, limits);
    EXPECT_EQ(error.code, Code::NOT_FOUND);
    EXPECT_THAT(error.message, HasSubstr("(cut: its " + std::to_string(message.size()) +
                                         " bytes are more than limits.frame_bytes_max, 1024, has room for)"));
    EXPECT_THAT(error.message, Not(HasSubstr("\\x"))) << "characters are left whole";
    EXPECT_GT(error.message.size(), 900U);
  }
}

TEST(Envelope, leaves_a_message_alone_that_just_fits) {
  const std::string message(1024 - 36, 'm');
  Writer writer;
  ASSERT_TRUE(append_error(writer, 4, {Code::NOT_FOUND, message}, {.frame_bytes_max = 1024}).ok());
  EXPECT_EQ(parse_error(parse_frame(writer.view())->body, Executed::no).message, message);
}

TEST(Envelope, turns_a_reply_that_was_begun_into_an_error) {
  Writer writer;
  const auto mark = begin_frame(writer, {.kind = FrameKind::reply, .id = 4});
  ASSERT_TRUE(mark && append(writer, view_of("half a body")));
  ASSERT_TRUE(set_error(writer, *mark, {Code::ABORTED, "lost", Executed::maybe}).ok());
  ASSERT_TRUE(end_frame(writer, *mark).ok());
  const Result<Frame> frame = parse_frame(writer.view());
  ASSERT_TRUE(frame.ok());
  EXPECT_TRUE(frame->header.error);
  EXPECT_EQ(parse_error(frame->body, frame->header.executed).text(), "ABORTED: lost");
}

TEST(Envelope, reads_errors_with_foreign_codes_and_broken_text) {
  EXPECT_EQ(parse_error(Value(Value::List{-99, "m"}).pack(), Executed::no).code, Code::UNKNOWN);
  EXPECT_EQ(parse_error(Value(Value::List{0, "m"}).pack(), Executed::no).code, Code::UNKNOWN);
  EXPECT_EQ(parse_error(Value(Value::List{INT64_MIN, "m"}).pack(), Executed::no).code, Code::UNKNOWN);
  EXPECT_EQ(parse_error(Value(Value::List{-5, "a\xff"}).pack(), Executed::no).message, "a\\xff");
  const Error bad = parse_error(Value(Value::List{"x"}).pack(), Executed::yes);
  EXPECT_EQ(bad.code, Code::INVALID_ARGUMENT);
  EXPECT_EQ(bad.executed, Executed::yes);
}

TEST(Envelope, carries_greetings_and_farewells) {
  Writer writer;
  const Frame hello =
      framed(writer, [](Writer& to) { return append_hello(to, {.name = "lodgectl", .software = "lodge 1"}); });
  const Result<HelloBody> back = parse_hello(hello.body);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->name, "lodgectl");
  EXPECT_EQ(back->software, "lodge 1");
  EXPECT_EQ(back->protocol_highest, protocol_max);
  Writer other;
  const Frame goaway = framed(other, [](Writer& to) { return append_goaway(to, 77, "draining"); });
  EXPECT_EQ(goaway.header.id, 77U);
  EXPECT_EQ(*parse_goaway(goaway.body), "draining");
}

TEST(Envelope, refuses_greetings_without_a_sensible_range) {
  for (const Value& bad :
       {Value(Value::Map{}), Value::map({{"protocol", 1}}), Value::map({{"protocol", Value::List{1}}}),
        Value::map({{"protocol", Value::List{2, 1}}}), Value::map({{"protocol", Value::List{0, 1}}}),
        Value::map({{"protocol", Value::List{1, 1}}, {"name", 7}})}) {
    EXPECT_FALSE(parse_hello(bad.pack()).ok());
  }
}

TEST(Envelope, agrees_on_the_highest_protocol_in_common) {
  const HelloBody ours{.protocol_lowest = 2, .protocol_highest = 5, .name = "a", .software = "lodge 2"};
  HelloBody theirs{.protocol_lowest = 1, .protocol_highest = 3, .name = "b", .software = "lodge 1"};
  EXPECT_EQ(*agree_on_protocol(ours, theirs), 3U);
  theirs.protocol_highest = 1;
  EXPECT_THAT(agree_on_protocol(ours, theirs).error().message, HasSubstr("speaks 2 to 5, the other (lodge 1) 1 to 1"));
}

}  // namespace
}  // namespace lodge::wire
