// Private copies of plugin files: what was checked is what runs, and a new version loads beside the old one even under
// the same file name.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/status.hpp"

namespace lodge::plugin {

/// That code can run from the data directory. `mount_flags`: of its file system, as statvfs gives them.
[[nodiscard]] Status check_exec(const std::string& data_dir, unsigned long mount_flags);

/// DATA_DIR/plugins/SHA256/NAME.so: where the copy of that content lies.
[[nodiscard]] std::string private_copy_path(const std::string& data_dir, const std::string& sha256,
                                            const std::string& name);

/// Keeps `content` as DATA_DIR/plugins/SHA256/NAME.so, for this user alone, and returns that path. One that is there
/// already and the same is left as it is; nobody ever sees half a file. FAILED_PRECONDITION: the data directory does
/// not allow code to run (mounted noexec); UNAVAILABLE: it cannot be written. Thread-safe, also between processes.
[[nodiscard]] Result<std::string> keep_private_copy(const std::string& data_dir, const std::string& sha256,
                                                    const std::string& name, ByteView content);

/// Removes the copies in DATA_DIR/plugins whose paths are not in `used`, and what a host left that was killed while it
/// wrote one; what is no copy, or not this user's, stays. A copy that runs may be removed: its code stays until the
/// process ends. Returns how many. UNAVAILABLE: the directory cannot be read, or a copy not removed.
[[nodiscard]] Result<std::size_t> remove_private_copies(const std::string& data_dir, const std::set<std::string>& used);

}  // namespace lodge::plugin
