// A loop on a thread of its own, and connections in it.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>

#include "base/writer.hpp"
#include "rig/eventually.hpp"
#include "wire/envelope.hpp"
#include "wire/listener.hpp"

namespace lodge::wire {

using platform::UniqueFd;

constexpr std::int64_t ten_seconds = 10'000'000'000;

inline Bytes reply_frame(std::uint64_t id, ByteView body) {
  Writer writer;
  EXPECT_TRUE(append_frame(writer, {.kind = FrameKind::reply, .id = id}, body).ok());
  return writer.take();
}

inline void write_all(const UniqueFd& fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    ASSERT_GT(sent, 0);
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
}

/// The handler of all connections: keeps what they tell.
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
    EXPECT_TRUE(rig::eventually([this] { return open_ == 0; }));
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
    EXPECT_TRUE(rig::eventually([&] { return done.load(); }));
  }

  void on_opened(const std::shared_ptr<Connection>&) override { ++open_; }
  void on_frame(Connection& from, Frame&& frame) override {
    std::lock_guard lock(mutex_);
    if (frame.header.kind == FrameKind::hello) {
      Writer writer;
      EXPECT_TRUE(append_hello(writer, {.name = "host", .software = "lodge test"}).ok());
      EXPECT_TRUE(from.collect(writer.view()).ok());
    } else if (echo && frame.header.kind == FrameKind::call) {
      EXPECT_TRUE(from.collect(reply_frame(frame.header.id, parse_call(frame.body)->args.bytes())).ok());
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
    EXPECT_TRUE(rig::eventually([this] { return open_ == 0; }));
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

}  // namespace lodge::wire
