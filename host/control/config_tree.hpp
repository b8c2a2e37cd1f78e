// TOML text as a tree that knows where each of its values was written. The only file behind this that sees toml++.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "wire/value.hpp"

namespace lodge::control {

constexpr std::size_t config_bytes_max = std::size_t{1} << 20;  ///< of one file
constexpr std::uint32_t config_depth_max = 32;

/// One text that configuration is read from.
struct ConfigText {
  std::string name;                 ///< the file as the user wrote it, or "--set host.name"
  std::filesystem::path directory;  ///< where relative paths in it start
  std::uint32_t order = 0;          ///< problems are shown in this order
  bool lines = true;                ///< false: places are just the name
};

struct Place {
  std::shared_ptr<const ConfigText> text;
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  /// "lodged.toml:12:5"
  [[nodiscard]] std::string full() const;
  /// "lodged.toml:12"
  [[nodiscard]] std::string line_only() const;
};

struct ConfigEntry;

/// One value. A table's entries are in the order in which they were written.
struct ConfigNode {
  using List = std::vector<ConfigNode>;
  using Table = std::vector<ConfigEntry>;

  std::variant<Table, List, std::string, std::int64_t, double, bool> held;
  Place place;
  bool date = false;  ///< a TOML date or time, kept as text

  [[nodiscard]] const Table* table() const { return std::get_if<Table>(&held); }
  [[nodiscard]] Table* table() { return std::get_if<Table>(&held); }
  [[nodiscard]] const List* list() const { return std::get_if<List>(&held); }
  [[nodiscard]] const std::string* text() const { return std::get_if<std::string>(&held); }
  [[nodiscard]] const ConfigNode* find(std::string_view key) const;
  [[nodiscard]] ConfigNode* find(std::string_view key);

  /// TOML's own word: "string", "integer", "float", "boolean", "array", "table", "date".
  [[nodiscard]] std::string_view type_name() const;
  [[nodiscard]] wire::Value value() const;
};

struct ConfigEntry {
  std::string key;
  Place place;  ///< of the key
  ConfigNode node;
};

/// What is wrong, and where.
struct Problem {
  Place place;
  std::string what;
};

/// The tree of one text. What is wrong with it goes to `problems` (not TOML, too large, too deep); the tree then is
/// what could be read of it, an empty table at worst. Never throws.
[[nodiscard]] ConfigNode parse_config_text(std::string_view toml, const std::shared_ptr<const ConfigText>& text,
                                           std::vector<Problem>& problems);

/// `update` laid over `base`: tables merge at every depth, everything else is replaced.
void merge_config(ConfigNode& base, ConfigNode update);

}  // namespace lodge::control
