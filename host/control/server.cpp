#include "control/server.hpp"

#include <lodge/descriptor.h>

#include <utility>

#include "base/log.hpp"
#include "base/loop_thread.hpp"
#include "wire/envelope.hpp"

namespace lodge::control {

namespace {

/// Frames are put together here before they go out; kept by the thread, so that answering allocates nothing. How large
/// they may be is the connection's to say.
Writer& frame_writer() {
  constexpr std::size_t kept_max = std::size_t{32} << 20;
  thread_local Writer writer(Writer::no_limit);
  writer.clear(kept_max);
  return writer;
}

void send_error(wire::Connection& connection, std::uint64_t id, const Error& error) {
  Writer& writer = frame_writer();
  if (wire::append_error(writer, id, error, connection.options().limits)) (void)connection.collect(writer.view());
}

}  // namespace

/// What the server knows about one connection.
struct Server::Session {
  bool greeted = false;
  bool turned_away = false;
  std::uint64_t last_accepted = 0;
  std::mutex mutex;  // workers take out what they have answered
  std::unordered_map<std::uint64_t, std::weak_ptr<service::PendingCall>> calls;

  static Session& of(const wire::Connection& connection) { return *static_cast<Session*>(connection.attachment()); }
};

/// Writes the reply to one call, from whichever thread has it; keeps the received arguments alive until then.
class Server::FrameAnswer final : public service::AnswerTo {
 public:
  FrameAnswer(Server& server, std::shared_ptr<wire::Connection> connection, wire::Frame&& frame)
      : server_(server), connection_(std::move(connection)), frame_(std::move(frame)) {}

  void answer(Code code, Executed executed, ByteView body) override {
    const std::uint64_t id = frame_.header.id;
    if (frame_.header.one_way) return server_.answered();  // its reply was that it is queued
    Session& session = Session::of(*connection_);
    {
      std::lock_guard lock(session.mutex);
      session.calls.erase(id);
    }
    Writer& writer = frame_writer();
    write(writer, id, code, executed, body);
    // A peer that has gone takes its answers with it.
    if (on_loop_thread()) {
      (void)connection_->collect(writer.view());
    } else {
      (void)connection_->send(writer.view());
    }
    connection_->finished();
    server_.answered();
  }

 private:
  void write(Writer& writer, std::uint64_t id, Code code, Executed executed, ByteView body) const {
    const wire::Limits& limits = connection_->options().limits;
    if (code != Code::OK) {
      (void)wire::append_error(writer, id, {code, std::string(text_of(body)), executed}, limits);
      return;
    }
    const wire::FrameHeader header{.kind = wire::FrameKind::reply, .executed = executed, .id = id};
    if (const Status fits = wire::append_frame(writer, header, body, limits); !fits) {
      (void)wire::append_error(writer, id, {fits.error().code, fits.error().message, executed}, limits);
    }
  }

