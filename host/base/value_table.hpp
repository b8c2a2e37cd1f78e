// A table of values by key with everything a user asks of one: time to live, a quota, atomic changes, watches. The
// private stores and node configuration are this, each with its own limits.
#pragma once

#include <lodge/store.h>

#include <atomic>
#include <functional>
#include <mutex>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/concurrent_table.hpp"
#include "base/executor.hpp"
#include "base/status.hpp"
#include "base/watch.hpp"
#include "base/writer.hpp"

namespace lodge {

/// Thread-safe; reads take no lock. Operations answer a code, with the meanings that <lodge/store.h> gives them.
class ValueTable {
 public:
  struct Limits {
    std::size_t key_bytes_max;
    std::size_t value_bytes_max;
    /// Over all entries: keys, values and `entry_overhead` each.
    std::uint64_t bytes_max = UINT64_MAX;
    /// Exceeded by no more than the number of writers at work.
    std::uint64_t entries_max = UINT64_MAX;
  };
  /// What an entry costs beside its key and value: its header and its share of the table.
  static constexpr std::size_t entry_overhead = 64;
  static constexpr int races_max = 1000;

  ValueTable(const Clock& clock, Executor& executor, HashSeed seed, Limits limits)
      : clock_(clock), limits_(limits), table_(seed), hub_(executor) {}
  virtual ~ValueTable() = default;
  ValueTable(const ValueTable&) = delete;
  ValueTable& operator=(const ValueTable&) = delete;

  [[nodiscard]] Code get(ByteView key, lodge_writer& value) const;
  [[nodiscard]] Code put(ByteView key, ByteView value, std::uint64_t ttl_ms = 0);
  [[nodiscard]] Code put_new(ByteView key, ByteView value, std::uint64_t ttl_ms = 0);
  [[nodiscard]] Code remove(ByteView key);
  [[nodiscard]] Code take(ByteView key, lodge_writer& value);
  /// `expected` nullptr: only if the key is missing.
  [[nodiscard]] Code compare_and_put(ByteView key, const ByteView* expected, ByteView value);
  /// `result` may be nullptr.
  [[nodiscard]] Code increment(ByteView key, std::int64_t by, std::int64_t* result);
  /// `size` may be nullptr.
  [[nodiscard]] Code append(ByteView key, ByteView bytes, std::size_t* size);

  /// Appends the new value to the writer, given the present one (nullptr: missing). OK, or the code to answer.
  using Change = std::function<Code(const ByteView* present, Writer& out)>;
  /// A compare-and-put loop around `change`, which may run several times and holds nothing up.
  [[nodiscard]] Code update(ByteView key, const Change& change);
  /// The same, with another compare-and-put of this key. ABORTED from it: the value is another now.
  using CompareAndPut = std::function<Code(const ByteView* expected, ByteView value)>;
  [[nodiscard]] Code update(ByteView key, const Change& change, const CompareAndPut& put) const;

  /// An entry for `set`. nullptr: it does not fit, or there is no memory.
  [[nodiscard]] TableEntry::Ptr entry_of(ByteView key, ByteView value) const;
  /// Creates or replaces, whatever the limits of the whole table: for what has been decided elsewhere.
  void set(TableEntry::Ptr entry);

  /// False: stop. The views are copies: the visitor may take its time and change the table.
  using Visit = std::function<bool(ByteView key, ByteView value)>;
  void scan(ByteView prefix, const Visit& visit) const;
  /// The same, with when each entry goes by itself; no_deadline: never.
  using VisitTimed = std::function<bool(ByteView key, ByteView value, MonotonicNs expires)>;
  void scan_timed(ByteView prefix, const VisitTimed& visit) const;

  /// Entries, those included that have expired and were not cleared away yet (small tables have none).
  [[nodiscard]] std::uint64_t entries();
  [[nodiscard]] std::uint64_t bytes();

  /// Clears away what has expired, in a bounded step; called now and then, it goes round the whole table.
  void sweep();

  [[nodiscard]] WatchHub& watches() { return hub_; }
  [[nodiscard]] const Limits& limits() const { return limits_; }

 private:
  /// A limit has kept a write out. Without a lock, on the thread that wrote.
  virtual void note_refused() {}

  using Locked = ConcurrentTable::Locked;
  static constexpr int buckets_per_sweep = 1024;

  [[nodiscard]] bool fits(ByteView key, std::size_t value_size) const {
    return !key.empty() && key.size() <= limits_.key_bytes_max && value_size <= limits_.value_bytes_max;
  }
  [[nodiscard]] bool live(const TableEntry& entry) const { return !entry.timed() || entry.expires() > clock_.now(); }
  [[nodiscard]] const TableEntry* live(const Locked& at) const {
    return at.present() != nullptr && live(*at.present()) ? at.present() : nullptr;
  }
  [[nodiscard]] MonotonicNs expiry(std::uint64_t ttl_ms) const;
  [[nodiscard]] static std::uint64_t cost(const TableEntry* entry) {
    return entry == nullptr ? 0 : entry->key().size() + entry->value().size() + entry_overhead;
  }
  [[nodiscard]] bool reserve(std::uint64_t before, std::uint64_t after);

  /// Runs `operation(Locked&, WatchHub::Wake&)` under the key's lock; again, once, if it met a limit and clearing away
  /// what has expired made room.
  template <typename Operation>
  Code write(const HashedKey& key, Operation&& operation);
  void publish(Locked& at, TableEntry::Ptr entry, WatchHub::Wake& wake);
  [[nodiscard]] Code replace(Locked& at, TableEntry::Ptr& entry, WatchHub::Wake& wake);
  [[nodiscard]] Code replace(Locked& at, const HashedKey& key, ByteView value, WatchHub::Wake& wake);
  void erase(Locked& at, WatchHub::Wake& wake);
  [[nodiscard]] Code put(ByteView key, ByteView value, std::uint64_t ttl_ms, bool only_new);

  void purge_step(ConcurrentTable::Cursor& cursor);
  [[nodiscard]] bool purge_all();
  void note_expiry(MonotonicNs expires);

  const Clock& clock_;
  const Limits limits_;
  ConcurrentTable table_;
  WatchHub hub_;
  std::mutex sweeping_;
  ConcurrentTable::Cursor swept_;                      ///< under sweeping_
  std::atomic<MonotonicNs> next_expiry_{no_deadline};  ///< nothing expires before
  alignas(64) std::atomic<std::uint64_t> bytes_{0};
};

}  // namespace lodge
