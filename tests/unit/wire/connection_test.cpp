#include "wire/connection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>

#include "wire/connection_fixture.hpp"

namespace lodge::wire {
namespace {

using testing::HasSubstr;

Bytes call_frame(std::uint64_t id, std::size_t size = 0) {
  Writer writer;
  const Bytes args = Value(std::string(size, 'x')).pack();
  EXPECT_TRUE(append_call(writer, {.kind = FrameKind::call, .id = id},
                          {.service = "s", .name = "n", .args = PackedValues::vouched(args, 1)})
                  .ok());
  return writer.take();
}

// All that comes until the other side closes.
Bytes read_to_end(const UniqueFd& fd) {
  Bytes out;
  std::uint8_t buffer[65536];
  for (ssize_t got = 0; (got = ::recv(fd.get(), buffer, sizeof buffer, 0)) > 0;) {
    out.insert(out.end(), buffer, buffer + got);
  }
  return out;
}

TEST_F(ConnectionTest, takes_frames_that_come_byte_by_byte) {
  const UniqueFd peer = open_pair();
  for (const std::uint8_t byte : call_frame(1, 40)) write_all(peer, {&byte, 1});
  EXPECT_TRUE(rig::eventually([this] { return frames() == 1; }));
}

TEST_F(ConnectionTest, tells_that_the_other_side_has_closed) {
  UniqueFd peer = open_pair();
  peer.reset();
  EXPECT_EQ(reason().code, Code::UNAVAILABLE);
}

TEST_F(ConnectionTest, closes_on_garbage_and_says_why) {
  const UniqueFd peer = open_pair();
  write_all(peer, view_of("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  EXPECT_THAT(reason().message, HasSubstr("bad frame"));
  const Bytes last_words = read_to_end(peer);
  const Result<Frame> goaway = parse_frame(last_words);
  ASSERT_TRUE(goaway.ok());
  EXPECT_EQ(goaway->header.kind, FrameKind::goaway);
  EXPECT_THAT(*parse_goaway(goaway->body), HasSubstr("bad frame"));
}

// Two calls and garbage, in one write.
Bytes two_calls_and_garbage() {
  Bytes bytes = call_frame(1);
  const Bytes second = call_frame(2);
  bytes.insert(bytes.end(), second.begin(), second.end());
  bytes.insert(bytes.end(), 100, 0xff);
  return bytes;
}

TEST_F(ConnectionTest, answers_the_calls_before_garbage_and_closes_then) {
  const UniqueFd peer = open_pair();
  write_all(peer, two_calls_and_garbage());
  ASSERT_TRUE(rig::eventually([this] { return frames() == 2; }));
  for (const std::uint64_t id : {1, 2}) {
    EXPECT_TRUE(connection->send(reply_frame(id, Value(1).pack())).ok()) << "it waits for its answers";
    connection->finished();
  }
  FrameReader reader;
  const Bytes all = read_to_end(peer);
  const auto room = reader.room();
  std::copy(all.begin(), all.end(), room.begin());
  reader.filled(all.size());
  std::set<std::uint64_t> answered;
  std::uint64_t last_accepted = 0;
  for (auto frame = reader.next(); frame && frame->has_value(); frame = reader.next()) {
    const FrameHeader& header = (*frame)->header;
    if (header.kind == FrameKind::reply) answered.insert(header.id);
    if (header.kind == FrameKind::goaway) last_accepted = header.id;
  }
  EXPECT_EQ(last_accepted, 2U);
  EXPECT_EQ(answered, (std::set<std::uint64_t>{1, 2})) << "as the goaway says";
  EXPECT_THAT(reason().message, HasSubstr("bad frame"));
}

TEST_F(ConnectionTest, waits_for_no_answers_when_the_other_side_has_gone) {
  UniqueFd peer = open_pair();
  write_all(peer, two_calls_and_garbage());
  ASSERT_TRUE(rig::eventually([this] { return frames() == 2; }));
  peer.reset();
  EXPECT_EQ(reason().code, Code::UNAVAILABLE);
}

TEST_F(ConnectionTest, waits_for_no_answers_when_it_is_asked_to_close_without) {
  const UniqueFd peer = open_pair();
  write_all(peer, two_calls_and_garbage());
  ASSERT_TRUE(rig::eventually([this] { return frames() == 2; }));
  connection->close_after_writing({Code::CANCELLED, "the host goes"});
  EXPECT_THAT(reason().message, HasSubstr("bad frame")) << "the first reason is told";
}

TEST_F(ConnectionTest, closes_on_a_frame_beyond_the_limit) {
  const UniqueFd peer = open_pair({.limits = {.frame_bytes_max = 1000}});
  write_all(peer, ByteView(call_frame(1, 2000)).first(4));
  EXPECT_EQ(reason().code, Code::RESOURCE_EXHAUSTED);
}

TEST_F(ConnectionTest, closes_when_a_frame_does_not_complete_in_time) {
  const UniqueFd peer = open_pair({.frame_timeout_ns = 5'000'000});
  write_all(peer, ByteView(call_frame(1)).first(10));
  EXPECT_EQ(reason().code, Code::DEADLINE_EXCEEDED);
}

TEST_F(ConnectionTest, closes_when_nothing_is_read_for_too_long) {
  const UniqueFd peer = open_pair({.write_timeout_ns = 5'000'000});
  EXPECT_TRUE(connection->send(Bytes(8U << 20)).ok());
  EXPECT_EQ(reason().code, Code::DEADLINE_EXCEEDED);
}

TEST_F(ConnectionTest, closes_when_too_much_waits_for_a_peer_that_never_reads) {
  const UniqueFd peer = open_pair({.out_bytes_max = 1U << 20});
  Status status;
  for (int i = 0; i < 100 && status.ok(); ++i) status = connection->send(Bytes(100'000));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, Code::RESOURCE_EXHAUSTED);
  EXPECT_EQ(reason().code, Code::RESOURCE_EXHAUSTED);
  EXPECT_EQ(connection->send(Bytes(1)).error().code, Code::UNAVAILABLE);
}

TEST_F(ConnectionTest, writes_whole_frames_from_many_threads) {
  const UniqueFd peer = open_pair();
  constexpr std::size_t each = 500;
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (std::size_t i = 0; i < each; ++i) {
        EXPECT_TRUE(connection->send(reply_frame(t * each + i, Bytes(i * 3, static_cast<std::uint8_t>(t)))).ok());
      }
    });
  }
  FrameReader reader;
  std::vector<int> seen(4 * each);
  for (std::size_t count = 0; count < seen.size();) {
    const std::span<std::uint8_t> room = reader.room();
    const ssize_t got = ::recv(peer.get(), room.data(), room.size(), 0);
    ASSERT_GT(got, 0);
    reader.filled(static_cast<std::size_t>(got));
    for (;;) {
      Result<std::optional<Frame>> frame = reader.next();
      ASSERT_TRUE(frame.ok()) << frame.error().text();
      if (!frame->has_value()) break;
      ++seen[(*frame)->header.id];
      ++count;
    }
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(seen, testing::Each(1));
}

TEST_F(ConnectionTest, stops_reading_while_too_many_calls_are_in_flight) {
  const UniqueFd peer = open_pair({.in_flight_max = 4});
  for (std::uint64_t id = 1; id <= 10; ++id) write_all(peer, call_frame(id));
  EXPECT_TRUE(rig::eventually([this] { return frames() == 4; }));
  on_loop([] {});
  EXPECT_EQ(frames(), 4U);
  for (int i = 0; i < 2; ++i) connection->finished();
  EXPECT_TRUE(rig::eventually([this] { return frames() == 6; }));
  for (int i = 0; i < 4; ++i) connection->finished();
  EXPECT_TRUE(rig::eventually([this] { return frames() == 10; }));
  EXPECT_EQ(connection->in_flight(), 4U);
}

TEST_F(ConnectionTest, goes_on_when_calls_finish_on_other_threads_while_it_pauses) {
  const UniqueFd peer = open_pair({.in_flight_max = 2});
  constexpr std::uint64_t calls = 2000;
  std::thread writer([&] {
    for (std::uint64_t id = 1; id <= calls; ++id) write_all(peer, call_frame(id));
  });
  for (std::size_t done = 0; done < calls; ++done) {
    ASSERT_TRUE(rig::eventually([&] { return frames() > done; }));
    connection->finished();
  }
  writer.join();
}

TEST_F(ConnectionTest, writes_what_waits_before_it_closes) {
  const UniqueFd peer = open_pair();
  const Bytes large = reply_frame(1, Bytes(4U << 20, 7));
  EXPECT_TRUE(connection->send(large).ok());
  connection->close_after_writing({Code::CANCELLED, "done"});
  EXPECT_EQ(read_to_end(peer), large);
  EXPECT_EQ(reason().message, "done");
}

TEST_F(ConnectionTest, may_be_sent_to_while_it_closes) {
  const UniqueFd peer = open_pair();
  std::thread sender([this] {
    while (connection->send(reply_frame(1, Bytes(100))).ok()) {
    }
  });
  std::thread reader([&] { read_to_end(peer); });
  connection->close({Code::CANCELLED, "enough"});
  sender.join();
  reader.join();
  EXPECT_EQ(reason().message, "enough");
}

}  // namespace
}  // namespace lodge::wire
