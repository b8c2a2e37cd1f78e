#include "wire/client.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "wire/unix_address.hpp"

namespace lodge::wire {

namespace {

constexpr std::int64_t ns_per_ms = 1'000'000;

std::string reason_of(int error) { return std::generic_category().message(error); }

MonotonicNs deadline_after(const Clock& clock, std::int64_t timeout_ns) {
  return timeout_ns >= no_deadline - clock.now() ? no_deadline : clock.now() + timeout_ns;
}

Result<Bytes> outcome_of(const Frame& reply, const Limits& limits) {
  const FrameHeader& header = reply.header;
  if (header.error) return parse_error(reply.body, header.executed, limits);
  if (Status checked = check_result(reply.body, limits); !checked) {
    return Error{checked.error().code, "the answer is broken: " + checked.error().message, header.executed};
  }
  return copy_of(reply.body);
}

}  // namespace

Client::Client(platform::UniqueFd socket, const Clock& clock, const Limits& limits)
    : socket_(std::move(socket)),
      clock_(&clock),
      limits_(limits),
      reader_(limits),
      writer_(std::make_unique<Writer>(Writer::no_limit)) {}

Result<Client> Client::connect(const std::filesystem::path& path, const Clock& clock, std::string_view name,
                               const Limits& limits, std::int64_t timeout_ns) {
  const Result<UnixAddress> address = UnixAddress::of(path);
  if (!address) return address.error();
  platform::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.valid() || ::connect(socket.get(), address->get(), address->size()) != 0) {
    return Error{Code::UNAVAILABLE,
                 fmt::format("cannot connect to {}: {}; is the host running?", path.string(), reason_of(errno))};
  }
  return over(std::move(socket), clock, name, limits, timeout_ns);
}

Result<Client> Client::over(platform::UniqueFd socket, const Clock& clock, std::string_view name, const Limits& limits,
                            std::int64_t timeout_ns) {
  Client client(std::move(socket), clock, limits);
  if (Status greeted = client.greet(name, deadline_after(clock, timeout_ns)); !greeted) {
    return std::move(greeted).error();
  }
  return client;
}

Status Client::greet(std::string_view name, MonotonicNs deadline) {
  const HelloBody ours{.name = std::string(name), .software = "lodge"};
  writer_->clear();
  if (Status packed = append_hello(*writer_, ours); !packed) return packed;
  // A refusal may lie there already, from a host that has closed its end: read it rather than tell of a broken pipe.
  const Status sent = write(writer_->view(), deadline);
  Result<Frame> frame = read_frame(deadline);
  if (!frame) return sent ? std::move(frame).error() : sent.error();
  if (frame->header.kind == FrameKind::goaway) return take_goaway(*frame);
  if (frame->header.kind != FrameKind::hello) {
    return Error{Code::UNAVAILABLE, fmt::format("expected a hello, got a {}", frame_kind_name(frame->header.kind))};
  }
  Result<HelloBody> theirs = parse_hello(frame->body, limits_);
  if (!theirs) return std::move(theirs).error();
  peer_ = std::move(*theirs);
  const Result<std::uint32_t> protocol = agree_on_protocol(ours, peer_);
  if (!protocol) return protocol.error();
  return {};
}

Result<Bytes> Client::call(std::string_view service, std::string_view name, ByteView args, std::uint32_t arity,
                           const CallOptions& options) {
  const Result<std::uint64_t> id = send(service, name, args, arity, options);
  if (!id) return id.error();
  return receive(*id, options.timeout_ns);
}

Result<std::uint64_t> Client::send(std::string_view service, std::string_view name, ByteView args, std::uint32_t arity,
                                   const CallOptions& options) {
  const std::uint64_t id = next_id_++;
  const auto left_us = static_cast<std::uint64_t>(std::max<std::int64_t>(1, options.timeout_ns / 1000));
  const FrameHeader header{.kind = FrameKind::call,
                           .one_way = options.one_way,
                           .id = id,
                           .deadline_left_us = left_us,
                           .trace = options.trace};
  const CallBody body{.service = service,
                      .name = name,
                      .caller = options.caller,
                      .idempotent = options.idempotent,
                      .args = PackedValues::vouched(args, arity)};
  writer_->clear();
  if (Status packed = append_call(*writer_, header, body, limits_); !packed) return std::move(packed).error();
  Status sent = write(writer_->view(), deadline_after(*clock_, options.timeout_ns));
  if (!sent) return std::move(sent).error();
  return id;
}

