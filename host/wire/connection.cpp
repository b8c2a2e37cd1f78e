#include "wire/connection.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/log.hpp"
#include "base/writer.hpp"
#include "wire/envelope.hpp"

namespace lodge::wire {

namespace {

// How much one connection may read before the others have their turn.
constexpr int reads_per_turn_max = 4;
constexpr std::size_t buffer_kept_max = std::size_t{1} << 20;
constexpr std::int64_t linger_ns = 1'000'000'000;

std::uint64_t new_id() {
  static std::atomic<std::uint64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

std::string reason_of(int error) { return std::generic_category().message(error); }

Error left() { return {Code::UNAVAILABLE, "the other side has closed the connection"}; }

Error gone() { return {Code::UNAVAILABLE, "the connection is closed"}; }

bool past(MonotonicNs since, std::int64_t timeout, MonotonicNs now) {
  return since != no_deadline && now - since >= timeout;
}

void give_back(Bytes& buffer) {
  buffer.clear();
  if (buffer.capacity() > buffer_kept_max) buffer.shrink_to_fit();
}

}  // namespace

Connection::Connection(Loop& loop, platform::UniqueFd socket, Handler& handler, const ConnectionOptions& options)
    : loop_(loop),
      handler_(handler),
      options_(options),
      id_(new_id()),
      reader_(options.limits),
      socket_(std::move(socket)) {}

Connection::~Connection() = default;

Result<std::shared_ptr<Connection>> Connection::open(Loop& loop, platform::UniqueFd socket, Handler& handler,
                                                     const ConnectionOptions& options) {
  std::shared_ptr<Connection> connection(new Connection(loop, std::move(socket), handler, options));
  if (Status started = connection->start(); !started) return std::move(started).error();
  return connection;
}

Status Connection::start() {
  const int fd = socket_.get();
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) {
    return Error{Code::INVALID_ARGUMENT, "cannot use the socket: " + reason_of(errno)};
  }
  if (const int error = uv_poll_init(loop_.raw(), &poll_, fd); error != 0) {
    return Error{Code::INVALID_ARGUMENT, std::string("cannot watch the socket: ") + uv_strerror(error)};
  }
  poll_.data = this;
  self_ = shared_from_this();
  poll();
  return {};
}

// ---- reading

void Connection::on_ready(int status, int events) {
  if (status < 0) return finish_close({Code::UNAVAILABLE, "the connection was reset"});
  loop_.note_activity();
  if ((events & UV_DISCONNECT) != 0) return finish_close(left());
  if ((events & UV_READABLE) != 0) read();
  if (!finished_ && (events & UV_WRITABLE) != 0) flush();
}

void Connection::read() {
  for (int i = 0; i < reads_per_turn_max && reading_ && !finished_ && !paused_.load(std::memory_order_relaxed); ++i) {
    const std::span<std::uint8_t> room = reader_.room();
    if (room.empty()) return fail({Code::RESOURCE_EXHAUSTED, "no memory to receive into"});
    const ssize_t got = ::recv(socket_.get(), room.data(), room.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got < 0) return finish_close({Code::UNAVAILABLE, "the connection broke: " + reason_of(errno)});
    if (got == 0) return finish_close(left());
    reader_.filled(static_cast<std::size_t>(got));
    take_frames();
    if (static_cast<std::size_t>(got) < room.size()) return;
  }
}

void Connection::take_frames() {
  bool took = false;
  while (reading_ && !finished_) {
    if (in_flight_.load(std::memory_order_relaxed) >= options_.in_flight_max) {
      pause();
      if (paused_.load(std::memory_order_relaxed)) break;
    }
    Result<std::optional<Frame>> frame = reader_.next();
    if (!frame) return refuse(std::move(frame).error());
    if (!frame->has_value()) break;
    took = true;
    if ((*frame)->header.kind == FrameKind::call) {
      in_flight_.fetch_add(1, std::memory_order_relaxed);
      last_call_ = (*frame)->header.id;
    }
    handler_.on_frame(*this, std::move(**frame));
  }
  if (finished_) return;
  // While reading is paused, the other side is not late.
  if (reader_.pending() == 0 || paused_.load(std::memory_order_relaxed)) {
    partial_since_ = no_deadline;
  } else if (took || partial_since_ == no_deadline) {
    partial_since_ = loop_.clock().now();
    watch();
  }
}

void Connection::pause() {
  paused_.store(true);
  // Whoever finished in between may have seen no pause: look again.
  if (in_flight_.load() <= options_.in_flight_max / 2) paused_.store(false);
  poll();
}

void Connection::finished() {
  const std::uint32_t left = in_flight_.fetch_sub(1) - 1;
  if (left == 0 && answers_awaited_.load()) loop_.post([self = shared_from_this()] { self->flush(); });
  if (!paused_.load() || left > options_.in_flight_max / 2 || resume_posted_.exchange(true)) return;
  loop_.post([self = shared_from_this()] { self->resume(); });
}

void Connection::resume() {
  resume_posted_.store(false);
  if (finished_ || in_flight_.load() > options_.in_flight_max / 2) return;
  paused_.store(false);
  take_frames();
  if (!finished_) poll();
}

// ---- writing

Status Connection::send(ByteView frames) {
  std::lock_guard lock(mutex_);
  return write_locked(frames);
}

Status Connection::write_locked(ByteView frames) {
  if (closed_) return gone();
  std::size_t written = 0;
  if (!waiting_locked()) {
    if (Status status = write_now_locked(frames, written); !status) return status;
    if (written == frames.size()) return {};
    out_since_ = loop_.clock().now();
  }
  const ByteView rest = frames.subspan(written);
  if (out_.size() - out_begin_ + rest.size() > options_.out_bytes_max) {
    closed_ = true;
    Error reason{Code::RESOURCE_EXHAUSTED,
                 fmt::format("the other side does not read: more than limits.out_bytes_max, {} bytes, wait for it",
                             options_.out_bytes_max)};
    post_locked([reason](Connection& self) { self.fail(reason); });
    return reason;
  }
  out_.insert(out_.end(), rest.begin(), rest.end());
  if (!flush_posted_) {
    flush_posted_ = true;
    post_locked([](Connection& self) { self.flush(); });
  }
  return {};
}

Status Connection::write_now_locked(ByteView frames, std::size_t& written) {
  while (written < frames.size()) {
    const ssize_t sent =
        ::send(socket_.get(), frames.data() + written, frames.size() - written, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) {
      written += static_cast<std::size_t>(sent);
    } else if (errno == EAGAIN) {
      break;
    } else if (errno != EINTR) {
      const Error reason{Code::UNAVAILABLE, "the connection broke: " + reason_of(errno)};
      closed_ = true;
      post_locked([reason](Connection& self) { self.finish_close(reason); });
      return reason;
    }
  }
  return {};
}

void Connection::post_locked(std::function<void(Connection&)> what) {
  loop_.post([self = shared_from_this(), what = std::move(what)] { what(*self); });
}

Status Connection::collect(ByteView frames) {
  if (finished_) return gone();
  if (collected_.size() + frames.size() > options_.out_bytes_max) return send(frames);
  if (collected_.empty()) loop_.at_turn_end(*this);
  collected_.insert(collected_.end(), frames.begin(), frames.end());
  return {};
}

void Connection::at_turn_end() {
  // A failure closes the connection by itself, and its handler hears of that.
  if (!finished_) static_cast<void>(send(collected_).ok());
  give_back(collected_);
  // It may have fitted into the socket at once, and then nothing else would tell.
  if (close_reason_ && !finished_) loop_.post([self = shared_from_this()] { self->flush(); });
}

void Connection::flush() {
  bool done = false;
  {
    std::lock_guard lock(mutex_);
    flush_posted_ = false;
    if (closed_) return;
    std::size_t written = 0;
    const ByteView waiting = ByteView(out_).subspan(out_begin_);
    if (!write_now_locked(waiting, written)) return;
    out_begin_ += written;
    done = !waiting_locked();
    if (done) {
      give_back(out_);
      out_begin_ = 0;
      out_since_ = no_deadline;
    } else if (written > 0) {
      out_since_ = loop_.clock().now();
    }
  }
  if (done && close_reason_ && settled()) return finish_close(*close_reason_);
  poll();
  watch();
}

std::size_t Connection::out_bytes() const {
  std::lock_guard lock(mutex_);
  return out_.size() - out_begin_;
}

// ---- waiting

void Connection::poll() {
  int wanted = reading_ && !paused_.load(std::memory_order_relaxed) ? UV_READABLE : 0;
  {
    std::lock_guard lock(mutex_);
    if (waiting_locked()) wanted |= UV_WRITABLE;
  }
  // Nothing is read that would tell that the other side has gone.
  if (close_reason_) wanted |= UV_DISCONNECT;
  if (finished_ || wanted == polled_) return;
  polled_ = wanted;
  if (wanted == 0) {
    uv_poll_stop(&poll_);
    return;
  }
  uv_poll_start(&poll_, wanted, [](uv_poll_t* poll, int status, int events) {
    // The handler may let go of the connection meanwhile.
    const std::shared_ptr<Connection> self = static_cast<Connection*>(poll->data)->self_;
    self->on_ready(status, events);
  });
}

// One timer a connection, and only while there is something to be late.
void Connection::watch() {
  if (timer_ != 0 || finished_) return;
  MonotonicNs due = partial_since_ == no_deadline ? no_deadline : partial_since_ + options_.frame_timeout_ns;
  {
    std::lock_guard lock(mutex_);
    if (out_since_ != no_deadline) due = std::min(due, out_since_ + options_.write_timeout_ns);
  }
  if (due == no_deadline) return;
  timer_ = loop_.at(due, [weak = weak_from_this()] {
    if (const std::shared_ptr<Connection> self = weak.lock()) self->check_progress();
  });
}

void Connection::check_progress() {
  timer_ = 0;
  if (finished_) return;
  const MonotonicNs now = loop_.clock().now();
  MonotonicNs out_since = no_deadline;
  {
    std::lock_guard lock(mutex_);
    out_since = out_since_;
  }
  if (past(partial_since_, options_.frame_timeout_ns, now)) {
    return refuse({Code::DEADLINE_EXCEEDED,
                   fmt::format("a frame was begun and not completed within {} ms (limits.frame_timeout_ms)",
                               options_.frame_timeout_ns / 1'000'000)});
  }
  if (past(out_since, options_.write_timeout_ns, now)) {
    return fail(
        {Code::DEADLINE_EXCEEDED, fmt::format("the other side has read nothing for {} ms (limits.write_timeout_ms)",
                                              options_.write_timeout_ns / 1'000'000)});
  }
  watch();
}

// ---- closing

void Connection::close(Error reason) {
  loop_.post([self = shared_from_this(), reason = std::move(reason)] { self->finish_close(reason); });
}

void Connection::close_after_writing(Error reason) {
  loop_.post([self = shared_from_this(), reason = std::move(reason)] { self->begin_closing(reason, false); });
}

void Connection::close_after_answering(Error reason) {
  loop_.post([self = shared_from_this(), reason = std::move(reason)] { self->begin_closing(reason, true); });
}

// Who asks twice wants it sooner: the second time answers are waited for only if that is so now too.
void Connection::begin_closing(Error reason, bool answer_first) {
  if (finished_) return;
  reading_ = false;
  partial_since_ = no_deadline;
  const bool began = close_reason_.has_value();
  answers_awaited_.store(answer_first && (!began || answers_awaited_.load()));
  if (!began) close_reason_ = std::move(reason);
  if (settled()) return finish_close(*close_reason_);
  poll();
  if (!began) linger();
}

/// What was to be done before closing is done.
bool Connection::settled() const {
  return out_bytes() == 0 && collected_.empty() && (!answers_awaited_.load() || in_flight_.load() == 0);
}

// Output has a second, counted from when there are no calls left to wait for, or somewhat longer.
void Connection::linger() {
  loop_.at(loop_.clock().now() + linger_ns, [weak = weak_from_this()] {
    const std::shared_ptr<Connection> self = weak.lock();
    if (!self || self->finished_) return;
    if (!self->answers_awaited_.load()) return self->finish_close(*self->close_reason_);
    if (self->in_flight_.load() == 0) self->answers_awaited_.store(false);
    self->linger();
  });
}

// The other side takes nothing any more, or there is no memory to listen to it.
void Connection::fail(const Error& reason) {
  if (finished_) return;
  log::warn("wire", fmt::format("connection {}: closed: {}", id_, reason.message));
  Writer goaway;
  if (append_goaway(goaway, last_call_, reason.message)) {
    std::lock_guard lock(mutex_);
    std::size_t written = 0;
    // Never in the middle of a frame that waits.
    if (!waiting_locked()) static_cast<void>(write_now_locked(goaway.view(), written).ok());
  }
  finish_close(reason);
}

// The other side has broken the protocol. It is told why, and that its calls up to the last one are answered; so they
// are.
void Connection::refuse(Error reason) {
  if (finished_) return;
  log::warn("wire", fmt::format("connection {}: closed: {}", id_, reason.message));
  Writer goaway;
  if (append_goaway(goaway, last_call_, reason.message)) static_cast<void>(collect(goaway.view()).ok());
  begin_closing(std::move(reason), true);
}

void Connection::finish_close(const Error& reason) {
  if (finished_) return;
  finished_ = true;
  uv_poll_stop(&poll_);
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
    socket_.reset();
    out_ = {};
    out_begin_ = 0;
  }
  if (timer_ != 0) loop_.cancel(timer_);
  uv_close(reinterpret_cast<uv_handle_t*>(&poll_), [](uv_handle_t* handle) {
    const std::shared_ptr<Connection> last = std::move(static_cast<Connection*>(handle->data)->self_);
  });
  handler_.on_closed(*this, reason);
}

}  // namespace lodge::wire
