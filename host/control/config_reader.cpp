#include "control/config_reader.hpp"

#include <cmath>

namespace lodge::control {
namespace {

bool all_of(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

}  // namespace

std::string path_of(const std::string& path, std::string_view key) {
  const bool bare = !key.empty() && all_of(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
  const std::string last = bare ? std::string(key) : "\"" + std::string(key) + "\"";
  return path.empty() ? last : path + "." + last;
}

const std::string* read_text(Reading& reading, const ConfigNode& node, const std::string& path) {
  const std::string* text = node.text();
  if (text == nullptr) reading.wrong_type(node, path, "string");
  return text;
}

bool read_flag(Reading& reading, const ConfigNode& node, const std::string& path, bool otherwise) {
  if (const bool* flag = std::get_if<bool>(&node.held)) return *flag;
  reading.wrong_type(node, path, "boolean");
  return otherwise;
}

std::uint64_t read_number(Reading& reading, const ConfigNode& node, const std::string& path, std::uint64_t least,
                          std::uint64_t most, std::uint64_t otherwise) {
  const auto* number = std::get_if<std::int64_t>(&node.held);
  if (number == nullptr) {
    reading.wrong_type(node, path, "integer");
    return otherwise;
  }
  if (*number >= 0 && static_cast<std::uint64_t>(*number) >= least && static_cast<std::uint64_t>(*number) <= most) {
    return static_cast<std::uint64_t>(*number);
  }
  reading.wrong(node.place, path + ": " + std::to_string(*number) + " is out of range; allowed are " +
                                std::to_string(least) + " to " + std::to_string(most));
  return otherwise;
}

std::span<const ConfigEntry> read_entries(Reading& reading, const ConfigNode& node, const std::string& path) {
  if (const ConfigNode::Table* table = node.table()) return *table;
  reading.wrong_type(node, path, "table");
  return {};
}

std::vector<const ConfigNode*> read_texts(Reading& reading, const ConfigNode& node, const std::string& path) {
  std::vector<const ConfigNode*> texts;
  const ConfigNode::List* items = node.list();
  if (items == nullptr) {
    reading.wrong_type(node, path, "array");
    return texts;
  }
  for (const ConfigNode& item : *items) {
    if (read_text(reading, item, path) != nullptr) texts.push_back(&item);
  }
  return texts;
}

namespace {

wire::Value read_map(Reading& reading, const ConfigNode::Table& entries, const std::string& path) {
  wire::Value::Map map;
  for (const ConfigEntry& entry : entries) {
    map.emplace_back(entry.key, read_value(reading, entry.node, path_of(path, entry.key)));
  }
  return map;
}

wire::Value read_list(Reading& reading, const ConfigNode::List& items, const std::string& path) {
  wire::Value::List values;
  for (std::size_t i = 0; i < items.size(); ++i) {
    values.push_back(read_value(reading, items[i], path + "[" + std::to_string(i) + "]"));
  }
  return values;
}

}  // namespace

wire::Value read_value(Reading& reading, const ConfigNode& node, const std::string& path) {
  if (!node.moment.empty()) {
    const auto& text = std::get<std::string>(node.held);
    reading.wrong(node.place, path + ": plugins know no " + std::string(node.moment) +
                                  " of TOML; write it as a string: \"" + text + "\"");
    return text;
  }
  if (const auto* number = std::get_if<double>(&node.held)) {
    if (std::isfinite(*number)) return *number;
    reading.wrong(node.place, path + ": " + (std::isnan(*number) ? "nan" : "inf") +
                                  " is no number that plugins get; leave it out, or write a string");
    return 0.0;
  }
  if (const ConfigNode::Table* entries = node.table()) return read_map(reading, *entries, path);
  if (const ConfigNode::List* items = node.list()) return read_list(reading, *items, path);
  if (const std::string* text = node.text()) return *text;
  if (const auto* integer = std::get_if<std::int64_t>(&node.held)) return *integer;
  return std::get<bool>(node.held);
}

}  // namespace lodge::control
