// How an entry of node configuration lies on disk, in the table `config` of the environment.
//
// The key is the entry's path (NodeConfig's: the domain's size, the domain, the key). The value is a byte that says
// what it is, 8 bytes of XXH3 over path and value, little-endian, and the value's msgpack as it was written.
#pragma once

#include <optional>

#include "base/bytes.hpp"

namespace lodge::names {

struct ConfigRecord {
  /// Deleted at run time, though the host's file has it: what the file says must not come back.
  bool deleted = false;
  ByteView value;
};

[[nodiscard]] Bytes record_of(ByteView path, const ConfigRecord& record);

/// Nothing: these bytes were not written by `record_of` for this path.
[[nodiscard]] std::optional<ConfigRecord> read_record(ByteView path, ByteView bytes);

}  // namespace lodge::names
