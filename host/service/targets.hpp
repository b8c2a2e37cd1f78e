// What `resolve` hands out: a callback of a service, found once, called again and again.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
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

/// All targets of the node; none ever goes. Thread-safe, look-ups without a lock.
class Targets {
 public:
  static constexpr std::uint32_t count_max = 65'536;

  Targets();

  /// RESOURCE_EXHAUSTED beyond count_max.
  [[nodiscard]] Result<lodge_handle> intern(Cell& cell, std::string_view name, std::uint32_t arity);

  /// nullptr: no handle of ours.
  [[nodiscard]] Target* find(lodge_handle handle) const {
    const std::uint64_t index = handle - 1;  // so that 0 names nothing
    return index < count_max ? by_index_[index].load(std::memory_order_acquire) : nullptr;
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Target>> owned_;
  std::map<std::tuple<Cell*, std::string, std::uint32_t>, lodge_handle> by_name_;
  std::vector<std::atomic<Target*>> by_index_;
};

}  // namespace lodge::service
