#include "raw_peer.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <stdexcept>

#include "base/writer.hpp"
#include "child_process.hpp"
#include "wire/envelope.hpp"
#include "wire/unix_address.hpp"

namespace lodge::system_test {

RawPeer::RawPeer(const std::filesystem::path& socket) : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const auto address = wire::UnixAddress::of(socket);
  if (!address || ::connect(socket_.get(), address->get(), address->size()) != 0) {
    throw std::runtime_error("nobody listens on " + socket.string());
  }
}

bool RawPeer::send(ByteView bytes, int pause_ms) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
      continue;
    }
    pollfd waiting{socket_.get(), POLLOUT, 0};
    if (errno != EAGAIN || ::poll(&waiting, 1, pause_ms) != 1) return false;
  }
  return true;
}

std::optional<wire::Frame> RawPeer::next() {
  for (;;) {
    auto frame = reader_.next();
    if (!frame) throw std::runtime_error("the host's frames are broken: " + frame.error().text());
    if (frame->has_value()) return std::move(**frame);
    pollfd waiting{socket_.get(), POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(patience.count())) != 1) throw std::runtime_error("the host says nothing");
    const auto room = reader_.room();
    const ssize_t got = ::recv(socket_.get(), room.data(), room.size(), 0);
    if (got <= 0) return std::nullopt;
    reader_.filled(static_cast<std::size_t>(got));
  }
}

std::vector<wire::Frame> RawPeer::until_closed() {
  std::vector<wire::Frame> frames;
  while (auto frame = next()) frames.push_back(*std::move(frame));
  return frames;
}

std::vector<wire::Frame> RawPeer::replies(std::size_t count) {
  std::vector<wire::Frame> frames;
  while (!greeted_ || frames.size() < count) {
    auto frame = next();
    if (!frame) throw std::runtime_error("the host has closed the connection");
    if (frame->header.kind == wire::FrameKind::hello) greeted_ = true;
    if (frame->header.kind == wire::FrameKind::reply) frames.push_back(*std::move(frame));
  }
  return frames;
}

Bytes hello_frame() {
  Writer writer;
  if (!wire::append_hello(writer, {.name = "peer", .software = "test"})) throw std::runtime_error("no hello");
  return writer.take();
}

Bytes call_frame(std::uint64_t id, std::string_view service, std::string_view function, ByteView args,
                 std::uint32_t arity) {
  Writer writer;
  const wire::FrameHeader header{.kind = wire::FrameKind::call, .id = id};
  const wire::CallBody body{.service = service, .name = function, .args = wire::PackedValues::vouched(args, arity)};
  if (!wire::append_call(writer, header, body)) throw std::runtime_error("no call");
  return writer.take();
}

std::string goodbye(const std::vector<wire::Frame>& frames) {
  std::string reasons;
  for (const wire::Frame& frame : frames) {
    if (frame.header.kind != wire::FrameKind::goaway) continue;
    const auto reason = wire::parse_goaway(frame.body);
    reasons += reason ? *reason : reason.error().message;
  }
  return reasons;
}

}  // namespace lodge::system_test
