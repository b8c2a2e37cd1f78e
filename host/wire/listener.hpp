// A local socket that accepts connections.
#pragma once

#include <uv.h>

#include <filesystem>
#include <memory>
#include <unordered_map>

#include "wire/connection.hpp"

namespace lodge::wire {

struct ListenerOptions {
  ConnectionOptions connection{};
  std::uint32_t connections_max = 1024;
};

/// On the loop thread.
class Listener final : private Connection::Handler {
 public:
  class Handler : public Connection::Handler {
   public:
    /// A connection has come; its frames follow.
    virtual void on_opened(const std::shared_ptr<Connection>& connection) = 0;
  };

  /// Listens on a unix socket of mode 0600. Accepts the host's own user and root, up to connections_max; others are
  /// told why in a goaway. A socket file that nobody listens on is replaced. ALREADY_EXISTS: somebody does.
  [[nodiscard]] static Result<std::unique_ptr<Listener>> open(Loop& loop, const std::filesystem::path& path,
                                                              Handler& handler, const ListenerOptions& options = {});
  /// After `close`, once there are no connections.
  ~Listener() override;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// Accepts no more, and removes the socket file. Connections stay.
  void close();
  /// Says goodbye to all connections: they close once their output is written.
  void close_connections(const Error& reason);

  [[nodiscard]] std::size_t connections() const { return connections_.size(); }

 private:
  Listener(Loop& loop, std::filesystem::path path, Handler& handler, const ListenerOptions& options);
  [[nodiscard]] Status start(platform::UniqueFd socket);
  void accept_waiting();
  void wait_for_descriptors();
  void admit(platform::UniqueFd socket);
  void refuse(const platform::UniqueFd& socket, const Error& reason) const;
  void on_frame(Connection& connection, Frame&& frame) override;
  void on_closed(Connection& connection, const Error& reason) override;

  struct ClosePoll {
    void operator()(uv_poll_t* poll) const;
  };

  Loop& loop_;
  const std::filesystem::path path_;
  Handler& handler_;
  const ListenerOptions options_;
  platform::UniqueFd socket_;
  std::unique_ptr<uv_poll_t, ClosePoll> poll_;
  TimerId retry_ = 0;
  std::unordered_map<std::uint64_t, std::shared_ptr<Connection>> connections_;
};

}  // namespace lodge::wire
