// Generation-checked slots: handles that can be used late or twice without harm.
#pragma once

#include <lodge/types.h>

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace lodge {

/// Maps handles to values of T (copied out; use a pointer or shared_ptr). A handle is generation << 32 | index, never
/// 0; once removed it finds nothing, ever. Thread-safe.
template <typename T>
class Slots {
 public:
  explicit Slots(std::uint32_t limit = UINT32_MAX) : limit_(limit) {}

  /// 0: the limit is reached.
  [[nodiscard]] lodge_handle add(T value) {
    std::lock_guard lock(mutex_);
    std::uint32_t index = 0;
    if (!free_.empty()) {
      index = free_.back();
      free_.pop_back();
    } else {
      if (slots_.size() >= limit_) return 0;
      index = static_cast<std::uint32_t>(slots_.size());
      slots_.emplace_back();
    }
    slots_[index].value = std::move(value);
    return handle_of(index);
  }

  [[nodiscard]] std::optional<T> find(lodge_handle handle) const {
    std::lock_guard lock(mutex_);
    const Slot* slot = slot_of(handle);
    return slot ? slot->value : std::nullopt;
  }

  /// Another value under the same handle. Nothing happens where it has ended.
  void replace(lodge_handle handle, T value) {
    std::lock_guard lock(mutex_);
    if (slot_of(handle) != nullptr) slots_[static_cast<std::uint32_t>(handle)].value = std::move(value);
  }

  /// Takes the value out and ends the handle: of many removers of one handle, one gets it.
  std::optional<T> remove(lodge_handle handle) {
    std::lock_guard lock(mutex_);
    return slot_of(handle) != nullptr ? empty(static_cast<std::uint32_t>(handle)) : std::nullopt;
  }

  /// Copies of all values that `wanted(value)` picks.
  template <typename Wanted>
  [[nodiscard]] std::vector<T> copy_where(const Wanted& wanted) const {
    std::vector<T> out;
    std::lock_guard lock(mutex_);
    for (const Slot& each : slots_) {
      if (each.value && wanted(*each.value)) out.push_back(*each.value);
    }
    return out;
  }

  /// Takes out every value that `wanted(value)` picks, and ends its handle.
  template <typename Wanted>
  std::vector<T> remove_where(const Wanted& wanted) {
    std::vector<T> out;
    std::lock_guard lock(mutex_);
    for (std::uint32_t index = 0; index < slots_.size(); ++index) {
      if (slots_[index].value && wanted(*slots_[index].value)) out.push_back(*empty(index));
    }
    return out;
  }

  [[nodiscard]] std::size_t size() const {
    std::lock_guard lock(mutex_);
    return slots_.size() - free_.size();
  }

 private:
  struct Slot {
    std::uint32_t generation = 1;
    std::optional<T> value;
  };

  std::optional<T> empty(std::uint32_t index) {
    Slot& slot = slots_[index];
    std::optional<T> out = std::exchange(slot.value, std::nullopt);
    // A generation that has run out retires its slot: better one slot lost than a handle that comes back to life.
    if (++slot.generation != 0) free_.push_back(index);
    return out;
  }

  [[nodiscard]] lodge_handle handle_of(std::uint32_t index) const {
    return (lodge_handle{slots_[index].generation} << 32) | index;
  }
  [[nodiscard]] const Slot* slot_of(lodge_handle handle) const {
    const auto index = static_cast<std::uint32_t>(handle);
    if (index >= slots_.size() || handle_of(index) != handle || !slots_[index].value) return nullptr;
    return &slots_[index];
  }

  const std::uint32_t limit_;
  mutable std::mutex mutex_;
  std::deque<Slot> slots_;
  std::vector<std::uint32_t> free_;
};

}  // namespace lodge