  Server& server_;
  const std::shared_ptr<wire::Connection> connection_;
  const wire::Frame frame_;
};

Server::Server(Loop& loop, Executor& executor, service::Calls& calls, ServerOptions options)
    : loop_(loop), executor_(executor), calls_(calls), options_(std::move(options)) {}

Server::~Server() = default;

Status Server::listen(const std::filesystem::path& socket) {
  Result<std::unique_ptr<wire::Listener>> opened = wire::Listener::open(loop_, socket, *this, options_.listener);
  if (!opened) return std::move(opened).error();
  listener_ = *std::move(opened);
  return {};
}

void Server::on_opened(const std::shared_ptr<wire::Connection>& connection) {
  connection->set_attachment(std::make_shared<Session>());
  connections_[connection->id()] = connection;
  connection_count_.store(connections_.size(), std::memory_order_relaxed);
  // Who never says hello takes a place from others.
  const MonotonicNs patience = connection->options().frame_timeout_ns;
  (void)loop_.at(loop_.clock().now() + patience, [this, id = connection->id()] {
    const auto found = connections_.find(id);
    if (found == connections_.end() || Session::of(*found->second).greeted) return;
    turn_away(*found->second, {Code::DEADLINE_EXCEEDED, "no hello came (limits.frame_timeout_ms)"});
  });
}

void Server::on_closed(wire::Connection& connection, const Error& reason) {
  log::debug("control", "connection " + std::to_string(connection.id()) + " closed: " + reason.text());
  connections_.erase(connection.id());
  connection_count_.store(connections_.size(), std::memory_order_relaxed);
  std::unordered_map<std::uint64_t, std::weak_ptr<service::PendingCall>> orphans;
  {
    Session& session = Session::of(connection);
    std::lock_guard lock(session.mutex);
    orphans = std::move(session.calls);
    session.calls.clear();
  }
  for (const auto& [id, weak] : orphans) {
    if (const auto call = weak.lock()) (void)call->give_up(Code::CANCELLED, "the caller's connection closed");
  }
  if (connections_.empty() && closed_) std::exchange(closed_, nullptr)();
}

void Server::on_frame(wire::Connection& connection, wire::Frame&& frame) {
  const Session& session = Session::of(connection);
  if (!session.greeted && !session.turned_away && frame.header.kind != wire::FrameKind::hello) {
    turn_away(connection, {Code::INVALID_ARGUMENT, "the first frame must be a hello"});
  }
  if (session.turned_away) {
    if (frame.header.kind == wire::FrameKind::call) connection.finished();
    return;
  }
  switch (frame.header.kind) {
    case wire::FrameKind::hello:
      on_hello(connection, frame);
      break;
    case wire::FrameKind::call:
      on_call(connection, std::move(frame));
      break;
    case wire::FrameKind::cancel:
      on_cancel(connection, frame.header.id);
      break;
    case wire::FrameKind::ping: {
      Writer& writer = frame_writer();
      const wire::FrameHeader header{.kind = wire::FrameKind::pong, .id = frame.header.id};
      if (wire::append_frame(writer, header, {})) (void)connection.collect(writer.view());
      break;
    }
    default:
      turn_away(connection,
                {Code::INVALID_ARGUMENT, "a client sends no " + std::string(wire::frame_kind_name(frame.header.kind))});
  }
}

// What it sent behind the frame that was wrong is read still, and does not count.
void Server::turn_away(wire::Connection& connection, const Error& reason) {
  Session& session = Session::of(connection);
  session.turned_away = true;
  Writer& writer = frame_writer();
  if (wire::append_goaway(writer, session.last_accepted, reason.message)) (void)connection.collect(writer.view());
  connection.close_after_answering(reason);
}

void Server::on_hello(wire::Connection& connection, const wire::Frame& frame) {
  if (Session::of(connection).greeted) {
    turn_away(connection, {Code::INVALID_ARGUMENT, "only the first frame is a hello"});
    return;
  }
  const Result<wire::HelloBody> theirs = wire::parse_hello(frame.body, connection.options().limits);
  const wire::HelloBody ours{.name = options_.node, .software = std::string("lodge ") + LODGE_SDK_VERSION};
  Status agreed = theirs ? Status() : theirs.error();
  if (agreed) {
    if (const auto protocol = wire::agree_on_protocol(ours, *theirs); !protocol) agreed = protocol.error();
  }
  if (!agreed) {
    turn_away(connection, agreed.error());
    return;
  }
  Session::of(connection).greeted = true;
  Writer& writer = frame_writer();
  if (wire::append_hello(writer, ours)) (void)connection.collect(writer.view());
}

void Server::on_call(wire::Connection& connection, wire::Frame&& frame) {
  const std::uint64_t id = frame.header.id;
  const bool one_way = frame.header.one_way;
  const auto refuse = [&](const Error& error) {
    send_error(connection, id, error);
    connection.finished();
  };
  if (draining_.load(std::memory_order_relaxed)) {
    return refuse({Code::UNAVAILABLE, "the host is shutting down; the call did not run", Executed::no});
  }
  const Result<wire::CallBody> body = wire::parse_call(frame.body, connection.options().limits);
  if (!body) {
    // The bytes are not what the protocol says: nothing behind them is to be trusted either.
    turn_away(connection, body.error());
    connection.finished();
    return;
  }
  const std::uint64_t left_us = frame.header.deadline_left_us;
  constexpr std::uint64_t longest_us = std::uint64_t{365} * 24 * 3600 * 1'000'000;
  const MonotonicNs timeout =
      left_us > 0 ? static_cast<MonotonicNs>(std::min(left_us, longest_us) * 1000) : options_.call_timeout_ns;
  const std::optional<lodge_trace> trace = frame.header.trace;
  const MonotonicNs now = loop_.clock().now();
  const service::CallRequest request{
      .name = body->name,
      .args = body->args,
      .flags = LODGE_CALL_OUTSIDE | (body->idempotent ? std::uint32_t{LODGE_CALL_IDEMPOTENT} : 0),
      .deadline = now + timeout,
      .began = now,
      .trace = trace ? &*trace : nullptr};
  Session& session = Session::of(connection);
  const std::shared_ptr<wire::Connection> holder = connections_.at(connection.id());
  Result<std::shared_ptr<service::PendingCall>> call =
      calls_.prepare(body->service, request, false, std::make_unique<FrameAnswer>(*this, holder, std::move(frame)));
  if (!call) return refuse(call.error());
  session.last_accepted = id;
  accepted_.fetch_add(1, std::memory_order_relaxed);
  in_flight_.fetch_add(1, std::memory_order_relaxed);
  if ((*call)->quick()) {
    (*call)->run_quick();
    if (one_way) taken(connection, id);
    return;
  }
  // Nobody cancels a one-way call, and it outlives its connection.
  if (!one_way) {
    std::lock_guard lock(session.mutex);
    session.calls[id] = *call;
  }
  if (batch_.tasks.empty()) loop_.at_turn_end(*this);
  batch_.tasks.push_back(call->get());
  batch_.calls.push_back(*std::move(call));
  batch_.from.push_back({holder, id, one_way});
}

void Server::taken(wire::Connection& connection, std::uint64_t id) {
  constexpr std::uint8_t nil = 0xc0;
  Writer& writer = frame_writer();
  const wire::FrameHeader header{.kind = wire::FrameKind::reply, .executed = Executed::maybe, .id = id};
  if (wire::append_frame(writer, header, {&nil, 1})) (void)connection.collect(writer.view());
  connection.finished();
}

void Server::at_turn_end() {
  Batch batch = std::exchange(batch_, {});
  for (const auto& call : batch.calls) call->submitted();
  const std::size_t queued = executor_.submit(batch.tasks);
  for (std::size_t i = 0; i < batch.calls.size(); ++i) {
    const auto& [connection, id, one_way] = batch.from[i];
    if (i < queued) {
      if (one_way) taken(*connection, id);
      continue;
    }
    const bool unanswered = batch.calls[i]->dropped();
    if (unanswered) answered();
    if (!unanswered && !one_way) continue;
    {
      Session& session = Session::of(*connection);
      std::lock_guard lock(session.mutex);
      session.calls.erase(id);
    }
    send_error(*connection, id, service::queue_full(executor_));
    connection->finished();
  }
}

void Server::on_cancel(wire::Connection& connection, std::uint64_t id) {
  std::shared_ptr<service::PendingCall> call;
  {
    Session& session = Session::of(connection);
    std::lock_guard lock(session.mutex);
    if (const auto found = session.calls.find(id); found != session.calls.end()) call = found->second.lock();
  }
  // None: it has been answered, and the two crossed.
  if (call) (void)call->give_up(Code::CANCELLED, "cancelled by its caller");
}

void Server::answered() {
  if (in_flight_.fetch_sub(1, std::memory_order_acq_rel) != 1 || !draining_.load(std::memory_order_acquire)) return;
  loop_.post([this] {
    if (in_flight() == 0 && drained_) std::exchange(drained_, nullptr)();
  });
}

void Server::drain(std::function<void()> drained) {
  if (listener_) listener_->close();
  drained_ = std::move(drained);
  draining_.store(true, std::memory_order_release);
  for (const auto& [id, connection] : connections_) {
    Writer& writer = frame_writer();
    if (wire::append_goaway(writer, Session::of(*connection).last_accepted, "the host is shutting down")) {
      (void)connection->send(writer.view());
    }
  }
  // What is in this turn's batch has been accepted, and is counted.
  if (in_flight() == 0 && drained_) std::exchange(drained_, nullptr)();
}

void Server::close(std::function<void()> closed) {
  if (listener_) listener_->close();
  if (connections_.empty()) return closed();
  closed_ = std::move(closed);
  listener_->close_connections({Code::UNAVAILABLE, "the host has shut down"});
}

}  // namespace lodge::control
