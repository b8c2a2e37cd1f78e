#include "wire/listener.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/un.h>

#include "wire/client.hpp"
#include "wire/connection_fixture.hpp"

namespace lodge::wire {
namespace {

using testing::HasSubstr;

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
