// A disk that fails when told to: LMDB's writes and syncs go through the functions that this program defines.
#pragma once

namespace lodge::state::test {

/// While it lives, from the call after `good_calls` good ones on, the function fails with EIO.
class FailingWrites {
 public:
  explicit FailingWrites(int good_calls = 0);
  ~FailingWrites();
};

class FailingSyncs {
 public:
  explicit FailingSyncs(int good_calls = 0);
  ~FailingSyncs();
};

/// Only what is written through a descriptor that syncs by itself, as LMDB writes its meta pages.
class FailingMetaPages {
 public:
  FailingMetaPages();
  ~FailingMetaPages();
};

}  // namespace lodge::state::test
