#include "base/table_entry.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace lodge {

namespace {

// Writers that replace entries free one block for each that they take: a thread keeps some of each size at hand.
// Sanitizers would not see an entry used after its end, so that they get every block back. The build says which it is.
constexpr bool keeps_blocks = !LODGE_SANITIZED;
constexpr std::size_t granule = 32;
constexpr std::size_t kinds = 16;  // blocks up to 512 bytes are kept
constexpr std::uint32_t kept_max = 256;

struct FreeBlock {
  FreeBlock* next;
};

struct FreeList {
  FreeBlock* first = nullptr;
  std::uint32_t count = 0;
};

struct FreeLists {
  std::array<FreeList, kinds> lists{};
  bool closed = true;
};

constinit thread_local FreeLists free_lists;

/// Opens the thread's lists, and empties them when the thread ends.
struct FreeListsOwner {
  FreeListsOwner() { free_lists.closed = false; }
  ~FreeListsOwner() {
    free_lists.closed = true;
    for (FreeList& list : free_lists.lists) {
      while (list.first != nullptr) std::free(std::exchange(list.first, list.first->next));
      list.count = 0;
    }
  }
};

void* take_block(std::size_t size) {
  const std::size_t kind = (size - 1) / granule;
  if (!keeps_blocks || kind >= kinds) return std::malloc(size);
  FreeList& list = free_lists.lists[kind];
  if (list.first == nullptr) return std::malloc((kind + 1) * granule);
  --list.count;
  void* block = std::exchange(list.first, list.first->next);
  // The next one is written to soon; what it holds has left the nearest cache since it was retired.
  for (std::size_t at = 0; at < (kind + 1) * granule; at += 64) {
    __builtin_prefetch(reinterpret_cast<const std::uint8_t*>(list.first) + at, 1);
  }
  return block;
}

void give_block(void* block, std::size_t size) {
  const std::size_t kind = (size - 1) / granule;
  if (!keeps_blocks || kind >= kinds) return std::free(block);
  FreeList& list = free_lists.lists[kind];
  if (list.count == 0) [[unlikely]] {
    static thread_local FreeListsOwner owner;
  }
  if (free_lists.closed || list.count >= kept_max) return std::free(block);
  list.first = new (block) FreeBlock{list.first};
  ++list.count;
}

}  // namespace

HashedKey::HashedKey(ByteView key, HashSeed seed)
    : bytes(key), hash(XXH3_64bits_withSeed(key.data(), key.size(), static_cast<XXH64_hash_t>(seed))) {}

TableEntry::TableEntry(const HashedKey& key, std::size_t value_size, MonotonicNs expires)
    : hash_(key.hash),
      expires_(expires),
      key_size_(static_cast<std::uint32_t>(key.bytes.size())),
      value_size_(static_cast<std::uint32_t>(value_size)) {
  if (!key.bytes.empty()) std::memcpy(bytes(), key.bytes.data(), key.bytes.size());
}

TableEntry::Ptr TableEntry::make(const HashedKey& key, std::size_t value_size, MonotonicNs expires) {
  void* block = take_block(sizeof(TableEntry) + key.bytes.size() + value_size);
  return Ptr(block == nullptr ? nullptr : new (block) TableEntry(key, value_size, expires));
}

TableEntry::Ptr TableEntry::make(const HashedKey& key, ByteView value, MonotonicNs expires) {
  Ptr entry = make(key, value.size(), expires);
  if (entry && !value.empty()) std::memcpy(entry->value_bytes(), value.data(), value.size());
  return entry;
}

void TableEntry::free(void* entry) {
  if (entry != nullptr) give_block(entry, static_cast<TableEntry*>(entry)->footprint());
}

}  // namespace lodge
