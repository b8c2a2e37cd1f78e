// An entry of a ConcurrentTable: one block of memory, constant from the moment it is published.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>

#include "base/bytes.hpp"
#include "base/clock.hpp"

namespace lodge {

/// What hashes begin with: random in a host, so that nobody outside can choose keys that collide; fixed in a test.
enum class HashSeed : std::uint64_t {};

/// A key with its hash, computed once. Borrowed. Tables make it: the seed is theirs.
struct HashedKey {
  HashedKey(ByteView key, HashSeed seed);
  ByteView bytes;
  std::uint64_t hash;
};

class TableEntry {
 public:
  struct Free {
    void operator()(TableEntry* entry) const { TableEntry::free(entry); }
  };
  using Ptr = std::unique_ptr<TableEntry, Free>;

  /// With room for `value_size` bytes of value, to be filled before it is published. nullptr: no memory.
  [[nodiscard]] static Ptr make(const HashedKey& key, std::size_t value_size, MonotonicNs expires = no_deadline);
  [[nodiscard]] static Ptr make(const HashedKey& key, ByteView value, MonotonicNs expires = no_deadline);
  static void free(void* entry);

  [[nodiscard]] std::uint64_t hash() const { return hash_; }
  /// no_deadline: never.
  [[nodiscard]] MonotonicNs expires() const { return expires_; }
  [[nodiscard]] bool timed() const { return expires_ != no_deadline; }
  [[nodiscard]] ByteView key() const { return {bytes(), key_size_}; }
  [[nodiscard]] ByteView value() const { return {bytes() + key_size_, value_size_}; }
  [[nodiscard]] std::uint8_t* value_bytes() { return bytes() + key_size_; }
  [[nodiscard]] bool is(const HashedKey& key) const {
    return hash_ == key.hash && key_size_ == key.bytes.size() && same_bytes(bytes(), key.bytes.data(), key_size_);
  }
  /// Bytes of memory it occupies.
  [[nodiscard]] std::size_t footprint() const { return sizeof(TableEntry) + key_size_ + value_size_; }

 private:
  TableEntry(const HashedKey& key, std::size_t value_size, MonotonicNs expires);
  /// Word by word: keys are short, and mostly equal where their hashes are.
  [[nodiscard]] static bool same_bytes(const std::uint8_t* a, const std::uint8_t* b, std::size_t size) {
    for (; size >= 8; a += 8, b += 8, size -= 8) {
      std::uint64_t words[2];
      std::memcpy(&words[0], a, 8);
      std::memcpy(&words[1], b, 8);
      if (words[0] != words[1]) return false;
    }
    for (; size > 0; ++a, ++b, --size) {
      if (*a != *b) return false;
    }
    return true;
  }
  [[nodiscard]] std::uint8_t* bytes() { return reinterpret_cast<std::uint8_t*>(this + 1); }
  [[nodiscard]] const std::uint8_t* bytes() const { return reinterpret_cast<const std::uint8_t*>(this + 1); }

  std::uint64_t hash_;
  MonotonicNs expires_;
  std::uint32_t key_size_;
  std::uint32_t value_size_;
};

}  // namespace lodge
