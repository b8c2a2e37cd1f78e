// What is due when: no clock, no thread, no lock.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace lodge {

/// Generation << 32 | place; 0 names nothing, and what has fired or was cancelled is never named again.
using TimerId = std::uint64_t;

/// A heap of (time, payload) whose entries can be cancelled in O(log n). Equal times come out in the order in which
/// they went in. Takes no memory once it has been as large. Used by one thread at a time.
template <typename T>
class TimerQueue {
 public:
  TimerId add(MonotonicNs when, T payload) {
    std::uint32_t slot = 0;
    if (!free_.empty()) {
      slot = free_.back();
      free_.pop_back();
    } else {
      slot = static_cast<std::uint32_t>(slots_.size());
      slots_.emplace_back();
    }
    slots_[slot].payload = std::move(payload);
    heap_.push_back({when, next_sequence_++, slot});
    slots_[slot].place = heap_.size() - 1;
    rise(heap_.size() - 1);
    return (TimerId{slots_[slot].generation} << 32) | slot;
  }

  /// The payload; nothing: it has fired, was cancelled, or never was.
  std::optional<T> cancel(TimerId id) {
    const auto slot = static_cast<std::uint32_t>(id);
    if (slot >= slots_.size() || !slots_[slot].payload || slots_[slot].generation != id >> 32) return std::nullopt;
    return take(slots_[slot].place);
  }

  /// When the first one is due; no_deadline: there is none.
  [[nodiscard]] MonotonicNs next_due() const { return heap_.empty() ? no_deadline : heap_.front().when; }

  /// The first one that is due by `now`.
  std::optional<T> pop_due(MonotonicNs now) {
    if (heap_.empty() || heap_.front().when > now) return std::nullopt;
    return take(0);
  }

  [[nodiscard]] std::size_t size() const { return heap_.size(); }

 private:
  struct Entry {
    MonotonicNs when;
    std::uint64_t sequence;
    std::uint32_t slot;
    [[nodiscard]] bool before(const Entry& other) const {
      return when != other.when ? when < other.when : sequence < other.sequence;
    }
  };
  struct Slot {
    std::uint32_t generation = 1;
    std::size_t place = 0;
    std::optional<T> payload;
  };

  void set(std::size_t place, const Entry& entry) {
    heap_[place] = entry;
    slots_[entry.slot].place = place;
  }

  void rise(std::size_t place) {
    const Entry entry = heap_[place];
    while (place > 0 && entry.before(heap_[(place - 1) / 2])) {
      set(place, heap_[(place - 1) / 2]);
      place = (place - 1) / 2;
    }
    set(place, entry);
  }

  void sink(std::size_t place) {
    const Entry entry = heap_[place];
    for (;;) {
      std::size_t child = 2 * place + 1;
      if (child >= heap_.size()) break;
      if (child + 1 < heap_.size() && heap_[child + 1].before(heap_[child])) ++child;
      if (!heap_[child].before(entry)) break;
      set(place, heap_[child]);
      place = child;
    }
    set(place, entry);
  }

  std::optional<T> take(std::size_t place) {
    const std::uint32_t slot = heap_[place].slot;
    const Entry last = heap_.back();
    heap_.pop_back();
    if (place < heap_.size()) {
      set(place, last);
      rise(place);
      sink(slots_[last.slot].place);
    }
    // A generation that has run out retires its slot, as in Slots.
    if (++slots_[slot].generation != 0) free_.push_back(slot);
    return std::exchange(slots_[slot].payload, std::nullopt);
  }

  std::vector<Entry> heap_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::uint64_t next_sequence_ = 0;
};

}  // namespace lodge
