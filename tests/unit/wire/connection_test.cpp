#include "wire/connection.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <deque>
#include <filesystem>
#include <thread>

#include "base/wait_until.hpp"
#include "base/writer.hpp"
#include "wire/client.hpp"
#include "wire/listener.hpp"

namespace lodge::wire {
namespace {

using platform::UniqueFd;
using testing::HasSubstr;

constexpr std::int64_t ten_seconds = 10'000'000'000;

Bytes call_frame(std::uint64_t id, std::size_t size = 0) {
  Writer writer;
  const Bytes args = Value(std::string(size, 'x')).pack();
  EXPECT_TRUE(
      append_call(writer, {.kind = FrameKind::call, .id = id}, {.service = "s", .name = "n", .arity = 1, .args = args})
          .ok());
  return writer.take();
}

Bytes reply_frame(std::uint64_t id, ByteView body) {
  Writer writer;
  EXPECT_TRUE(append_frame(writer, {.kind = FrameKind::reply, .id = id}, body).ok());
  return writer.take();
}

// A loop on a thread of its own, and what its connections tell.
class ConnectionTest : public testing::Test, public Listener::Handler {
 protected:
  void SetUp() override {
    thread_ = std::thread([this] { loop->run(); });
  }
  void TearDown() override {
    loop->post([this] {
      listener.reset();
      if (connection) connection->close({Code::CANCELLED, "the test is over"});
      connection.reset();
    });
    EXPECT_TRUE(wait_until([this] { return open_ == 0; }));
    loop->stop();
    thread_.join();
    ::unlink(path.c_str());
  }

  // Opens a connection over one end of a socket pair; the other end is the test's.
  UniqueFd open_pair(const ConnectionOptions& options = {}) {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    on_loop([&] {
      connection = *Connection::open(*loop, UniqueFd(ends[0]), *this, options);
      ++open_;
    });
    return UniqueFd(ends[1]);
  }

  void on_loop(const std::function<void()>& what) {
    std::atomic<bool> done{false};
    loop->post([&] {
      what();
      done = true;
    });
    EXPECT_TRUE(wait_until([&] { return done.load(); }));
  }

  void on_opened(const std::shared_ptr<Connection>&) override { ++open_; }
  void on_frame(Connection& from, Frame&& frame) override {
    std::lock_guard lock(mutex_);
    if (frame.header.kind == FrameKind::hello) {
      Writer writer;
      EXPECT_TRUE(append_hello(writer, {.name = "host", .software = "lodge test"}).ok());
      EXPECT_TRUE(from.collect(writer.view()).ok());
    } else if (echo && frame.header.kind == FrameKind::call) {
      EXPECT_TRUE(from.collect(reply_frame(frame.header.id, parse_call(frame.body)->args)).ok());
      from.finished();
    }
    frames_.push_back(std::move(frame));
  }
  void on_closed(Connection&, const Error& reason) override {
    std::lock_guard lock(mutex_);
    reason_ = reason;
    --open_;
  }

  std::size_t frames() {
    std::lock_guard lock(mutex_);
    return frames_.size();
  }
  Error reason() {
    EXPECT_TRUE(wait_until([this] { return open_ == 0; }));
    std::lock_guard lock(mutex_);
    return reason_.value_or(Error{Code::OK, "not closed"});
  }

  SystemClock clock;
  std::unique_ptr<Loop> loop = std::move(*Loop::create(clock));
  std::shared_ptr<Connection> connection;
  std::unique_ptr<Listener> listener;
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("lodge-connection-" + std::to_string(::getpid()));
  std::atomic<bool> echo{false};

