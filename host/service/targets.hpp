// What `resolve` hands out: a callback of a service, found once, called again and again.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/status.hpp"
#include "service/cell.hpp"
#include "service/chain.hpp"

namespace lodge::service {

/// One (service, name, arity). It outlives the services that run there, and remembers the chain of the present one.
class Target {
 public:
  Target(Cell& cell, std::string_view name, std::uint32_t arity) : cell_(cell), name_(name), arity_(arity) {}

  [[nodiscard]] Cell& cell() const { return cell_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::uint32_t arity() const { return arity_; }

  /// The chain in `dispatch`, at the cost of three loads when that is the youngest dispatch it was asked about, and of
  /// a look-up otherwise. nullptr: nobody implements it. Only while a pass keeps `dispatch` alive. Thread-safe.
  [[nodiscard]] const Chain* chain_in(const Dispatch& dispatch);

 private:
  Cell& cell_;
  const std::string name_;
  const std::uint32_t arity_;
  // Written under the mutex, read without: the pair is valid where `life_` is the same before and after. Lives only
  // ever grow here: one that was written over never comes back, so that a reader cannot mistake a third dispatch's
  // chain, between two writings of the same life, for its own.
  std::mutex mutex_;
  std::atomic<std::uint64_t> life_{0};
  std::atomic<const Chain*> chain_{nullptr};
};

/// A plugin in a service, through all its instances: whose limit of targets it is.
struct Resolver {
  std::string_view service;
  std::string_view plugin;
};

/// All targets of the node; none ever goes. Thread-safe, look-ups without a lock.
class Targets {
  static constexpr std::uint32_t block_size = 4'096;
  static constexpr std::uint32_t block_count = 256;

 public:
  static constexpr std::uint32_t count_max = block_count * block_size;
  /// That were new when one resolver asked for them. It holds across restarts, since targets outlive instances.
  static constexpr std::uint32_t per_resolver_max = 4'096;

  /// A target that there is costs nothing; a new one counts for `by`. RESOURCE_EXHAUSTED beyond its limit, which it
  /// is named for once, or the node's.
  [[nodiscard]] Result<lodge_handle> intern(Cell& cell, std::string_view name, std::uint32_t arity, const Resolver& by);
  /// Whether `intern` would make a new target for `by`; the error that it would answer.
  [[nodiscard]] Status room_for(const Resolver& by);

  /// nullptr: no handle of ours.
  [[nodiscard]] Target* find(lodge_handle handle) const {
    const std::uint64_t index = handle - 1;  // so that 0 names nothing
    if (index >= count_max) return nullptr;
    const Block* const block = blocks_[index / block_size].load(std::memory_order_acquire);
    return block != nullptr ? (*block)[index % block_size].load(std::memory_order_acquire) : nullptr;
  }

 private:
  using Block = std::array<std::atomic<Target*>, block_size>;
  struct Share {
    std::uint32_t count = 0;
    bool named = false;
  };
  [[nodiscard]] Share& share_of(const Resolver& by);
  [[nodiscard]] Status refusal(Share& share, const Resolver& by) const;

  std::mutex mutex_;  ///< over all below but the reading of blocks
  std::vector<std::unique_ptr<Target>> owned_;
  std::vector<std::unique_ptr<Block>> owned_blocks_;
  std::map<std::tuple<Cell*, std::string, std::uint32_t>, lodge_handle> by_name_;
  std::map<std::pair<std::string, std::string>, Share> shares_;  ///< by service and plugin
  std::array<std::atomic<Block*>, block_count> blocks_{};
};

}  // namespace lodge::service
