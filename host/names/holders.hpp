// All that hold one shared name: a list that readers walk without a lock.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/bytes.hpp"
#include "base/table_entry.hpp"

namespace lodge::names {

/// Changed under the lock of its name in the table; read under an epoch::Pin by anyone.
class Holders {
 public:
  struct Holder {
    std::uint64_t owner;
    std::string owner_text;
    Bytes value;
    std::atomic<const Holder*> next{nullptr};
    Holder* previous = nullptr;  ///< for writers
    [[nodiscard]] std::size_t footprint() const { return sizeof(Holder) + owner_text.size() + value.size(); }
  };

  Holders() = default;
  ~Holders();
  Holders(const Holders&) = delete;
  Holders& operator=(const Holders&) = delete;
  static void free(void* holders) { delete static_cast<Holders*>(holders); }

  [[nodiscard]] bool holds(std::uint64_t owner) const { return by_owner_.contains(owner); }
  [[nodiscard]] bool empty() const { return by_owner_.empty(); }

  /// Adds the owner's value, or puts it in the place of the one before.
  void set(std::uint64_t owner, std::string_view owner_text, ByteView value);
  /// False: it holds nothing here.
  bool erase(std::uint64_t owner);

  /// Pinned: shows every holder; those that stay meanwhile are seen exactly once.
  template <typename See>
  void each(See&& see) const {
    for (const Holder* at = first_.load(std::memory_order_acquire); at != nullptr;
         at = at->next.load(std::memory_order_acquire)) {
      see(*at);
    }
  }
  [[nodiscard]] std::uint64_t count() const { return count_.load(std::memory_order_relaxed); }

 private:
  /// Makes `to` what follows `holder`; nullptr: what the list begins with.
  void link(Holder* holder, Holder* to);
  static void retire(const Holder* holder);

  std::atomic<const Holder*> first_{nullptr};
  std::atomic<std::uint64_t> count_{0};
  std::unordered_map<std::uint64_t, Holder*> by_owner_;
};

/// The holders whose address a shared name's entry is.
[[nodiscard]] inline Holders* holders_of(const TableEntry& entry) {
  void* address = nullptr;
  std::memcpy(&address, entry.value().data(), sizeof address);
  return static_cast<Holders*>(address);
}

}  // namespace lodge::names
