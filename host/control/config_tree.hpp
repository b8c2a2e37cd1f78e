// TOML text as a tree that knows where each of its values was written. The only file behind this that sees toml++.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "control/problem.hpp"

namespace lodge::control {

constexpr std::size_t config_bytes_max = std::size_t{1} << 20;  ///< of one file
constexpr std::uint32_t config_depth_max = 32;

struct ConfigEntry;

/// One value. A table's entries are in the order in which they were written.
struct ConfigNode {
  using List = std::vector<ConfigNode>;
  using Table = std::vector<ConfigEntry>;

  std::variant<Table, List, std::string, std::int64_t, double, bool> held;
  Place place;
  std::string_view moment;  ///< "date", "time" or "date-time": one of TOML, kept as text; empty: none

  [[nodiscard]] const Table* table() const { return std::get_if<Table>(&held); }
  [[nodiscard]] Table* table() { return std::get_if<Table>(&held); }
  [[nodiscard]] const List* list() const { return std::get_if<List>(&held); }
  /// nullptr: it is no string.
  [[nodiscard]] const std::string* text() const { return moment.empty() ? std::get_if<std::string>(&held) : nullptr; }
  [[nodiscard]] const ConfigNode* find(std::string_view key) const;
  [[nodiscard]] ConfigNode* find(std::string_view key);

  /// TOML's own word: "string", "integer", "float", "boolean", "array", "table", "date", "time", "date-time".
  [[nodiscard]] std::string_view type_name() const;
};

struct ConfigEntry {
  std::string key;
  Place place;  ///< of the key
  ConfigNode node;
};

/// The tree of one text. What is wrong with it goes to `problems` (not TOML, too large, too deep); the tree then is
/// what could be read of it, an empty table at worst. Never throws.
[[nodiscard]] ConfigNode parse_config_text(std::string_view toml, const std::shared_ptr<const ConfigText>& text,
                                           std::vector<Problem>& problems);

/// `update` laid over `base`: tables merge at every depth, everything else is replaced.
void merge_config(ConfigNode& base, ConfigNode update);

}  // namespace lodge::control
