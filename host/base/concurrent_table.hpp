// A hash table from bytes to bytes that readers never wait for: behind the private stores, names and node
// configuration.
//
// Extendible hashing: a directory, indexed by the topmost bits of the hash, of small segments (64 buckets) that split
// one at a time. So growth has no big moment: a split moves some 300 pointers under that segment's lock, and doubling
// the directory copies one word per segment. Readers hold an epoch::Pin and follow atomic pointers; writers lock the
// segment. A bucket is one cache line: 7 pointers to entries, 16 bits of the hash in each, and a link for more.
//
// The bits of the hash that choose directory entry, segment and bucket are in this order its topmost ones: the buckets'
// order is the order of the hash, before a split as after it. That is what lets a scan go on where it was.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/epoch.hpp"
#include "base/latch.hpp"
#include "base/table_entry.hpp"

namespace lodge {

/// Thread-safe. Destroyed when nobody uses it any more.
class ConcurrentTable {
 public:
  explicit ConcurrentTable(HashSeed seed);
  ~ConcurrentTable();
  ConcurrentTable(const ConcurrentTable&) = delete;
  ConcurrentTable& operator=(const ConcurrentTable&) = delete;

  /// The key for the functions of this table, and of those with the same seed.
  [[nodiscard]] HashedKey hashed(ByteView key) const { return {key, seed_}; }

  /// Shows the key's entry to `see`, pinned: `see` is short and calls nothing that may wait. False: no such key.
  template <typename See>
  bool read(const HashedKey& key, See&& see) const {
    // The pin waits for what memory was asked for before; this way it waits at the same time.
    __builtin_prefetch(&spot(key.hash).bucket(key.hash));
    epoch::Pin pin;
    const TableEntry* found = find(key);
    if (found == nullptr) return false;
    see(*found);
    return true;
  }

  /// Asks for the memory that the key's place is in: worth it where there is something else to do before it is used.
  void prefetch(const HashedKey& key) const {
    const Spot at = spot(key.hash);
    __builtin_prefetch(at.segment, 1);
    __builtin_prefetch(&at.bucket(key.hash), 1);
  }

  /// The place of one key, locked against other writers of keys nearby. Lives briefly; never two on one thread.
  class Locked;

  /// Where a walk through all buckets is.
  struct Cursor {
    std::uint64_t position = 0;  ///< in the order of the hash
    bool done = false;
  };

  /// Shows the entries of one bucket to `see`, pinned (as in `read`), and moves the cursor. An entry that stays
  /// throughout a walk is seen exactly once, replaced or not.
  template <typename See>
  void step(Cursor& cursor, See&& see) const;

  /// Removes what `remove` says from the cursor's bucket, under its lock, and moves the cursor. `removed` is called
  /// under the lock with each entry that went.
  template <typename Remove, typename Removed>
  void purge_step(Cursor& cursor, Remove&& remove, Removed&& removed);

  [[nodiscard]] std::uint64_t size() const { return size_.load(std::memory_order_relaxed); }
  /// Entries that expire some day; who has none need not look for any.
  [[nodiscard]] std::uint64_t timed() const { return timed_.load(std::memory_order_relaxed); }

 private:
  static constexpr unsigned bucket_bits = 6;
  static constexpr std::uint32_t segment_entries_max = 288;
  static constexpr unsigned depth_max = 40;
  static constexpr unsigned pointer_bits = 48;
  static constexpr std::uint64_t pointer_mask = (std::uint64_t{1} << pointer_bits) - 1;

  /// A pointer with 16 bits of something else in its unused upper bits; 0: empty.
  using Word = std::uint64_t;
  template <typename T>
  [[nodiscard]] static T* pointer(Word word) {
    return reinterpret_cast<T*>(word & pointer_mask);  // NOLINT(performance-no-int-to-ptr): that is the point
  }
  [[nodiscard]] static Word word_of(const void* to, std::uint64_t extra) {
    return reinterpret_cast<std::uintptr_t>(to) | (extra << pointer_bits);
  }
  [[nodiscard]] static Word word_of(const TableEntry* entry) { return word_of(entry, entry->hash() & 0xffff); }

  struct alignas(64) Bucket {
    std::array<std::atomic<Word>, 7> slots{};
    std::atomic<Bucket*> more{nullptr};
    [[nodiscard]] std::atomic<Word>& free_slot();
  };
  struct Segment;
  using Directory = std::atomic<Word>;  ///< the first of 2^depth words: a segment and its depth

  /// Where a hash lives at this moment.
  struct Spot {
    Segment* segment;
    unsigned depth;
    [[nodiscard]] Bucket& bucket(std::uint64_t hash) const;
    /// How many hashes its buckets cover.
    [[nodiscard]] std::uint64_t width() const { return std::uint64_t{1} << (64 - bucket_bits - depth); }
  };
  /// The segment may be read under a pin only; the directory always.
  [[nodiscard]] Spot spot(std::uint64_t hash) const {
    const Word directory = directory_.load(std::memory_order_acquire);
    const Word word =
        pointer<Directory>(directory)[hash >> (directory >> pointer_bits)].load(std::memory_order_acquire);
    return {pointer<Segment>(word), static_cast<unsigned>(word >> pointer_bits)};
  }

  [[nodiscard]] const TableEntry* find(const HashedKey& key) const;
  static void move_on(Cursor& cursor, std::uint64_t width) {
    cursor.position = (cursor.position & ~(width - 1)) + width;
    cursor.done = cursor.position == 0;
  }

