#include "service/in_flight.hpp"

#include <algorithm>

namespace lodge::service {

std::string_view place_name(CallPlace place) {
  constexpr std::array<std::string_view, 4> names = {"queued", "running", "serial", "deferred"};
  return names[static_cast<std::size_t>(place)];
}

void InFlight::add(Entry& entry) {
  // Calls are allocated one after another: what tells them apart lies above the size of one.
  Part& part = parts_[(reinterpret_cast<std::uintptr_t>(&entry) * 0x9e3779b97f4a7c15U) >> 60];
  std::lock_guard lock(part.mutex);
  entry.part_ = &part;
  entry.before_ = nullptr;
  entry.after_ = part.first;
  if (part.first != nullptr) part.first->before_ = &entry;
  part.first = &entry;
}

void InFlight::remove(Entry& entry) {
  if (entry.part_ == nullptr) return;
  Part& part = *static_cast<Part*>(entry.part_);
  std::lock_guard lock(part.mutex);
  (entry.before_ != nullptr ? entry.before_->after_ : part.first) = entry.after_;
  if (entry.after_ != nullptr) entry.after_->before_ = entry.before_;
  entry.part_ = nullptr;
}

InFlight::Listed InFlight::list(std::size_t limit) const {
  Listed out;
  const auto older = [](const CallFacts& one, const CallFacts& other) { return one.since < other.since; };
  for (const Part& part : parts_) {
    std::lock_guard lock(part.mutex);
    for (const Entry* each = part.first; each != nullptr; each = each->after_) {
      ++out.all;
      // The youngest leaves where there are too many: they are kept as a heap with it in front.
      out.calls.push_back(each->facts());
      std::push_heap(out.calls.begin(), out.calls.end(), older);
      if (out.calls.size() <= limit) continue;
      std::pop_heap(out.calls.begin(), out.calls.end(), older);
      out.calls.pop_back();
    }
  }
  std::sort_heap(out.calls.begin(), out.calls.end(), older);
  return out;
}

}  // namespace lodge::service
