#include "service/targets.hpp"

namespace lodge::service {

const Chain* Target::chain_in(const Dispatch& dispatch) {
  const std::uint64_t life = dispatch.life();
  if (life_.load(std::memory_order_acquire) == life) {
    const Chain* const chain = chain_.load(std::memory_order_acquire);
    if (life_.load(std::memory_order_acquire) == life) return chain;
  }
  const Chain* const chain = dispatch.find(name_, arity_);
  std::lock_guard lock(mutex_);
  if (life <= life_.load(std::memory_order_relaxed)) return chain;
  life_.store(0, std::memory_order_seq_cst);
  chain_.store(chain, std::memory_order_seq_cst);
  life_.store(life, std::memory_order_seq_cst);
  return chain;
}

Targets::Targets() : by_index_(count_max) {}

Result<lodge_handle> Targets::intern(Cell& cell, std::string_view name, std::uint32_t arity) {
  std::lock_guard lock(mutex_);
  std::tuple key(&cell, std::string(name), arity);
  if (const auto found = by_name_.find(key); found != by_name_.end()) return found->second;
  if (owned_.size() >= count_max) {
    return Error{Code::RESOURCE_EXHAUSTED,
                 "more than 65,536 different targets; resolve what you call, not what you are asked"};
  }
  const std::size_t index = owned_.size();
  owned_.push_back(std::make_unique<Target>(cell, name, arity));
  by_index_[index].store(owned_.back().get(), std::memory_order_release);
  const lodge_handle handle = index + 1;
  by_name_.emplace(std::move(key), handle);
  return handle;
}

}  // namespace lodge::service
