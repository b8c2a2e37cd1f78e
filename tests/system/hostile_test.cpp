// Peers that break the protocol or its limits cost their own connection and nothing else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <fstream>
#include <map>

#include "base/writer.hpp"
#include "host_process.hpp"
#include "raw_peer.hpp"
#include "wire/envelope.hpp"

namespace lodge::system_test {

namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view config = R"([limits]
frame_bytes_max = 65536
depth_max = 16
connections_max = 8
out_bytes_max = 100000
frame_timeout_ms = 150
write_timeout_ms = 60000
[service.s]
plugins = ["subject"]
)";

/// A host, a client that behaves, and what is tried on them. The client must be served before, while and after.
class Hostile : public ::testing::Test {
 protected:
  Hostile() : host((directory.add_plugin("subject"), directory), config), good(host.connect()) {}

  void expect_served() {
    const auto answer = good.call("s", "echo", packed({"still there"}), 1);
    ASSERT_TRUE(answer) << answer.error().text() << "\n" << host.log();
    EXPECT_EQ(*answer, packed({"still there"}));
  }

  /// A peer that has said hello.
  [[nodiscard]] RawPeer greeted() const {
    RawPeer peer(host.socket());
    peer.send(hello_frame());
    return peer;
  }

  /// Sends that behind a hello; the reasons with which the host closes the connection.
  std::string sent_after_hello(ByteView bytes) {
    RawPeer peer = greeted();
    peer.send(bytes);
    expect_served();
    std::string reasons = goodbye(peer.until_closed());
    expect_served();
    return reasons;
  }

  /// Resident memory of the host, in KiB.
  [[nodiscard]] std::int64_t resident_kib() {
    std::ifstream status("/proc/" + std::to_string(host.process().pid()) + "/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("VmRSS:")) return std::stoll(line.substr(6));
    }
    return -1;
  }

  ScratchDirectory directory;
  HostProcess host;
  wire::Client good;
};

}  // namespace

TEST_F(Hostile, garbage_closes_its_connection) { EXPECT_THAT(sent_after_hello(Bytes(4096, 0xff)), HasSubstr("frame")); }

TEST_F(Hostile, calls_before_garbage_are_answered_as_their_goodbye_says) {
  Bytes bytes;
  for (std::uint64_t id = 1; id <= 5; ++id) {
    const Bytes call = call_frame(id, "s", "echo", packed({id}), 1);
    bytes.insert(bytes.end(), call.begin(), call.end());
  }
  bytes.insert(bytes.end(), 64, 0xff);
  RawPeer peer = greeted();
  ASSERT_TRUE(peer.send(bytes));
  std::map<std::uint64_t, Bytes> answers;
  std::uint64_t last_accepted = 0;
  for (const wire::Frame& frame : peer.until_closed()) {
    if (frame.header.kind == wire::FrameKind::goaway) last_accepted = frame.header.id;
    if (frame.header.kind == wire::FrameKind::reply && !frame.header.error)
      answers[frame.header.id] = copy_of(frame.body);
  }
  EXPECT_EQ(last_accepted, 5U);
  EXPECT_EQ(answers.size(), 5U);
  for (const auto& [id, body] : answers) EXPECT_EQ(body, packed({id}));
}

TEST_F(Hostile, a_one_way_call_outlives_its_connection) {
  Writer call;
  const Bytes args = packed({4711});
  ASSERT_TRUE(wire::append_call(call, {.kind = wire::FrameKind::call, .one_way = true, .id = 3},
                                {.service = "s", .name = "note", .args = wire::PackedValues::vouched(args, 1)}));
  {
    RawPeer peer = greeted();
    ASSERT_TRUE(peer.send(call.view()));
    const std::vector<wire::Frame> replies = peer.replies(1);
    EXPECT_FALSE(replies.back().header.error);
    EXPECT_EQ(copy_of(replies.back().body), Bytes{0xc0}) << "nil: it is queued";
  }
  EXPECT_TRUE(eventually([this] { return directory.read("journal").find("4711\n") != std::string::npos; }));
}

TEST_F(Hostile, a_length_beyond_the_limit_is_refused_before_its_bytes_come) {
  EXPECT_THAT(sent_after_hello(Bytes{0xff, 0xff, 0xff, 0x7f}), HasSubstr("65536"));
}

TEST_F(Hostile, a_length_too_short_for_a_frame_closes_its_connection) {
  EXPECT_THAT(sent_after_hello(Bytes{3, 0, 0, 0, 1, 1, 1}), HasSubstr("frame"));
}

