#include "wire/frame.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "base/writer.hpp"
#include "wire/frame_reader.hpp"

namespace lodge::wire {
namespace {

using testing::HasSubstr;

Bytes frame_of(const FrameHeader& header, ByteView body = {}) {
  Writer writer;
  EXPECT_TRUE(append_frame(writer, header, body).ok());
  return writer.take();
}

// Everything that comes out of a stream, fed in pieces of the sizes that `next_size` gives.
template <typename NextSize>
Result<std::vector<Frame>> read_all(ByteView stream, FrameReader& reader, NextSize&& next_size) {
  std::vector<Frame> frames;
  while (!stream.empty()) {
    const std::span<std::uint8_t> room = reader.room();
    EXPECT_FALSE(room.empty());
    const std::size_t size = std::min({std::size_t{next_size()}, stream.size(), room.size()});
    std::memcpy(room.data(), stream.data(), size);
    reader.filled(size);
    stream = stream.subspan(size);
    for (;;) {
      Result<std::optional<Frame>> frame = reader.next();
      if (!frame) return std::move(frame).error();
      if (!frame->has_value()) break;
      frames.push_back(std::move(**frame));
    }
  }
  return frames;
}

Code outcome_of(const Bytes& stream, const Limits& limits = {}) {
  FrameReader reader(limits);
  const Result<std::vector<Frame>> frames = read_all(stream, reader, [] { return 1000U; });
  return frames ? Code::OK : frames.error().code;
}

TEST(Frame, keeps_every_field) {
  FrameHeader header{.kind = FrameKind::call, .id = 0x1122334455667788, .deadline_left_us = 99, .trace = lodge_trace{}};
  std::memset(header.trace->trace_id, 0xaa, 16);
  std::memset(header.trace->span_id, 0xbb, 8);
  header.trace->flags = 1;
  const Bytes bytes = frame_of(header, view_of("body"));
  const Result<Frame> frame = parse_frame(bytes);
  ASSERT_TRUE(frame.ok()) << frame.error().text();
  EXPECT_EQ(frame->header.kind, FrameKind::call);
  EXPECT_EQ(frame->header.id, header.id);
  EXPECT_EQ(frame->header.deadline_left_us, 99U);
  ASSERT_TRUE(frame->header.trace.has_value());
  EXPECT_EQ(std::memcmp(frame->header.trace->trace_id, header.trace->trace_id, 16), 0);
  EXPECT_EQ(std::memcmp(frame->header.trace->span_id, header.trace->span_id, 8), 0);
  EXPECT_EQ(frame->header.trace->flags, 1U);
  EXPECT_EQ(text_of(frame->body), "body");
}

TEST(Frame, has_the_layout_that_is_written_down) {
  const Bytes bytes =
      frame_of({.kind = FrameKind::reply, .error = true, .executed = Executed::yes, .id = 5}, view_of("x"));
  EXPECT_EQ(bytes, (Bytes{21, 0, 0, 0, 3, 0x0c, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'x'}));
}

TEST(Frame, of_a_call_may_ask_for_no_answer) {
  const Bytes bytes = frame_of({.kind = FrameKind::call, .one_way = true, .id = 5, .trace = lodge_trace{}});
  EXPECT_EQ(bytes[5], 0x11);
  const Result<Frame> frame = parse_frame(bytes);
  ASSERT_TRUE(frame.ok()) << frame.error().text();
  EXPECT_TRUE(frame->header.one_way);
  EXPECT_FALSE(parse_frame(frame_of({.kind = FrameKind::call}))->header.one_way);
}

TEST(Frame, learns_its_outcome_after_its_body_was_written) {
  Writer writer;
  const auto mark = begin_frame(writer, {.kind = FrameKind::reply, .id = 1, .trace = lodge_trace{}});
  ASSERT_TRUE(mark && append(writer, view_of("body")));
  set_outcome(writer, *mark, true, Executed::maybe);
  ASSERT_TRUE(end_frame(writer, *mark).ok());
  const Result<Frame> frame = parse_frame(writer.view());
  ASSERT_TRUE(frame.ok());
  EXPECT_TRUE(frame->header.error);
  EXPECT_EQ(frame->header.executed, Executed::maybe);
  EXPECT_TRUE(frame->header.trace.has_value());
}

TEST(Frame, is_taken_back_when_it_is_too_large) {
  Writer writer;
  ASSERT_TRUE(append(writer, view_of("before")));
  const Status status = append_frame(writer, {}, Bytes(1000), {.frame_bytes_max = 1019});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, Code::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error().message, HasSubstr("a frame of 1020 bytes is larger than limits.frame_bytes_max, 1019"));
  EXPECT_EQ(text_of(writer.view()), "before");
  EXPECT_TRUE(append_frame(writer, {}, Bytes(999), {.frame_bytes_max = 1019}).ok());
}

TEST(Frame, of_a_trace_counts_it_against_the_limit) {
  Writer writer;
  const FrameHeader traced{.kind = FrameKind::call, .trace = lodge_trace{}};
  EXPECT_FALSE(append_frame(writer, traced, Bytes(100), {.frame_bytes_max = 147}).ok());
  EXPECT_TRUE(append_frame(writer, traced, Bytes(100), {.frame_bytes_max = 148}).ok());
}

TEST(Frame, that_announces_too_much_is_told_the_limit) {
  const Bytes announced{0xe9, 3, 0, 0};  // 1001
  EXPECT_THAT(frame_length(announced, {.frame_bytes_max = 1000}).error().message,
              HasSubstr("its length is 1001, beyond limits.frame_bytes_max, 1000"));
}

TEST(Frame, is_refused_when_malformed) {
  const Bytes good = frame_of({.kind = FrameKind::call});
  const std::vector<std::pair<std::size_t, std::uint8_t>> wrong = {{4, 0},    {4, 8}, {5, 0x20}, {5, 0x02},
                                                                   {5, 0x08}, {6, 1}, {7, 1},    {0, 19}};
  for (const auto& [at, byte] : wrong) {
    Bytes bad = good;
    bad[at] = byte;
    EXPECT_EQ(outcome_of(bad), Code::INVALID_ARGUMENT) << at << " " << int{byte};
  }
  Bytes traced = good;
  traced[5] = 1;
  EXPECT_THAT(parse_frame(traced).error().message, HasSubstr("trace context is cut off"));
  Bytes late = frame_of({.kind = FrameKind::ping});
  late[16] = 1;
  EXPECT_THAT(parse_frame(late).error().message, HasSubstr("a ping has no deadline"));
  Bytes one_way = frame_of({.kind = FrameKind::cancel});
  one_way[5] = 0x10;
  EXPECT_THAT(parse_frame(one_way).error().message, HasSubstr("flags 0x10 are for calls, not for a cancel"));
  Bytes executed = frame_of({.kind = FrameKind::reply});
  executed[5] = 6;
  EXPECT_THAT(parse_frame(executed).error().message, HasSubstr("executed is 3"));
}

TEST(FrameReader, reads_a_stream_in_pieces_of_any_size) {
  std::mt19937 random(1);
  Bytes stream;
  std::vector<Bytes> bodies;
  for (std::size_t i = 0; i < 300; ++i) {
    bodies.emplace_back(i % 50 == 49 ? 200'000 : random() % 300, static_cast<std::uint8_t>(i));
    const Bytes frame = frame_of({.kind = FrameKind::call, .id = i}, bodies.back());
    stream.insert(stream.end(), frame.begin(), frame.end());
  }
  for (const std::size_t most : {std::size_t{1}, std::size_t{7}, std::size_t{1000}, std::size_t{1'000'000}}) {
    FrameReader reader;
    const auto frames = read_all(stream, reader, [&] { return 1 + random() % most; });
    ASSERT_TRUE(frames.ok()) << frames.error().text();
    ASSERT_EQ(frames->size(), bodies.size());
    for (std::size_t i = 0; i < bodies.size(); ++i) {
      const Frame& frame = (*frames)[i];
      ASSERT_EQ(frame.header.id, i);
      ASSERT_TRUE(std::equal(frame.body.begin(), frame.body.end(), bodies[i].begin(), bodies[i].end())) << i;
    }
    EXPECT_EQ(reader.pending(), 0U);
  }
}

TEST(FrameReader, takes_no_memory_for_an_announced_length) {
  Bytes head = frame_of({.kind = FrameKind::call});
  const std::uint32_t length = 16U << 20;
  std::memcpy(head.data(), &length, sizeof length);
  FrameReader reader;
  const auto frames = read_all(head, reader, [] { return 1000U; });
  ASSERT_TRUE(frames.ok());
  EXPECT_TRUE(frames->empty());
  EXPECT_LE(reader.room().size(), Block::standard_size);
}

TEST(FrameReader, refuses_a_length_beyond_the_limit_at_once) {
  EXPECT_EQ(outcome_of({0xff, 0xff, 0xff, 0xff}), Code::RESOURCE_EXHAUSTED);
  EXPECT_EQ(outcome_of({0x01, 0x10, 0, 0}, {.frame_bytes_max = 4096}), Code::RESOURCE_EXHAUSTED);
  EXPECT_EQ(outcome_of({0x00, 0x10, 0, 0}, {.frame_bytes_max = 4096}), Code::OK);
}

TEST(FrameReader, uses_its_block_again_once_the_frames_are_gone) {
  const Bytes bytes = frame_of({.kind = FrameKind::ping});
  FrameReader reader;
  const std::uint8_t* first = reader.room().data();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(reader.room().data(), first);
    EXPECT_EQ(read_all(bytes, reader, [] { return 100U; })->size(), 1U);
  }
  const auto held = read_all(bytes, reader, [] { return 100U; });
  EXPECT_NE(reader.room().data(), first);
}

}  // namespace
}  // namespace lodge::wire
