#include "names/holders.hpp"

#include "base/epoch.hpp"

namespace lodge::names {

Holders::~Holders() {
  for (const auto& [owner, holder] : by_owner_) delete holder;
}

void Holders::link(Holder* holder, Holder* to) {
  (holder != nullptr ? holder->next : first_).store(to, std::memory_order_release);
  if (to != nullptr) to->previous = holder;
}

void Holders::retire(const Holder* holder) {
  epoch::retire(
      const_cast<Holder*>(holder), [](void* object) { delete static_cast<Holder*>(object); }, holder->footprint());
}

void Holders::set(std::uint64_t owner, std::string_view owner_text, ByteView value) {
  auto* come = new Holder{owner, std::string(owner_text), copy_of(value)};
  const auto [at, added] = by_owner_.try_emplace(owner, come);
  if (added) {
    // In front: a reader under way neither meets it nor loses its place.
    auto* first = const_cast<Holder*>(first_.load(std::memory_order_relaxed));
    link(come, first);
    link(nullptr, come);
    count_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  Holder* gone = at->second;
  at->second = come;
  link(come, const_cast<Holder*>(gone->next.load(std::memory_order_relaxed)));
  link(gone->previous, come);
  retire(gone);
}

bool Holders::erase(std::uint64_t owner) {
  const auto found = by_owner_.find(owner);
  if (found == by_owner_.end()) return false;
  Holder* gone = found->second;
  by_owner_.erase(found);
  // What has gone keeps its own `next`: a reader that stands on it goes on from there.
  link(gone->previous, const_cast<Holder*>(gone->next.load(std::memory_order_relaxed)));
  count_.fetch_sub(1, std::memory_order_relaxed);
  retire(gone);
  return true;
}

}  // namespace lodge::names
