// What a table is compared with: a hash map without any lock, and the same in 64 shards with a mutex each.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <array>
#include <cstdint>
#include <mutex>
#include <vector>

#include "base/bytes.hpp"

namespace lodge::bench {

constexpr std::size_t key_bytes = 16;
constexpr std::size_t value_bytes = 100;
using Key = std::array<std::uint8_t, key_bytes>;
using Value = std::array<std::uint8_t, value_bytes>;

/// `count` different keys in an order that no table knows, the same in every run.
inline std::vector<Key> make_keys(std::size_t count) {
  std::vector<Key> keys(count);
  std::uint64_t state = 1;
  for (Key& each : keys) {
    for (std::uint8_t& byte : each) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      byte = static_cast<std::uint8_t>(state >> 56);
    }
  }
  return keys;
}

class PlainMap {
 public:
  void put(const Key& key, const Value& value) { map_[key] = value; }
  bool get(const Key& key, Value& value) const {
    const auto found = map_.find(key);
    if (found == map_.end()) return false;
    value = found->second;
    return true;
  }
  void erase(const Key& key) { map_.erase(key); }

 private:
  absl::flat_hash_map<Key, Value> map_;
};

class ShardedMap {
 public:
  void put(const Key& key, const Value& value) {
    Shard& shard = shard_of(key);
    std::lock_guard lock(shard.mutex);
    shard.map.put(key, value);
  }
  bool get(const Key& key, Value& value) {
    Shard& shard = shard_of(key);
    std::lock_guard lock(shard.mutex);
    return shard.map.get(key, value);
  }
  void erase(const Key& key) {
    Shard& shard = shard_of(key);
    std::lock_guard lock(shard.mutex);
    shard.map.erase(key);
  }

 private:
  struct alignas(64) Shard {
    std::mutex mutex;
    PlainMap map;
  };
  // The keys are random: their first byte spreads them as well as a hash would, and costs nothing.
  [[nodiscard]] Shard& shard_of(const Key& key) { return shards_[key[0] % shards_.size()]; }
  std::array<Shard, 64> shards_;
};

}  // namespace lodge::bench
