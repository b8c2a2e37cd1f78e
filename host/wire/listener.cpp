#include "wire/listener.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/log.hpp"
#include "base/writer.hpp"
#include "platform/peer_credentials.hpp"
#include "wire/envelope.hpp"
#include "wire/unix_address.hpp"

namespace lodge::wire {

namespace {

constexpr int backlog = 512;
constexpr std::int64_t retry_ns = 100'000'000;

std::string reason_of(int error) { return std::generic_category().message(error); }

Error cannot_listen(const std::filesystem::path& path, std::string_view why) {
  return {Code::UNAVAILABLE, fmt::format("cannot listen on {}: {}", path.string(), why)};
}

// A file that nobody listens behind is left over from a host that was killed.
Status remove_left_over(const std::filesystem::path& path, const UnixAddress& address) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) return {};
  if (!S_ISSOCK(found.st_mode)) return cannot_listen(path, "there is a file of that name which is not a socket");
  const platform::UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (::connect(probe.get(), address.get(), address.size()) == 0 || errno == EAGAIN) {
    return Error{Code::ALREADY_EXISTS, fmt::format("another host listens on {} already", path.string())};
  }
  if (errno != ECONNREFUSED) return cannot_listen(path, reason_of(errno));
  ::unlink(path.c_str());
  return {};
}

}  // namespace

Listener::Listener(Loop& loop, std::filesystem::path path, Handler& handler, const ListenerOptions& options)
    : loop_(loop), path_(std::move(path)), handler_(handler), options_(options) {}

Listener::~Listener() {
  close();
  assert(connections_.empty());
}

Result<std::unique_ptr<Listener>> Listener::open(Loop& loop, const std::filesystem::path& path, Handler& handler,
                                                 const ListenerOptions& options) {
  const Result<UnixAddress> address = UnixAddress::of(path);
  if (!address) return address.error();
  if (Status removed = remove_left_over(path, *address); !removed) return std::move(removed).error();
  platform::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  // On Linux the mode of the socket before bind is that of the file, so that there is no moment in between.
  if (!socket.valid() || ::fchmod(socket.get(), 0600) != 0 ||
      ::bind(socket.get(), address->get(), address->size()) != 0 || ::listen(socket.get(), backlog) != 0) {
    return cannot_listen(path, reason_of(errno));
  }
  std::unique_ptr<Listener> listener(new Listener(loop, path, handler, options));
  if (Status started = listener->start(std::move(socket)); !started) return std::move(started).error();
  return listener;
}

Status Listener::start(platform::UniqueFd socket) {
  socket_ = std::move(socket);
  auto poll = std::make_unique<uv_poll_t>();
  if (const int error = uv_poll_init(loop_.raw(), poll.get(), socket_.get()); error != 0) {
    return cannot_listen(path_, uv_strerror(error));
  }
  poll->data = this;
  poll_.reset(poll.release());
  uv_poll_start(poll_.get(), UV_READABLE,
                [](uv_poll_t* handle, int, int) { static_cast<Listener*>(handle->data)->accept_waiting(); });
  return {};
}

void Listener::ClosePoll::operator()(uv_poll_t* poll) const {
  uv_close(reinterpret_cast<uv_handle_t*>(poll),
           [](uv_handle_t* handle) { const std::unique_ptr<uv_poll_t> last(reinterpret_cast<uv_poll_t*>(handle)); });
}

void Listener::close() {
  if (!socket_.valid()) return;
  if (retry_ != 0) loop_.cancel(retry_);
  if (poll_) uv_poll_stop(poll_.get());
  poll_.reset();
  ::unlink(path_.c_str());
  socket_.reset();
}

void Listener::close_connections(const Error& reason) {
  for (const auto& [id, connection] : connections_) connection->close_after_writing(reason);
}

void Listener::accept_waiting() {
  while (socket_.valid()) {
    platform::UniqueFd socket(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (socket.valid()) {
      admit(std::move(socket));
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      return wait_for_descriptors();
    } else if (errno != EINTR && errno != ECONNABORTED) {
      return;
    }
  }
}

// The socket stays readable while no descriptor is free: without a pause, the loop would spin.
void Listener::wait_for_descriptors() {
  log::warn("wire", fmt::format("{}: cannot accept: {}; trying again", path_.string(), reason_of(errno)));
  uv_poll_stop(poll_.get());
  retry_ = loop_.at(loop_.clock().now() + retry_ns, [this] {
    retry_ = 0;
    uv_poll_start(poll_.get(), UV_READABLE,
                  [](uv_poll_t* handle, int, int) { static_cast<Listener*>(handle->data)->accept_waiting(); });
  });
}

void Listener::admit(platform::UniqueFd socket) {
  const Result<platform::PeerCredentials> peer = platform::peer_credentials(socket.get());
  if (!peer) return refuse(socket, peer.error());
  if (peer->uid != 0 && peer->uid != ::geteuid()) {
    return refuse(socket, {Code::PERMISSION_DENIED, fmt::format("user {} may not use this socket; the host's user ({}) "
                                                                "and root may",
                                                                peer->uid, ::geteuid())});
  }
  if (connections_.size() >= options_.connections_max) {
    return refuse(socket, {Code::RESOURCE_EXHAUSTED,
                           fmt::format("all {} connections are taken (limits.connections_max); close some, or raise it",
                                       options_.connections_max)});
  }
  Result<std::shared_ptr<Connection>> connection =
      Connection::open(loop_, std::move(socket), *this, options_.connection);
  if (!connection) return log::warn("wire", "cannot accept: " + connection.error().message);
  connections_.emplace((*connection)->id(), *connection);
  handler_.on_opened(*connection);
}

void Listener::refuse(const platform::UniqueFd& socket, const Error& reason) const {
  log::warn("wire", fmt::format("{}: refused a connection: {}", path_.string(), reason.message));
  Writer goaway;
  if (append_goaway(goaway, 0, reason.message)) {
    // As far as it goes: the other side gets the end of the stream in any case.
    static_cast<void>(::send(socket.get(), goaway.data, goaway.size, MSG_DONTWAIT | MSG_NOSIGNAL));
  }
}

void Listener::on_frame(Connection& connection, Frame&& frame) { handler_.on_frame(connection, std::move(frame)); }

void Listener::on_closed(Connection& connection, const Error& reason) {
  const std::shared_ptr<Connection> last = std::move(connections_[connection.id()]);
  connections_.erase(connection.id());
  handler_.on_closed(connection, reason);
}

}  // namespace lodge::wire
