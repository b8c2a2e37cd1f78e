// The last records of a kind, bounded by bytes, for who asks the running host for them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

namespace lodge {

/// Thread-safe. The oldest records go first. A Record has a `number`; beside it stand `cost_of(record)`, what it counts
/// for in bytes, and `fits(record, query)`, whether it is asked for. A Query has
///   after        only records with higher numbers
///   last         of all that fit, only so many of the youngest
///   records_max  of one page
///   bytes_max    of one page, which has one record at least
template <typename Record, typename AskedFor>
class RecordRing {
 public:
  using Query = AskedFor;

  explicit RecordRing(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// Numbers it: from 1, without gaps.
  void add(Record record) {
    std::lock_guard lock(mutex_);
    record.number = ++last_;
    bytes_ += cost_of(record);
    records_.push_back(std::move(record));
    make_room();
  }

  void set_bytes_max(std::size_t bytes_max) {
    std::lock_guard lock(mutex_);
    bytes_max_ = bytes_max;
    make_room();
  }

  struct Page {
    std::vector<Record> records;
    std::uint64_t next = 0;  ///< `after` of the next query
    std::uint64_t lost = 0;  ///< records after `after` that had gone already, whether or not they would have fit
    bool more = false;       ///< the next page is there already
  };
  [[nodiscard]] Page read(const Query& query) const {
    std::lock_guard lock(mutex_);
    Page out;
    const std::uint64_t first = last_ + 1 - records_.size();
    // From an earlier host, perhaps: what it asks for is all that there is.
    const std::uint64_t after = query.after > last_ ? 0 : query.after;
    out.lost = after != 0 && after + 1 < first ? first - after - 1 : 0;
    auto at = records_.begin() + static_cast<std::ptrdiff_t>(std::max(after + 1, first) - first);
    if (query.last != SIZE_MAX) at = begin_of_last(at, query);
    std::size_t bytes = 0;
    out.next = last_;
    for (; at != records_.end(); ++at) {
      if (!fits(*at, query)) continue;
      const bool full = out.records.size() >= query.records_max || (bytes += cost_of(*at)) > query.bytes_max;
      if (full && !out.records.empty()) {
        out.next = at->number - 1;
        out.more = true;
        break;
      }
      out.records.push_back(*at);
    }
    return out;
  }

 private:
  using Place = typename std::deque<Record>::const_iterator;

  /// Where the last `query.last` of those that fit begin, from `at` on.
  [[nodiscard]] Place begin_of_last(Place at, const Query& query) const {
    std::size_t wanted = query.last;
    Place begin = records_.end();
    for (Place each = records_.end(); each != at && wanted > 0;) {
      if (fits(*--each, query)) {
        begin = each;
        --wanted;
      }
    }
    return begin;
  }

  void make_room() {
    while (bytes_ > bytes_max_ && !records_.empty()) {
      bytes_ -= cost_of(records_.front());
      records_.pop_front();
    }
  }

  mutable std::mutex mutex_;
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::uint64_t last_ = 0;
  std::deque<Record> records_;
};

}  // namespace lodge