 private:
  std::thread thread_;
  std::atomic<int> open_{0};
  std::mutex mutex_;
  std::deque<Frame> frames_;
  std::optional<Error> reason_;
};

void write_all(const UniqueFd& fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    ASSERT_GT(sent, 0);
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
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
  EXPECT_TRUE(wait_until([this] { return frames() == 1; }));
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
  EXPECT_TRUE(wait_until([this] { return frames() == 4; }));
  on_loop([] {});
  EXPECT_EQ(frames(), 4U);
  for (int i = 0; i < 2; ++i) connection->finished();
  EXPECT_TRUE(wait_until([this] { return frames() == 6; }));
  for (int i = 0; i < 4; ++i) connection->finished();
  EXPECT_TRUE(wait_until([this] { return frames() == 10; }));
  EXPECT_EQ(connection->in_flight(), 4U);
}

TEST_F(ConnectionTest, goes_on_when_calls_finish_on_other_threads_while_it_pauses) {
  const UniqueFd peer = open_pair({.in_flight_max = 2});
  constexpr std::uint64_t calls = 2000;
  std::thread writer([&] {
    for (std::uint64_t id = 1; id <= calls; ++id) write_all(peer, call_frame(id));
  });
  for (std::size_t done = 0; done < calls; ++done) {
    ASSERT_TRUE(wait_until([&] { return frames() > done; }));
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

class ListenerTest : public ConnectionTest {
 protected:
  void listen(const ListenerOptions& options = {}) {
    on_loop([&] {
      Result<std::unique_ptr<Listener>> opened = Listener::open(*loop, path, *this, options);
      ASSERT_TRUE(opened.ok()) << opened.error().text();
      listener = std::move(*opened);
    });
  }
  void TearDown() override {
    on_loop([this] {
      if (listener) listener->close();
      if (listener) listener->close_connections({Code::CANCELLED, "the test is over"});
    });
    ConnectionTest::TearDown();
  }
};

TEST_F(ListenerTest, answers_a_blocking_client) {
  echo = true;
  listen();
  Result<Client> client = Client::connect(path, clock, "test");
  ASSERT_TRUE(client.ok()) << client.error().text();
  EXPECT_EQ(client->peer().name, "host");
  const Bytes args = Value("hello").pack();
  for (int i = 0; i < 100; ++i) {
    const Result<Bytes> reply = client->call("s", "echo", args, 1);
    ASSERT_TRUE(reply.ok()) << reply.error().text();
    EXPECT_EQ(*reply, args);
  }
}

TEST_F(ListenerTest, answers_pipelined_calls_in_any_order) {
  echo = true;
  listen();
  Result<Client> client = Client::connect(path, clock, "test");
  ASSERT_TRUE(client.ok());
  std::vector<std::uint64_t> ids;
  for (int i = 0; i < 50; ++i) ids.push_back(*client->send("s", "echo", Value(i).pack(), 1, {}));
  for (int i = 49; i >= 0; --i) {
    EXPECT_EQ(*client->receive(ids[static_cast<std::size_t>(i)], ten_seconds), Value(i).pack());
  }
}

TEST_F(ListenerTest, carries_large_calls) {
  echo = true;
  listen();
  Result<Client> client = Client::connect(path, clock, "test");
  ASSERT_TRUE(client.ok());
  const Bytes args = Value(std::string(5'000'000, 'y')).pack();
  const Result<Bytes> reply = client->call("s", "echo", args, 1);
  ASSERT_TRUE(reply.ok()) << reply.error().text();
  EXPECT_EQ(*reply, args);
  EXPECT_EQ(client->call("s", "echo", Bytes(17U << 20), 1).error().code, Code::RESOURCE_EXHAUSTED);
}

TEST_F(ListenerTest, lets_a_client_give_up) {
  listen();
  Result<Client> client = Client::connect(path, clock, "test");
  ASSERT_TRUE(client.ok());
  const Result<Bytes> reply = client->call("s", "never", {}, 0, {.timeout_ns = 2'000'000});
  EXPECT_EQ(reply.error().code, Code::DEADLINE_EXCEEDED);
  EXPECT_EQ(reply.error().executed, Executed::maybe);
}

TEST_F(ListenerTest, keeps_its_socket_for_its_own_user) {
  listen();
  const auto permissions = std::filesystem::status(path).permissions();
  EXPECT_EQ(permissions, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(ListenerTest, refuses_connections_beyond_its_limit_with_the_reason) {
  listen({.connections_max = 1});
  Result<Client> first = Client::connect(path, clock, "first");
  ASSERT_TRUE(first.ok());
  const Result<Client> second = Client::connect(path, clock, "second");
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(second.error().message, HasSubstr("all 1 connections are taken"));
}

TEST_F(ListenerTest, replaces_a_socket_that_was_left_over_but_not_one_in_use) {
  {
    const UniqueFd dead(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.string().copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(dead.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  listen();
  on_loop([this] {
    EXPECT_EQ(Listener::open(*loop, path, *this).error().code, Code::ALREADY_EXISTS);
    EXPECT_EQ(Listener::open(*loop, std::string(200, 'x'), *this).error().code, Code::INVALID_ARGUMENT);
  });
  EXPECT_TRUE(Client::connect(path, clock, "test").ok());
}

TEST_F(ListenerTest, leaves_a_file_alone_that_is_not_a_socket) {
  ::close(::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  on_loop([this] { EXPECT_THAT(Listener::open(*loop, path, *this).error().message, HasSubstr("not a socket")); });
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST(Client, says_that_nobody_listens) {
  const SystemClock clock;
  const Result<Client> client = Client::connect("/nonexistent/socket", clock, "test");
  EXPECT_EQ(client.error().code, Code::UNAVAILABLE);
  EXPECT_THAT(client.error().message, HasSubstr("is the host running?"));
}

TEST(Client, still_takes_answers_that_were_accepted_before_a_goaway) {
  const SystemClock clock;
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const UniqueFd host(ends[1]);
  Writer writer;
  ASSERT_TRUE(append_hello(writer, {.name = "host", .software = "lodge"}).ok());
  ASSERT_TRUE(append_goaway(writer, 1, "draining").ok());
  ASSERT_TRUE(append(writer, reply_frame(1, Value(7).pack())));
  write_all(host, writer.view());
  Result<Client> client = Client::over(UniqueFd(ends[0]), clock, "test");
  ASSERT_TRUE(client.ok());
  const std::uint64_t first = *client->send("s", "n", {}, 0, {});
  const std::uint64_t second = *client->send("s", "n", {}, 0, {});
  EXPECT_EQ(*client->receive(first, ten_seconds), Value(7).pack());
  const Result<Bytes> refused = client->receive(second, ten_seconds);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::UNAVAILABLE);
  EXPECT_EQ(refused.error().executed, Executed::no);
  EXPECT_THAT(refused.error().message, HasSubstr("draining"));
}

}  // namespace
}  // namespace lodge::wire
