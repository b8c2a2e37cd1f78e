// What the other threads of this process are at.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>

namespace lodge::platform {

/// Whether there are threads beside the calling one.
[[nodiscard]] bool has_other_threads();

/// Looks whether all threads beside the calling one are at rest: each waits, without an end, for another thread of this
/// process to wake it. Nothing comes of them then until the calling one does something. Used by one thread.
class OtherThreads {
 public:
  /// False also where the system does not let it be seen.
  [[nodiscard]] bool at_rest();

 private:
  /// How often each had gone to sleep; nothing: one of them is not at rest.
  using Sleeps = std::map<pid_t, std::uint64_t>;
  [[nodiscard]] static std::optional<Sleeps> look();

  Sleeps last_;
};

}  // namespace lodge::platform
