// The address of a local socket.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <filesystem>

#include "base/status.hpp"

namespace lodge::wire {

class UnixAddress {
 public:
  /// INVALID_ARGUMENT: the path is longer than the kernel takes.
  [[nodiscard]] static Result<UnixAddress> of(const std::filesystem::path& path) {
    const std::string text = path.string();
    UnixAddress out;
    if (text.empty() || text.size() >= sizeof out.address_.sun_path) {
      return Error{Code::INVALID_ARGUMENT, "the socket's path must have 1 to " +
                                               std::to_string(sizeof out.address_.sun_path - 1) + " bytes: " + text};
    }
    out.address_.sun_family = AF_UNIX;
    text.copy(out.address_.sun_path, text.size());
    return out;
  }

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
  [[nodiscard]] socklen_t size() const { return sizeof address_; }

 private:
  sockaddr_un address_{};
};

}  // namespace lodge::wire
