#include "testing/holdings.hpp"

#include <utility>

namespace lodge::testing {

Holdings::Id Holdings::opened(const plugin::HostContext& instance, Leak::Kind kind, std::string_view interface_id,
                              std::string what, std::shared_ptr<void> kept) {
  std::lock_guard lock(mutex_);
  held_.emplace(next_, Held{.leak = {kind, instance.service(), instance.plugin(), "left " + std::move(what)},
                            .instance_owner = instance.instance_owner(),
                            .interface_id = std::string(interface_id),
                            .handle = 0,
                            .left = false,
                            .kept = std::move(kept)});
  return next_++;
}

void Holdings::known_as(Id id, lodge_handle handle) {
  std::lock_guard lock(mutex_);
  if (const auto found = held_.find(id); found != held_.end()) found->second.handle = handle;
}

void Holdings::over(Id id) {
  std::lock_guard lock(mutex_);
  const auto found = held_.find(id);
  if (found != held_.end() && !found->second.left) held_.erase(found);
}

void Holdings::over(const plugin::HostContext& instance, Leak::Kind kind, std::string_view interface_id,
                    lodge_handle handle) {
  std::lock_guard lock(mutex_);
  std::erase_if(held_, [&](const auto& entry) {
    const Held& each = entry.second;
    return each.handle == handle && each.leak.kind == kind && each.instance_owner == instance.instance_owner() &&
           each.interface_id == interface_id;
  });
}

void Holdings::name_target(lodge_handle target, std::string name) {
  std::lock_guard lock(mutex_);
  targets_.insert_or_assign(target, std::move(name));
}

std::string Holdings::target_name(lodge_handle target) {
  std::lock_guard lock(mutex_);
  const auto found = targets_.find(target);
  return found != targets_.end() ? found->second : "an unknown target";
}

// Its calls are given up by the host now: that it waited for them is told all the same.
void Holdings::instance_stopped(std::uint64_t instance_owner) {
  std::lock_guard lock(mutex_);
  for (auto& [id, each] : held_) {
    if (each.instance_owner == instance_owner && each.leak.kind == Leak::Kind::call) each.left = true;
  }
}

// Only marked: what it still gives back while it is destroyed is not left behind.
void Holdings::instance_ended(std::uint64_t instance_owner) {
  std::lock_guard lock(mutex_);
  for (auto& [id, each] : held_) {
    if (each.instance_owner == instance_owner) each.left = true;
  }
}

std::vector<Leak> Holdings::take_leaks() {
  std::lock_guard lock(mutex_);
  std::vector<Leak> leaks;
  for (const auto& [id, each] : held_) {
    if (each.left) leaks.push_back(each.leak);
  }
  std::erase_if(held_, [](const auto& entry) { return entry.second.left; });
  return leaks;
}

}  // namespace lodge::testing