Result<Bytes> Client::receive(std::uint64_t id, std::int64_t timeout_ns) {
  const MonotonicNs deadline = deadline_after(*clock_, timeout_ns);
  for (;;) {
    if (const auto found = waiting_.find(id); found != waiting_.end()) {
      const Frame reply = std::move(found->second);
      waiting_.erase(found);
      return outcome_of(reply, limits_);
    }
    if (goodbye_ && id > last_accepted_) return *goodbye_;
    Result<Frame> frame = read_frame(deadline);
    if (!frame) return goodbye_ ? Error{frame.error().code, goodbye_->message, Executed::maybe} : frame.error();
    if (frame->header.kind == FrameKind::goaway) static_cast<void>(take_goaway(*frame));
    if (frame->header.kind == FrameKind::reply) waiting_.insert_or_assign(frame->header.id, std::move(*frame));
  }
}

// Calls up to the one named are still answered; later ones never run.
Error Client::take_goaway(const Frame& frame) {
  const Result<std::string> reason = parse_goaway(frame.body, limits_);
  last_accepted_ = frame.header.id;
  goodbye_ = Error{Code::UNAVAILABLE, "the host says goodbye: " + (reason ? *reason : reason.error().message)};
  return *goodbye_;
}

Status Client::cancel(std::uint64_t id) {
  writer_->clear();
  const FrameHeader header{.kind = FrameKind::cancel, .id = id};
  if (Status packed = append_frame(*writer_, header, {}, limits_); !packed) return packed;
  return write(writer_->view(), no_deadline);
}

Status Client::write(ByteView bytes, MonotonicNs deadline) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      if (Status ready = wait_for(POLLOUT, deadline); !ready) return ready;
    } else if (errno != EINTR) {
      return Error{Code::UNAVAILABLE, "the connection to the host broke: " + reason_of(errno), Executed::maybe};
    }
  }
  return {};
}

Result<Frame> Client::read_frame(MonotonicNs deadline) {
  for (;;) {
    Result<std::optional<Frame>> frame = reader_.next();
    if (!frame) return std::move(frame).error();
    if (frame->has_value()) return std::move(**frame);
    const std::span<std::uint8_t> room = reader_.room();
    const ssize_t got = ::recv(socket_.get(), room.data(), room.size(), MSG_DONTWAIT);
    if (got > 0) {
      reader_.filled(static_cast<std::size_t>(got));
    } else if (got == 0) {
      return Error{Code::UNAVAILABLE, "the host has closed the connection", Executed::maybe};
    } else if (errno == EAGAIN) {
      if (Status ready = wait_for(POLLIN, deadline); !ready) return std::move(ready).error();
    } else if (errno != EINTR) {
      return Error{Code::UNAVAILABLE, "the connection to the host broke: " + reason_of(errno), Executed::maybe};
    }
  }
}

Status Client::wait_for(short events, MonotonicNs deadline) {
  for (;;) {
    int wait_ms = -1;
    if (deadline != no_deadline) {
      const std::int64_t left = deadline - clock_->now();
      if (left <= 0) return Error{Code::DEADLINE_EXCEEDED, "the host did not answer in time", Executed::maybe};
      wait_ms = static_cast<int>(std::min<std::int64_t>((left + ns_per_ms - 1) / ns_per_ms, INT32_MAX));
    }
    pollfd waiting{socket_.get(), events, 0};
    const int ready = ::poll(&waiting, 1, wait_ms);
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return Error{Code::UNAVAILABLE, "cannot wait: " + reason_of(errno)};
  }
}

}  // namespace lodge::wire
