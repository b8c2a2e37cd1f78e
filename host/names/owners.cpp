// The owners of names: how they come, and how their names go with them.
#include <unordered_set>
#include <utility>

#include "names/names.hpp"
#include "plugin/host_context.hpp"

namespace lodge::names {

Names::OwnerPtr Names::service_owner(std::uint64_t id, std::string_view service) {
  {
    std::shared_lock lock(mutex_);
    if (const auto found = services_.find(id); found != services_.end()) return found->second;
  }
  std::unique_lock lock(mutex_);
  OwnerPtr& owner = services_[id];
  if (!owner) owner = std::make_shared<Owner>(id, service, "", std::make_shared<Quota>(limits_.instance));
  return owner;
}

Code Names::open_owner(std::uint64_t instance, std::string_view service, std::string_view label, lodge_handle& owner) {
  if (label.size() > label_bytes_max) return Code::INVALID_ARGUMENT;
  std::unique_lock lock(mutex_);
  Held& held = by_instance_[instance];
  if (held.owners.size() >= owners_per_instance_max) return Code::RESOURCE_EXHAUSTED;
  if (!held.quota) held.quota = std::make_shared<Quota>(limits_.instance);
  auto made = std::make_shared<Owner>(plugin::HostContext::new_owner(), service, label, held.quota);
  const lodge_handle handle = opened_.add({instance, std::move(made)});
  if (handle == 0) return Code::RESOURCE_EXHAUSTED;
  held.owners.insert(handle);
  owner = handle;
  return Code::OK;
}

Names::OwnerPtr Names::find_owner(std::uint64_t instance, lodge_handle owner) const {
  const auto found = opened_.find(owner);
  return found && found->instance == instance ? found->owner : nullptr;
}

Code Names::close_owner(std::uint64_t instance, lodge_handle handle) {
  if (find_owner(instance, handle) == nullptr) return Code::STALE;
  const auto opened = opened_.remove(handle);
  if (!opened) return Code::STALE;
  {
    std::unique_lock lock(mutex_);
    const auto found = by_instance_.find(instance);
    if (found != by_instance_.end()) found->second.owners.erase(handle);
  }
  close(*opened->owner);
  return Code::OK;
}

void Names::release_owner(std::uint64_t service_owner) {
  OwnerPtr owner;
  {
    std::unique_lock lock(mutex_);
    auto node = services_.extract(service_owner);
    if (node.empty()) return;
    owner = std::move(node.mapped());
  }
  close(*owner);
}

void Names::release_instance(std::uint64_t instance) {
  hub_.remove_owner(instance);
  std::unordered_set<lodge_handle> handles;
  {
    std::unique_lock lock(mutex_);
    auto node = by_instance_.extract(instance);
    if (!node.empty()) handles = std::move(node.mapped().owners);
  }
  for (const lodge_handle each : handles) {
    if (const auto opened = opened_.remove(each)) close(*opened->owner);
  }
}

void Names::close(Owner& owner) {
  WatchHub::Wake wake;
  std::lock_guard lock(owner.mutex());
  owner.close();
  owner.take_notes([&](Kind kind, ByteView name) {
    // Not found, or held by another by now: the notes name what was given back as well.
    static_cast<void>(kind == Kind::unique ? give_back(owner, name, wake) : unstore_locked(owner, name, wake));
  });
}

bool Names::held(const Owner& owner, Kind kind, ByteView name) {
  ConcurrentTable& table = kind == Kind::unique ? unique_ : shared_;
  const Locked at(table, table.hashed(name));
  if (at.present() == nullptr) return false;
  if (kind == Kind::shared) return holders_of(*at.present())->holds(owner.id());
  return UniqueValue(at.present()->value()).owner() == owner.id();
}

void Names::tidy(Owner& owner) {
  if (!owner.wants_tidying()) return;
  std::unordered_set<std::string> noted;
  owner.take_notes([&](Kind kind, ByteView name) {
    std::string once(1, static_cast<char>(kind));
    once.append(text_of(name));
    if (held(owner, kind, name) && noted.insert(std::move(once)).second) owner.note(kind, name);
  });
}

}  // namespace lodge::names
