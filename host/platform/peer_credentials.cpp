#include "platform/peer_credentials.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <system_error>

namespace lodge::platform {

Result<PeerCredentials> peer_credentials(int fd) {
  ucred found{};
  socklen_t size = sizeof found;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &found, &size) != 0) {
    return Error{Code::UNAUTHENTICATED,
                 "cannot tell who is at the other end: " + std::generic_category().message(errno)};
  }
  return PeerCredentials{found.pid, found.uid, found.gid};
}

}  // namespace lodge::platform
