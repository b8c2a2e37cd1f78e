// How a host ends: what was accepted is answered, what was not never ran, and the caller can tell.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <sstream>
#include <thread>

#include "host_process.hpp"

namespace lodge::system_test {

namespace {

using ::testing::HasSubstr;

constexpr std::string_view one_service = "[service.s]\nplugins = [\"subject\"]\n";

constexpr std::int64_t patience_ns = std::chrono::nanoseconds(patience).count();

class Stop : public ::testing::Test {
 protected:
  Stop() { directory.add_plugin("subject"); }

  /// How many times each id was executed.
  [[nodiscard]] std::map<std::int64_t, int> journal() const {
    std::map<std::int64_t, int> out;
    std::istringstream lines(directory.read("journal"));
    for (std::int64_t id = 0; lines >> id;) ++out[id];
    return out;
  }
  [[nodiscard]] bool began(std::int64_t id) const {
    return eventually([&] { return journal().contains(id); });
  }

  ScratchDirectory directory;
};

/// A client that calls `note` with ids of its own, many under way, until the host says no.
class Load {
 public:
  Load(wire::Client client, std::int64_t first_id) : client_(std::move(client)), next_(first_id) {
    thread_ = std::thread([this] { run(); });
  }
  ~Load() {
    if (thread_.joinable()) thread_.join();
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  /// Once the client has ended: what became of each call that it sent.
  [[nodiscard]] const std::map<std::int64_t, Result<Bytes>>& outcomes() {
    if (thread_.joinable()) thread_.join();
    return outcomes_;
  }

 private:
  static constexpr std::size_t depth = 64;

  void run() {
    std::map<std::uint64_t, std::int64_t> under_way;
    bool more = true;
    while (more || !under_way.empty()) {
      while (more && under_way.size() < depth) {
        const auto sent = client_.send("s", "note", packed({next_}), 1, {.timeout_ns = patience_ns});
        // What could not even be sent is not the host's to answer.
        more = sent.ok();
        if (sent) under_way.emplace(*sent, next_++);
      }
      if (under_way.empty()) return;
      const auto oldest = under_way.begin();
      Result<Bytes> answer = client_.receive(oldest->first, patience_ns);
      more = more && answer.ok();
      outcomes_.emplace(oldest->second, std::move(answer));
      under_way.erase(oldest);
    }
  }

  wire::Client client_;
  std::int64_t next_;
  std::map<std::int64_t, Result<Bytes>> outcomes_;
  std::thread thread_;
};

}  // namespace

TEST_F(Stop, under_load_every_accepted_call_is_answered_and_no_other_has_run) {
  std::vector<std::unique_ptr<Load>> loads;  // outlive the host, whose end is theirs
  HostProcess host(directory, one_service);
  for (std::int64_t client = 0; client < 4; ++client) {
    loads.push_back(std::make_unique<Load>(host.connect(), client * 1'000'000));
  }
  // In the thick of it: each client has been served for a while.
  ASSERT_TRUE(eventually([&] {
    const auto ran = journal();
    return ran.contains(500) && ran.contains(1'000'500) && ran.contains(2'000'500) && ran.contains(3'000'500);
  }));
  EXPECT_EQ(host.stop().ended, "exited 0") << host.log();

  const auto ran = journal();
  std::size_t answered = 0;
  for (const auto& load : loads) {
    for (const auto& [id, outcome] : load->outcomes()) {
      const int times = ran.contains(id) ? ran.at(id) : 0;
      if (outcome) {
        ++answered;
        EXPECT_EQ(times, 1) << "answered call " << id;
      } else {
        EXPECT_EQ(outcome.error().code, Code::UNAVAILABLE) << outcome.error().text();
        EXPECT_EQ(outcome.error().executed, Executed::no) << "call " << id << ": " << outcome.error().text();
        EXPECT_EQ(times, 0) << "refused call " << id;
      }
    }
  }
  EXPECT_EQ(answered, ran.size()) << "nothing ran whose caller was not answered";
}

TEST_F(Stop, a_deferred_call_that_nobody_completes_may_have_run) {
  HostProcess host(directory, std::string("[limits]\ndrain_timeout_ms = 200\n") + std::string(one_service));
  wire::Client client = host.connect();
  const auto sent = client.send("s", "postpone", packed({7}), 1, {.timeout_ns = patience_ns});
  ASSERT_TRUE(sent);
  ASSERT_TRUE(began(7));
  EXPECT_EQ(host.stop().ended, "exited 0") << host.log();
  const auto answer = client.receive(*sent, patience_ns);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::UNAVAILABLE) << answer.error().text();
  EXPECT_EQ(answer.error().executed, Executed::maybe) << answer.error().text();
  EXPECT_THAT(answer.error().message, ::testing::Not(HasSubstr("closed the connection"))) << "it has a real answer";
}

TEST_F(Stop, a_call_while_draining_is_refused_and_surely_did_not_run) {
  HostProcess host(directory, one_service);
  wire::Client client = host.connect();
  ASSERT_TRUE(client.send("s", "postpone", packed({1}), 1, {.timeout_ns = patience_ns}));
  ASSERT_TRUE(began(1));
  host.process().signal(SIGTERM);
  ASSERT_TRUE(eventually([&] { return host.log().find("draining") != std::string::npos; }));
  const auto late = client.send("s", "note", packed({2}), 1, {.timeout_ns = patience_ns});
  ASSERT_TRUE(late);
  const auto answer = client.receive(*late, patience_ns);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::UNAVAILABLE);
  EXPECT_EQ(answer.error().executed, Executed::no);
  EXPECT_FALSE(journal().contains(2));
}

