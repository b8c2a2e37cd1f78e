// The registry of interface ids: what `query` can answer.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lodge::plugin {

/// One place for each interface the host knows. The layers above offer their tables here (main.cpp calls them), and
/// find their own state again through the place, at the cost of an array access.
enum class Place : std::uint8_t {
  call,
  store,
  names,
  config,
  log,
  timer,
  child,
  metric,
  service,
  trace,
  admin,
  testing,
  count
};

struct Interface {
  std::string_view id;  ///< "lodge.store/1"; empty: not offered
  const void* table = nullptr;
  void* state = nullptr;  ///< what the table's functions work on; outlives the registry's users
  bool draft = false;     ///< only for plugins built with this host's very SDK (lodge/draft)
};

/// Filled before the first plugin is loaded, constant afterwards; then thread-safe.
class InterfaceRegistry {
 public:
  void offer(Place place, std::string_view id, const void* table, void* state) {
    interfaces_[static_cast<std::size_t>(place)] = {id, table, state, false};
  }
  /// The same of work in progress, whose table may change from one build of the SDK to the next.
  void offer_draft(Place place, std::string_view id, const void* table, void* state) {
    interfaces_[static_cast<std::size_t>(place)] = {id, table, state, true};
  }

  /// nullptr: no such interface.
  [[nodiscard]] const Interface* find(std::string_view id) const {
    for (const Interface& each : interfaces_) {
      if (!each.id.empty() && each.id == id) return &each;
    }
    return nullptr;
  }

  /// Ids of all drafts.
  [[nodiscard]] std::vector<std::string> drafts() const {
    std::vector<std::string> out;
    for (const Interface& each : interfaces_) {
      if (!each.id.empty() && each.draft) out.emplace_back(each.id);
    }
    return out;
  }

  /// The state offered with a place; the caller knows its type.
  template <typename T>
  [[nodiscard]] T& state(Place place) const {
    return *static_cast<T*>(interfaces_[static_cast<std::size_t>(place)].state);
  }

  /// All ids on offer, for "the host has ..." in error messages.
  [[nodiscard]] std::vector<std::string> ids() const {
    std::vector<std::string> out;
    for (const Interface& each : interfaces_) {
      if (!each.id.empty()) out.emplace_back(each.id);
    }
    return out;
  }

 private:
  std::array<Interface, static_cast<std::size_t>(Place::count)> interfaces_{};
};

}  // namespace lodge::plugin
