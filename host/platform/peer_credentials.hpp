// Who is at the other end of a local socket, as the kernel says.
#pragma once

#include <sys/types.h>

#include "base/status.hpp"

namespace lodge::platform {

struct PeerCredentials {
  pid_t pid = 0;
  uid_t uid = 0;
  gid_t gid = 0;
};

[[nodiscard]] Result<PeerCredentials> peer_credentials(int fd);

}  // namespace lodge::platform
