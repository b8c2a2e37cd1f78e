// One stream connection in the loop.
//
// Its life: open -> (close asked for, the other side gone, a bad frame, a limit) -> closed, told once by on_closed ->
// destroyed when the last holder lets go. Sending on a closed connection is an error and harmless.
#pragma once

#include <uv.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "base/loop.hpp"
#include "platform/unique_fd.hpp"
#include "wire/frame_reader.hpp"

namespace lodge::wire {

struct ConnectionOptions {
  Limits limits{};
  std::size_t out_bytes_max = std::size_t{64} << 20;  ///< waiting to be written; beyond it the connection is closed
  std::int64_t frame_timeout_ns = 30'000'000'000;     ///< from a frame's first byte to its last
  std::int64_t write_timeout_ns = 30'000'000'000;     ///< how long output may wait without any of it being taken
  std::uint32_t in_flight_max = 4096;                 ///< calls not finished, beyond which nothing more is read
};

/// Thread-safe where it says [any]; the rest on the loop thread.
class Connection final : public std::enable_shared_from_this<Connection>, private TurnEnd {
 public:
  /// Called on the loop thread. Must not wait.
  class Handler {
   public:
    virtual ~Handler() = default;
    /// In the order of the stream. Of a CALL, `finished` must be told once, later, by whoever answers it.
    virtual void on_frame(Connection& connection, Frame&& frame) = 0;
    /// Once; nothing comes after it.
    virtual void on_closed(Connection& connection, const Error& reason) = 0;
  };

  /// Takes over a connected stream socket. `handler` outlives the connection. The loop holds the connection until it
  /// is closed.
  [[nodiscard]] static Result<std::shared_ptr<Connection>> open(Loop& loop, platform::UniqueFd socket, Handler& handler,
                                                                const ConnectionOptions& options = {});
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// [any] Writes whole frames: at once where nothing waits ahead of them, else later. UNAVAILABLE: closed;
  /// RESOURCE_EXHAUSTED: too much waits, and the connection is being closed.
  Status send(ByteView frames);

  /// Adds whole frames to what is written once, at the end of this turn of the loop. Errors as for `send`.
  Status collect(ByteView frames);

  /// [any] A CALL has been answered, or never will be.
  void finished();

  /// [any] Closes once what waits is written or a second has passed; nothing more is read.
  void close_after_writing(Error reason);
  /// [any] The same, but waits for the calls under way to be `finished` first, as long as the other side is there.
  void close_after_answering(Error reason);
  /// [any] Closes now.
  void close(Error reason);

  /// Unique in the process, never 0.
  [[nodiscard]] std::uint64_t id() const { return id_; }
  [[nodiscard]] std::uint32_t in_flight() const { return in_flight_.load(std::memory_order_relaxed); }
  [[nodiscard]] const ConnectionOptions& options() const { return options_; }
  /// Bytes waiting to be written. [any]
  [[nodiscard]] std::size_t out_bytes() const;
  [[nodiscard]] int descriptor() const { return socket_.get(); }

  /// For the owner's own use.
  void set_attachment(std::shared_ptr<void> attachment) { attachment_ = std::move(attachment); }
  [[nodiscard]] void* attachment() const { return attachment_.get(); }

 private:
  Connection(Loop& loop, platform::UniqueFd socket, Handler& handler, const ConnectionOptions& options);
  [[nodiscard]] Status start();
  void at_turn_end() override;
  void on_ready(int status, int events);
  void read();
  void take_frames();
  void pause();
  void resume();
  void flush();
  void poll();
  void watch();
  void check_progress();
  void fail(const Error& reason);
  void refuse(Error reason);
  void begin_closing(Error reason, bool answer_first);
  void linger();
  [[nodiscard]] bool settled() const;
  void finish_close(const Error& reason);

  [[nodiscard]] Status write_locked(ByteView frames);
  [[nodiscard]] Status write_now_locked(ByteView frames, std::size_t& written);
  void post_locked(std::function<void(Connection&)> what);
  [[nodiscard]] bool waiting_locked() const { return out_begin_ < out_.size(); }

  Loop& loop_;
  Handler& handler_;
  const ConnectionOptions options_;
  const std::uint64_t id_;
  std::atomic<std::uint32_t> in_flight_{0};
  std::atomic<bool> paused_{false};
  std::atomic<bool> resume_posted_{false};
  std::atomic<bool> answers_awaited_{false};  // closing, once no call is in flight any more

  // Of the loop thread alone.
  FrameReader reader_;
  uv_poll_t poll_{};
  int polled_ = 0;
  TimerId timer_ = 0;
  MonotonicNs partial_since_ = no_deadline;
  std::uint64_t last_call_ = 0;
  bool reading_ = true;
  bool finished_ = false;
  std::optional<Error> close_reason_;  // closing, as soon as what waits is written
  Bytes collected_;
  std::shared_ptr<Connection> self_;  // from start to closed
  std::shared_ptr<void> attachment_;

  // Guards what follows, writing to the socket, and closing it (which only the loop thread does).
  mutable std::mutex mutex_;
  platform::UniqueFd socket_;
  bool closed_ = false;
  bool flush_posted_ = false;
  Bytes out_;
  std::size_t out_begin_ = 0;
  MonotonicNs out_since_ = no_deadline;  // of the last progress while output waits
};

}  // namespace lodge::wire
