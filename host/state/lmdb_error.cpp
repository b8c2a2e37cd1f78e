#include "state/lmdb_error.hpp"

#include <lmdb.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <string>

namespace lodge::state {

namespace {

std::string free_bytes_text(const Place& place) {
  struct statvfs found {};
  if (::statvfs(place.directory.c_str(), &found) != 0) return "";
  return ", " + std::to_string(std::uint64_t{found.f_bavail} * found.f_frsize) + " bytes are free there";
}

/// What one can do where the file itself is of no use.
std::string without_it(const Place& place) {
  return "; restore it from a backup, or move " + place.directory.string() +
         " away to begin without what is in it (nothing in it was changed)";
}

}  // namespace

Error damaged(const Place& place, std::string_view what) {
  return {Code::DATA_LOSS, place.data_file().string() + " is damaged: " + std::string(what) + without_it(place)};
}

Error not_writable(const Place& place, std::string_view what) {
  return {Code::PERMISSION_DENIED, std::string(what) + "; make " + place.directory.string() +
                                       " a directory, and it and what is in it this user's to write"};
}

Error lmdb_error(const Place& place, std::string_view doing, int number) {
  const std::string file = place.data_file().string();
  const std::string failed = file + " cannot " + std::string(doing) + ": " + mdb_strerror(number);
  switch (number) {
    case MDB_MAP_FULL:
      return {Code::RESOURCE_EXHAUSTED, file + " has reached its limit of " + std::to_string(place.bytes_max) +
                                            " bytes; delete something, or raise limits.state_bytes_max and restart"};
    // LMDB tells of a write that came out short, on a full disk, as EIO.
    case EIO:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return {Code::RESOURCE_EXHAUSTED,
              failed + free_bytes_text(place) + "; make room (disk, quota, ulimit -f), it then goes on by itself"};
    case MDB_TXN_FULL:
    case MDB_READERS_FULL:
    case MDB_DBS_FULL:
      return {Code::RESOURCE_EXHAUSTED, failed};
    case ENOMEM:
      return {Code::RESOURCE_EXHAUSTED, failed + "; is the address space limited (ulimit -v)? limits.state_bytes_max " +
                                            "says how much of it is reserved"};
    case MDB_INVALID:
      return {Code::DATA_LOSS,
              file + " is damaged, or was not written by Lodge: " + mdb_strerror(number) + without_it(place)};
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INCOMPATIBLE:
    case MDB_BAD_DBI:
      return damaged(place, mdb_strerror(number));
    case MDB_VERSION_MISMATCH:
      return {Code::FAILED_PRECONDITION,
              file + " is of another version of LMDB; run the Lodge that wrote it" + without_it(place)};
    case MDB_BAD_VALSIZE:
      return {Code::INVALID_ARGUMENT, failed};
    case EACCES:
    case EPERM:
    case EROFS:
    case EISDIR:
    case ENOTDIR:
      return not_writable(place, failed);
    case MDB_PANIC:
      return {Code::UNAVAILABLE, failed};
    default:
      return {Code::INTERNAL, failed};
  }
}

}  // namespace lodge::state
