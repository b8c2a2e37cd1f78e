// Calls from connections into services, and their answers back.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/loop.hpp"
#include "service/calls.hpp"
#include "wire/listener.hpp"

namespace lodge::control {

struct ServerOptions {
  std::string node;  ///< told to who connects
  wire::ListenerOptions listener;
  MonotonicNs call_timeout_ns = 15'000'000'000;  ///< of a call that says no deadline
};

/// On the loop thread, save where it says [any].
class Server final : private wire::Listener::Handler, private TurnEnd {
 public:
  Server(Loop& loop, Executor& executor, service::Calls& calls, ServerOptions options);
  ~Server() override;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] Status listen(const std::filesystem::path& socket);

  /// No new connections; each peer is told the last call that was accepted. Calls after it are answered UNAVAILABLE,
  /// executed = no. `drained` is called on the loop thread once all accepted ones are answered.
  void drain(std::function<void()> drained);

  /// Says goodbye to all connections; what has been answered is written first. `closed` is called on the loop thread
  /// once there is none left.
  void close(std::function<void()> closed);

  [[nodiscard]] std::uint64_t connection_count() const {
    return connection_count_.load(std::memory_order_relaxed);
  }                                                                                                     // [any]
  [[nodiscard]] std::uint64_t in_flight() const { return in_flight_.load(std::memory_order_relaxed); }  // [any]
  [[nodiscard]] std::uint64_t accepted() const { return accepted_.load(std::memory_order_relaxed); }    // [any]

 private:
  struct Session;
  class FrameAnswer;

  void on_opened(const std::shared_ptr<wire::Connection>& connection) override;
  void on_frame(wire::Connection& connection, wire::Frame&& frame) override;
  void on_closed(wire::Connection& connection, const Error& reason) override;
  void at_turn_end() override;

  /// Tells the peer what it did wrong and closes its connection.
  void turn_away(wire::Connection& connection, const Error& reason);
  void on_hello(wire::Connection& connection, const wire::Frame& frame);
  void on_call(wire::Connection& connection, wire::Frame&& frame);
  void on_cancel(wire::Connection& connection, std::uint64_t id);
  /// The reply to a one-way call: it is queued.
  static void taken(wire::Connection& connection, std::uint64_t id);
  void answered();

  Loop& loop_;
  Executor& executor_;
  service::Calls& calls_;
  const ServerOptions options_;
  std::unique_ptr<wire::Listener> listener_;
  std::unordered_map<std::uint64_t, std::shared_ptr<wire::Connection>> connections_;
  /// Where a call came from.
  struct Origin {
    std::shared_ptr<wire::Connection> connection;
    std::uint64_t id;
    bool one_way;
  };
  /// Calls read in this turn, handed over together at its end.
  struct Batch {
    std::vector<std::shared_ptr<service::PendingCall>> calls;
    std::vector<Task*> tasks;
    std::vector<Origin> from;
  };
  Batch batch_;
  std::atomic<std::uint64_t> connection_count_{0};
  std::atomic<std::uint64_t> accepted_{0};
  std::atomic<std::uint64_t> in_flight_{0};
  std::atomic<bool> draining_{false};
  std::function<void()> drained_;
  std::function<void()> closed_;
};

}  // namespace lodge::control