  [[nodiscard]] static Word make_directory(unsigned depth);
  static void free_directory(void* first);
  [[nodiscard]] static unsigned directory_depth(Word directory) {
    return 64 - static_cast<unsigned>(directory >> pointer_bits);
  }
  void split(Segment& segment, std::uint64_t hash);
  void publish(Segment& low, Segment& high, std::uint64_t hash);
  void count(const TableEntry* gone, const TableEntry* come);

  std::atomic<Word> directory_;  ///< the pointer, and 64 - depth: what to shift a hash by
  const HashSeed seed_;
  std::mutex growing_;  ///< who changes the directory
  /// Former directories, together smaller than the present one: kept, so that the directory can be read unpinned.
  std::vector<void*> former_directories_;
  alignas(64) std::atomic<std::uint64_t> size_{0};
  std::atomic<std::uint64_t> timed_{0};
};

struct alignas(64) ConcurrentTable::Segment {
  explicit Segment(unsigned at_depth) : depth(at_depth) {}
  ~Segment();
  static void free(void* segment) { delete static_cast<Segment*>(segment); }
  /// For a segment that nobody else sees yet, or a locked one.
  void insert(const TableEntry* entry);

  Latch latch;
  bool replaced = false;  ///< it was split: look again
  const unsigned depth;
  std::uint32_t entries = 0;
  std::uint32_t timed = 0;
  std::uint32_t next_purged = 0;  ///< the bucket that `Locked::purge_nearby` looks at next
  std::array<Bucket, std::size_t{1} << bucket_bits> buckets{};
};

inline ConcurrentTable::Bucket& ConcurrentTable::Spot::bucket(std::uint64_t hash) const {
  return segment->buckets[(hash << depth) >> (64 - bucket_bits)];
}

inline const TableEntry* ConcurrentTable::find(const HashedKey& key) const {
  const std::uint64_t tag = key.hash & 0xffff;
  for (const Bucket* each = &spot(key.hash).bucket(key.hash); each != nullptr;
       each = each->more.load(std::memory_order_acquire)) {
    for (const std::atomic<Word>& slot : each->slots) {
      const Word word = slot.load(std::memory_order_acquire);
      if (word >> pointer_bits != tag || word == 0) continue;
      if (const auto* entry = pointer<const TableEntry>(word); entry->is(key)) return entry;
    }
  }
  return nullptr;
}

template <typename See>
void ConcurrentTable::step(Cursor& cursor, See&& see) const {
  epoch::Pin pin;
  const Spot at = spot(cursor.position);
  for (const Bucket* each = &at.bucket(cursor.position); each != nullptr;
       each = each->more.load(std::memory_order_acquire)) {
    for (const std::atomic<Word>& slot : each->slots) {
      if (const Word word = slot.load(std::memory_order_acquire); word != 0) see(*pointer<const TableEntry>(word));
    }
  }
  move_on(cursor, at.width());
}

class ConcurrentTable::Locked {
 public:
  Locked(ConcurrentTable& table, const HashedKey& key) : Locked(table, key.hash) { find(key); }
  ~Locked();
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

  /// The key's entry; nullptr: none.
  [[nodiscard]] const TableEntry* present() const { return present_; }

  /// Publishes an entry of this key in place of the present one, if any. One `set` or `erase` in a life; what it takes
  /// out can be read until the end of it.
  void set(TableEntry::Ptr entry);
  /// Removes the present entry.
  void erase();

  /// Removes what `remove` says from one bucket of the neighbourhood (another one at each call) where anything is
  /// timed: how writers clear away a little of what has expired. Not the key's own entry.
  template <typename Remove, typename Removed>
  void purge_nearby(Remove&& remove, Removed&& removed) {
    if (segment_->timed == 0) return;
    purge(segment_->buckets[segment_->next_purged++ % segment_->buckets.size()], remove, removed);
  }

 private:
  friend class ConcurrentTable;
  Locked(ConcurrentTable& table, std::uint64_t hash);
  void find(const HashedKey& key);
  void take_out(std::atomic<Word>& slot, const TableEntry& entry);

  template <typename Remove, typename Removed>
  void purge(Bucket& first, Remove&& remove, Removed&& removed) {
    for (Bucket* each = &first; each != nullptr; each = each->more.load(std::memory_order_relaxed)) {
      for (std::atomic<Word>& slot : each->slots) {
        const auto* entry = pointer<const TableEntry>(slot.load(std::memory_order_relaxed));
        if (entry == nullptr || entry == present_ || !remove(*entry)) continue;
        take_out(slot, *entry);
        removed(*entry);
      }
    }
  }

  ConcurrentTable& table_;
  std::uint64_t hash_;
  std::vector<const TableEntry*> purged_;
  const TableEntry* present_ = nullptr;
  const TableEntry* gone_ = nullptr;   ///< taken out by `set` or `erase`: retired at the end
  std::atomic<Word>* slot_ = nullptr;  ///< of the present entry
  Bucket* bucket_ = nullptr;
  Segment* segment_ = nullptr;
  // Last constructed, first to go would be too early: ended by hand, between unlocking and retiring.
  std::optional<epoch::Pin> pin_;
};

template <typename Remove, typename Removed>
void ConcurrentTable::purge_step(Cursor& cursor, Remove&& remove, Removed&& removed) {
  Locked locked(*this, cursor.position);
  const Spot at{locked.segment_, locked.segment_->depth};
  if (at.segment->timed > 0) locked.purge(at.bucket(cursor.position), remove, removed);
  move_on(cursor, at.width());
}

}  // namespace lodge
