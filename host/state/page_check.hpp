// Whether the pages of LMDB's file hang together, seen without LMDB: it maps the file and trusts it, so that a file
// which was cut short or overwritten would end the process instead of being refused.
#pragma once

#include "base/status.hpp"
#include "state/lmdb_error.hpp"

namespace lodge::state {

/// Reads every page of the newest transaction's tables but the insides of large values. OK also for what is no LMDB
/// file at all, or none yet: LMDB tells that by itself. DATA_LOSS names the page; nothing is written.
[[nodiscard]] Status check_pages(const Place& place);

}  // namespace lodge::state