TEST_F(Hostile, a_peer_that_goes_in_the_middle_of_a_frame_leaves_nothing_behind) {
  {
    RawPeer peer = greeted();
    Bytes frame = call_frame(1, "s", "echo", packed({"never whole"}), 1);
    frame.resize(frame.size() - 3);
    ASSERT_TRUE(peer.send(frame));
  }
  expect_served();
  EXPECT_TRUE(eventually([&] { return *host.call("lodge", "status", {})->find("connections")->as_int() == 2; }))
      << "the good client, and the one that asks";
}

TEST_F(Hostile, arguments_nested_too_deeply_close_their_connection) {
  Bytes deep(500, 0x91);  // lists of one, within one another
  deep.push_back(0xc0);
  EXPECT_THAT(sent_after_hello(call_frame(1, "s", "echo", deep, 1)), HasSubstr("16"));
}

TEST_F(Hostile, a_call_of_garbage_closes_its_connection) {
  EXPECT_NE(sent_after_hello(call_frame(1, "s", "echo", Bytes{0xc1, 0xc1}, 1)), "");
}

TEST_F(Hostile, a_name_that_leaves_no_room_for_its_refusal_is_refused_all_the_same) {
  RawPeer peer = greeted();
  ASSERT_TRUE(peer.send(call_frame(7, "s", std::string(65'500, 'n'), packed({1}), 1)));
  const std::vector<wire::Frame> replies = peer.replies(1);
  const Error error = wire::parse_error(replies.back().body, replies.back().header.executed);
  EXPECT_EQ(error.code, Code::UNIMPLEMENTED);
  EXPECT_THAT(error.message, HasSubstr("limits.frame_bytes_max"));
  expect_served();
}

TEST_F(Hostile, a_second_hello_closes_its_connection) {
  EXPECT_THAT(sent_after_hello(hello_frame()), HasSubstr("only the first frame"));
}

TEST_F(Hostile, a_peer_that_never_says_hello_is_sent_away) {
  RawPeer silent(host.socket());
  EXPECT_THAT(goodbye(silent.until_closed()), HasSubstr("no hello came"));
  expect_served();
}

TEST_F(Hostile, a_first_frame_that_is_no_hello_closes_its_connection_with_the_reason) {
  RawPeer peer(host.socket());
  ASSERT_TRUE(peer.send(call_frame(1, "s", "note", packed({1}), 1)));
  EXPECT_THAT(goodbye(peer.until_closed()), HasSubstr("hello"));
  EXPECT_FALSE(directory.has("journal")) << "the call did not run";
  expect_served();
}

TEST_F(Hostile, a_frame_that_only_a_host_sends_closes_its_connection_with_the_reason) {
  Writer reply;
  ASSERT_TRUE(wire::append_frame(reply, {.kind = wire::FrameKind::reply, .id = 1}, packed({1})));
  EXPECT_THAT(sent_after_hello(reply.view()), HasSubstr("reply"));
}

TEST_F(Hostile, one_byte_at_a_time_is_too_slow_for_a_frame) {
  RawPeer peer = greeted();
  const Bytes frame = call_frame(1, "s", "note", packed({1}), 1);
  pollfd answer{peer.descriptor(), POLLIN, 0};
  // The host's hello is there first; what comes after it is its goodbye.
  ASSERT_THAT(peer.replies(0), IsEmpty());
  std::size_t sent = 0;
  while (sent + 1 < frame.size() && peer.send(ByteView(frame).subspan(sent++, 1))) {
    if (::poll(&answer, 1, 10) != 0) break;
  }
  EXPECT_LT(sent + 1, frame.size()) << "the frame was almost whole, and the host still waited";
  EXPECT_THAT(goodbye(peer.until_closed()), HasSubstr("150 ms"));
  expect_served();
}

TEST_F(Hostile, a_peer_that_never_reads_costs_a_bounded_buffer_and_then_its_connection) {
  RawPeer peer = greeted();
  const Bytes call = call_frame(1, "s", "echo", packed({std::string(60'000, 'x')}), 1);
  const std::int64_t before = resident_kib();
  std::size_t sent = 0;
  while (sent < 10'000 && peer.send(call, 5000)) ++sent;
  EXPECT_LT(sent, 10'000U) << "600 MB of answers were kept for nobody";
  EXPECT_LT(resident_kib() - before, 64 << 10) << "KiB more than before";
  EXPECT_TRUE(eventually([&] { return host.log().find("the other side does not read") != std::string::npos; }));
  expect_served();
}

TEST_F(Hostile, one_connection_too_many_is_refused_with_the_reason) {
  std::vector<RawPeer> peers;
  for (int i = 0; i < 7; ++i) peers.push_back(greeted());
  RawPeer late(host.socket());
  EXPECT_THAT(goodbye(late.until_closed()), HasSubstr("all 8 connections are taken"));
  expect_served();
  peers.clear();
  EXPECT_TRUE(eventually([&] { return wire::Client::connect(host.socket(), SystemClock(), "late").ok(); }));
}

}  // namespace lodge::system_test
