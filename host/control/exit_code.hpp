// What `lodged` and `lodgectl` end with: the numbers of sysexits.h, so that scripts and systemd can tell causes apart.
#pragma once

#include "base/status.hpp"

namespace lodge::control {

enum class ExitCode : int {
  ok = 0,
  failed = 1,          ///< lodgectl: the call was made and answered with an error
  usage = 64,          ///< the command line is wrong
  data = 65,           ///< what the data directory holds cannot be used: damaged, foreign, of a newer Lodge
  no_input = 66,       ///< a file named on the command line is missing or cannot be read
  unavailable = 69,    ///< lodgectl: the host cannot be reached; lodged: something it needs is not available
  internal = 70,       ///< a bug in Lodge
  os_error = 71,       ///< the system refused something: memory, threads, descriptors
  cannot_create = 73,  ///< data directory or socket cannot be created or written
  try_later = 75,      ///< another host holds the data directory or the socket
  permission = 77,     ///< not allowed, or what is not safe to use (a plugin directory that others may write)
  config = 78,         ///< the configuration is wrong
  interrupted = 130    ///< lodgectl: Ctrl-C ended what it followed
};

/// For ending a process with it: `return status_of(ExitCode::usage);`.
[[nodiscard]] constexpr int status_of(ExitCode code) { return static_cast<int>(code); }

/// How a failure of `read_config` ends the process.
[[nodiscard]] constexpr ExitCode exit_code_of_config_error(Code code) {
  switch (code) {
    case Code::NOT_FOUND:
      return ExitCode::no_input;
    case Code::PERMISSION_DENIED:
      return ExitCode::permission;
    default:
      return ExitCode::config;
  }
}

}  // namespace lodge::control
