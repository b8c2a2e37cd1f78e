// Whose files the host runs.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/status.hpp"

namespace lodge::plugin {

/// That a file or directory belongs to root or to `host_user`, and is not writable by its group or by others: whoever
/// writes there puts code into the host. PERMISSION_DENIED names the path and the cure.
[[nodiscard]] Status check_owner(const std::string& path, uid_t owner, mode_t mode, uid_t host_user);

/// That nobody but root and the host's user can put files there: the directory belongs to one of them and is not
/// writable by its group or others, and no directory above it lets others replace it. PERMISSION_DENIED names the path
/// and the cure; NOT_FOUND.
[[nodiscard]] Status check_plugin_directory(const std::string& path);

}  // namespace lodge::plugin
