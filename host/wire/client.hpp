// A blocking client of a host's control socket: for lodgectl and for tests.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "base/writer.hpp"
#include "platform/unique_fd.hpp"
#include "wire/envelope.hpp"
#include "wire/frame_reader.hpp"

namespace lodge::wire {

/// Used by one thread at a time. An error of UNAVAILABLE or INVALID_ARGUMENT from the connection itself is final.
class Client {
 public:
  struct CallOptions {
    std::int64_t timeout_ns = 15'000'000'000;
    std::string_view caller{};
    bool idempotent = false;
    std::optional<lodge_trace> trace{};
    bool one_way = false;  ///< the answer is nil as soon as the call is queued, or why it is not
  };

  /// Connects and exchanges greetings. UNAVAILABLE: nobody listens there.
  [[nodiscard]] static Result<Client> connect(const std::filesystem::path& path, const Clock& clock,
                                              std::string_view name, const Limits& limits = {},
                                              std::int64_t timeout_ns = 5'000'000'000);
  /// The same over a socket that is connected already.
  [[nodiscard]] static Result<Client> over(platform::UniqueFd socket, const Clock& clock, std::string_view name,
                                           const Limits& limits = {}, std::int64_t timeout_ns = 5'000'000'000);
  Client(Client&&) = default;
  Client& operator=(Client&&) = default;

  /// Calls and waits: the result (one msgpack value), or the error as the other side gave it.
  [[nodiscard]] Result<Bytes> call(std::string_view service, std::string_view name, ByteView args, std::uint32_t arity,
                                   const CallOptions& options);
  [[nodiscard]] Result<Bytes> call(std::string_view service, std::string_view name, ByteView args,
                                   std::uint32_t arity) {
    return call(service, name, args, arity, CallOptions());
  }

  /// Sends a call without waiting. Returns its id.
  [[nodiscard]] Result<std::uint64_t> send(std::string_view service, std::string_view name, ByteView args,
                                           std::uint32_t arity, const CallOptions& options);
  /// Waits for the answer to that call; others that come meanwhile are kept.
  [[nodiscard]] Result<Bytes> receive(std::uint64_t id, std::int64_t timeout_ns);
  [[nodiscard]] Status cancel(std::uint64_t id);

  [[nodiscard]] const HelloBody& peer() const { return peer_; }
  [[nodiscard]] int descriptor() const { return socket_.get(); }
  void close() { socket_.reset(); }

 private:
  Client(platform::UniqueFd socket, const Clock& clock, const Limits& limits);
  [[nodiscard]] Status greet(std::string_view name, MonotonicNs deadline);
  [[nodiscard]] Status write(ByteView bytes, MonotonicNs deadline);
  [[nodiscard]] Result<Frame> read_frame(MonotonicNs deadline);
  Error take_goaway(const Frame& frame);
  [[nodiscard]] Status wait_for(short events, MonotonicNs deadline);

  platform::UniqueFd socket_;
  const Clock* clock_;
  Limits limits_;
  FrameReader reader_;
  std::unique_ptr<Writer> writer_;
  HelloBody peer_;
  std::uint64_t next_id_ = 1;
  std::map<std::uint64_t, Frame> waiting_;
  std::optional<Error> goodbye_;
  std::uint64_t last_accepted_ = 0;
};

}  // namespace lodge::wire
