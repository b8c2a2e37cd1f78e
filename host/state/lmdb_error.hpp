// What LMDB's errors mean to people: which file, what stood in the way, what to do about it.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/status.hpp"

namespace lodge::state {

/// Where an error happened.
struct Place {
  std::filesystem::path directory;
  std::uint64_t bytes_max = 0;  ///< the limit of the file, as it is in force

  [[nodiscard]] std::filesystem::path data_file() const { return directory / "data.mdb"; }
};

/// `number` is LMDB's or errno's. `doing`: "be opened", "be read", "be written".
/// RESOURCE_EXHAUSTED: no room, on the disk or under a limit. DATA_LOSS: damaged, or no LMDB file. PERMISSION_DENIED:
/// the user may not. FAILED_PRECONDITION: of another version. UNAVAILABLE: a write went wrong half-way.
[[nodiscard]] Error lmdb_error(const Place& place, std::string_view doing, int number);

/// PERMISSION_DENIED, with what to do, for what kept this user out.
[[nodiscard]] Error not_writable(const Place& place, std::string_view what);

/// What is not as Lodge has written it.
[[nodiscard]] Error damaged(const Place& place, std::string_view what);

}  // namespace lodge::state
