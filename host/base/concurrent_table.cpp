#include "base/concurrent_table.hpp"

#include <cstddef>
#include <new>

namespace lodge {

ConcurrentTable::ConcurrentTable(HashSeed seed) : directory_(make_directory(1)), seed_(seed) {
  auto* first = new Segment(0);
  auto* words = pointer<Directory>(directory_.load(std::memory_order_relaxed));
  for (std::size_t i = 0; i < 2; ++i) words[i].store(word_of(first, 0), std::memory_order_relaxed);
}

ConcurrentTable::~ConcurrentTable() {
  const Word directory = directory_.load(std::memory_order_acquire);
  auto* words = pointer<Directory>(directory);
  const std::size_t size = std::size_t{1} << directory_depth(directory);
  for (std::size_t i = 0; i < size;) {
    const Word word = words[i].load(std::memory_order_relaxed);
    auto* segment = pointer<Segment>(word);
    i += size >> segment->depth;
    for (Bucket& first : segment->buckets) {
      for (Bucket* each = &first; each != nullptr; each = each->more.load(std::memory_order_relaxed)) {
        for (auto& slot : each->slots) TableEntry::free(pointer<TableEntry>(slot.load(std::memory_order_relaxed)));
      }
    }
    delete segment;
  }
  free_directory(words);
  for (void* each : former_directories_) free_directory(each);
}

ConcurrentTable::Segment::~Segment() {
  for (Bucket& first : buckets) {
    for (Bucket* each = first.more.load(std::memory_order_relaxed); each != nullptr;) {
      delete std::exchange(each, each->more.load(std::memory_order_relaxed));
    }
  }
}

std::atomic<ConcurrentTable::Word>& ConcurrentTable::Bucket::free_slot() {
  for (Bucket* each = this;;) {
    for (auto& slot : each->slots) {
      if (slot.load(std::memory_order_relaxed) == 0) return slot;
    }
    Bucket* next = each->more.load(std::memory_order_relaxed);
    if (next == nullptr) {
      next = new Bucket;
      each->more.store(next, std::memory_order_release);
    }
    each = next;
  }
}

void ConcurrentTable::Segment::insert(const TableEntry* entry) {
  Spot{this, depth}.bucket(entry->hash()).free_slot().store(word_of(entry), std::memory_order_release);
  ++entries;
  timed += entry->timed() ? 1 : 0;
}

ConcurrentTable::Word ConcurrentTable::make_directory(unsigned depth) {
  const std::size_t size = std::size_t{1} << depth;
  auto* words = static_cast<Directory*>(::operator new(size * sizeof(Directory)));
  for (std::size_t i = 0; i < size; ++i) new (words + i) Directory(0);
  return word_of(words, 64 - depth);
}

void ConcurrentTable::free_directory(void* first) { ::operator delete(first); }

void ConcurrentTable::split(Segment& segment, std::uint64_t hash) {
  auto* low = new Segment(segment.depth + 1);
  auto* high = new Segment(segment.depth + 1);
  const std::uint64_t deciding_bit = std::uint64_t{1} << (63 - segment.depth);
  for (Bucket& first : segment.buckets) {
    for (Bucket* each = &first; each != nullptr; each = each->more.load(std::memory_order_relaxed)) {
      for (auto& slot : each->slots) {
        const auto* entry = pointer<const TableEntry>(slot.load(std::memory_order_relaxed));
        if (entry != nullptr) ((entry->hash() & deciding_bit) != 0 ? high : low)->insert(entry);
      }
    }
  }
  publish(*low, *high, hash);
  segment.replaced = true;
  epoch::retire(&segment, &Segment::free, sizeof(Segment));
}

void ConcurrentTable::publish(Segment& low, Segment& high, std::uint64_t hash) {
  std::lock_guard lock(growing_);
  Word directory = directory_.load(std::memory_order_relaxed);
  unsigned depth = directory_depth(directory);
  if (low.depth > depth) {
    const Word larger = make_directory(depth + 1);
    auto* from = pointer<Directory>(directory);
    auto* to = pointer<Directory>(larger);
    for (std::size_t i = 0; i < std::size_t{2} << depth; ++i) {
      to[i].store(from[i / 2].load(std::memory_order_relaxed), std::memory_order_relaxed);
    }
    directory_.store(larger, std::memory_order_release);
    former_directories_.push_back(from);
    directory = larger;
    ++depth;
  }
  auto* words = pointer<Directory>(directory);
  const std::size_t half = std::size_t{1} << (depth - low.depth);
  const std::size_t first = (hash >> (64 - depth)) & ~(2 * half - 1);
  for (std::size_t i = 0; i < 2 * half; ++i) {
    const Segment& owner = i < half ? low : high;
    words[first + i].store(word_of(&owner, owner.depth), std::memory_order_release);
  }
}

void ConcurrentTable::count(const TableEntry* gone, const TableEntry* come) {
  if (gone == nullptr) size_.fetch_add(1, std::memory_order_relaxed);
  if (come == nullptr) size_.fetch_sub(1, std::memory_order_relaxed);
  const bool had = gone != nullptr && gone->timed();
  const bool has = come != nullptr && come->timed();
  if (has && !had) timed_.fetch_add(1, std::memory_order_relaxed);
  if (had && !has) timed_.fetch_sub(1, std::memory_order_relaxed);
}

ConcurrentTable::Locked::Locked(ConcurrentTable& table, std::uint64_t hash) : table_(table), hash_(hash) {
  pin_.emplace();
  for (;;) {
    segment_ = table_.spot(hash).segment;
    segment_->latch.lock();
    if (!segment_->replaced) break;
    segment_->latch.unlock();
  }
  bucket_ = &Spot{segment_, segment_->depth}.bucket(hash);
}

void ConcurrentTable::Locked::find(const HashedKey& key) {
  const std::uint64_t tag = key.hash & 0xffff;
  for (Bucket* each = bucket_; each != nullptr; each = each->more.load(std::memory_order_relaxed)) {
    for (auto& slot : each->slots) {
      const Word word = slot.load(std::memory_order_relaxed);
      if (word >> pointer_bits != tag || word == 0) continue;
      const auto* entry = pointer<const TableEntry>(word);
      if (!entry->is(key)) continue;
      present_ = entry;
      slot_ = &slot;
      return;
    }
  }
}

ConcurrentTable::Locked::~Locked() {
  if (segment_->entries > segment_entries_max && segment_->depth < depth_max) table_.split(*segment_, hash_);
  segment_->latch.unlock();
  pin_.reset();
  const auto retire = [](const TableEntry* entry) {
    epoch::retire(const_cast<TableEntry*>(entry), &TableEntry::free, entry->footprint());
  };
  if (gone_ != nullptr) retire(gone_);
  for (const TableEntry* each : purged_) retire(each);
}

void ConcurrentTable::Locked::set(TableEntry::Ptr entry) {
  const TableEntry* come = entry.release();
  table_.count(present_, come);
  if (present_ != nullptr) {
    segment_->timed -= present_->timed() ? 1 : 0;
    segment_->timed += come->timed() ? 1 : 0;
    slot_->store(word_of(come), std::memory_order_release);
    gone_ = present_;
  } else {
    slot_ = &bucket_->free_slot();
    slot_->store(word_of(come), std::memory_order_release);
    ++segment_->entries;
    segment_->timed += come->timed() ? 1 : 0;
  }
  present_ = come;
}

void ConcurrentTable::Locked::erase() {
  table_.count(present_, nullptr);
  --segment_->entries;
  segment_->timed -= present_->timed() ? 1 : 0;
  slot_->store(0, std::memory_order_release);
  gone_ = std::exchange(present_, nullptr);
}

void ConcurrentTable::Locked::take_out(std::atomic<Word>& slot, const TableEntry& entry) {
  table_.count(&entry, nullptr);
  --segment_->entries;
  segment_->timed -= entry.timed() ? 1 : 0;
  slot.store(0, std::memory_order_release);
  purged_.push_back(&entry);
}

}  // namespace lodge