TEST_F(Stop, a_second_sigterm_stops_at_once) {
  HostProcess host(directory, one_service);
  wire::Client client = host.connect();
  ASSERT_TRUE(client.send("s", "hold", packed({1}), 1, {.timeout_ns = patience_ns}));
  ASSERT_TRUE(began(1));
  host.process().signal(SIGTERM);
  ASSERT_TRUE(eventually([&] { return host.log().find("draining") != std::string::npos; }));
  EXPECT_TRUE(host.process().running());
  EXPECT_EQ(host.stop().ended, "exited 143") << host.log();
}

TEST_F(Stop, a_host_whose_workers_are_all_taken_still_tells_its_state) {
  HostProcess host(directory,
                   std::string("[threads]\nworkers = 1\nspares_max = 0\n[limits]\ndrain_timeout_ms = 200\n") +
                       std::string(one_service));
  wire::Client client = host.connect();
  for (int id = 1; id <= 3; ++id) ASSERT_TRUE(client.send("s", "hold", packed({id}), 1, {.timeout_ns = patience_ns}));
  ASSERT_TRUE(began(1));
  EXPECT_EQ(host.ask({"services"}).as_list()->size(), 2U) << "s, and the host itself";
  EXPECT_EQ(*host.ask({"status"}).find("queued"), wire::Value(2));
  EXPECT_EQ(host.stop().ended, "exited 1");
}

TEST_F(Stop, a_callback_that_never_returns_holds_the_host_no_longer_than_the_drain_timeout) {
  HostProcess host(directory, std::string("[limits]\ndrain_timeout_ms = 300\n") + std::string(one_service));
  wire::Client client = host.connect();
  ASSERT_TRUE(client.send("s", "hold", packed({1}), 1, {.timeout_ns = patience_ns}));
  ASSERT_TRUE(began(1));
  const Outcome outcome = host.stop();
  EXPECT_EQ(outcome.ended, "exited 1");
  EXPECT_THAT(outcome.err, HasSubstr("limits.drain_timeout_ms"));
}

TEST_F(Stop, an_idle_host_stops_cleanly_and_takes_its_socket_away) {
  HostProcess host(directory, one_service);
  EXPECT_EQ(host.stop().ended, "exited 0") << host.log();
  EXPECT_FALSE(directory.has("lodged.sock"));
}

}  // namespace lodge::system_test
