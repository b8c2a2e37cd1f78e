#include "service/targets.hpp"

#include "base/log.hpp"

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

Targets::Share& Targets::share_of(const Resolver& by) {
  return shares_[{std::string(by.service), std::string(by.plugin)}];
}

Status Targets::refusal(Share& share, const Resolver& by) const {
  if (owned_.size() >= count_max) return Error{Code::RESOURCE_EXHAUSTED, "the node has 1,048,576 targets"};
  if (share.count < per_resolver_max) return {};
  const std::string what = "resolved 4,096 targets that nobody else had, in service " + std::string(by.service) +
                           ", and gets no more; resolve what you call, not what you are asked";
  if (!std::exchange(share.named, true)) log::misbehaved(by.plugin, what);
  return Error{Code::RESOURCE_EXHAUSTED, "plugin " + std::string(by.plugin) + " " + what};
}

Status Targets::room_for(const Resolver& by) {
  std::lock_guard lock(mutex_);
  return refusal(share_of(by), by);
}

Result<lodge_handle> Targets::intern(Cell& cell, std::string_view name, std::uint32_t arity, const Resolver& by) {
  std::lock_guard lock(mutex_);
  std::tuple key(&cell, std::string(name), arity);
  if (const auto found = by_name_.find(key); found != by_name_.end()) return found->second;
  Share& share = share_of(by);
  if (Status room = refusal(share, by); !room) return std::move(room).error();
  const std::size_t index = owned_.size();
  if (index % block_size == 0) {
    owned_blocks_.push_back(std::make_unique<Block>());
    blocks_[index / block_size].store(owned_blocks_.back().get(), std::memory_order_release);
  }
  owned_.push_back(std::make_unique<Target>(cell, name, arity));
  (*owned_blocks_.back())[index % block_size].store(owned_.back().get(), std::memory_order_release);
  ++share.count;
  const lodge_handle handle = index + 1;
  by_name_.emplace(std::move(key), handle);
  return handle;
}

}  // namespace lodge::service
