#include "control/config_tree.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

namespace lodge::control {
namespace {

constexpr std::string_view table_words[] = {"table", "array", "string", "integer", "float", "boolean"};

template <typename T>
std::string printed(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

/// toml++ bounds how deep values nest, but not how many keys one dotted key strings together, and it walks and frees
/// what it read recursively. So such keys are refused before it sees them: more dots than a path may have, with
/// nothing between them that ends a key. Dots in strings and comments are skipped.
class LongKeyFinder {
 public:
  explicit LongKeyFinder(std::string_view toml) : toml_(toml) {}

  /// The line of the first such key; 0: there is none.
  std::uint32_t find() {
    for (; at_ < toml_.size(); ++at_) {
      const char letter = toml_[at_];
      if (letter == '.') {
        if (++dots_ > config_depth_max) return line_;
      } else if (letter == '"' || letter == '\'') {
        skip_string(letter);
      } else if (letter == '#') {
        while (at_ + 1 < toml_.size() && toml_[at_ + 1] != '\n') ++at_;
      } else if (std::string_view("\n=,[]{}").find(letter) != std::string_view::npos) {
        dots_ = 0;
        if (letter == '\n') ++line_;
      }
    }
    return 0;
  }

 private:
  /// Leaves at_ on the string's last quote, or on the last letter before a line's end that should not be there.
  void skip_string(char quote) {
    const std::string three(3, quote);
    const bool many_lines = toml_.substr(at_, 3) == three;
    for (at_ += many_lines ? 3 : 1; at_ < toml_.size(); ++at_) {
      if (toml_[at_] == '\\' && quote == '"') {
        ++at_;
      } else if (many_lines && toml_.substr(at_, 3) == three) {
        at_ += 2;
        return;
      } else if (!many_lines && toml_[at_] == quote) {
        return;
      }
      if (at_ >= toml_.size() || toml_[at_] != '\n') continue;
      ++line_;
      if (!many_lines) return;
    }
  }

  std::string_view toml_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
  std::uint32_t dots_ = 0;
};

class Converter {
 public:
  Converter(std::shared_ptr<const ConfigText> text, std::vector<Problem>& problems)
      : text_(std::move(text)), problems_(problems) {}

  ConfigNode convert(const toml::node& from, std::uint32_t depth) {
    ConfigNode node;
    node.place = place_of(from.source());
    if (depth > config_depth_max) {
      problems_.push_back({node.place, "nested deeper than " + std::to_string(config_depth_max) + " levels"});
    } else if (const auto* table = from.as_table()) {
      node.held = convert_table(*table, depth);
    } else if (const auto* list = from.as_array()) {
      ConfigNode::List items;
      for (const toml::node& item : *list) items.push_back(convert(item, depth + 1));
      node.held = std::move(items);
    } else {
      convert_scalar(from, node);
    }
    return node;
  }

  [[nodiscard]] Place place_of(const toml::source_region& region) const {
    return {text_, region.begin.line, region.begin.column};
  }

 private:
  ConfigNode::Table convert_table(const toml::table& from, std::uint32_t depth) {
    ConfigNode::Table table;
    for (const auto& [key, value] : from) {
      table.push_back({std::string(key.str()), place_of(key.source()), convert(value, depth + 1)});
    }
    std::stable_sort(table.begin(), table.end(), [](const ConfigEntry& left, const ConfigEntry& right) {
      return std::pair(left.place.line, left.place.column) < std::pair(right.place.line, right.place.column);
    });
    return table;
  }

  static void convert_scalar(const toml::node& from, ConfigNode& node) {
    if (const auto* text = from.as_string()) {
      node.held = text->get();
    } else if (const auto* integer = from.as_integer()) {
      node.held = integer->get();
    } else if (const auto* number = from.as_floating_point()) {
      node.held = number->get();
    } else if (const auto* flag = from.as_boolean()) {
      node.held = flag->get();
    } else {
      convert_moment(from, node);
    }
  }

  static void convert_moment(const toml::node& from, ConfigNode& node) {
    if (const auto* date = from.as_date()) {
      node.held = printed(date->get());
      node.moment = "date";
    } else if (const auto* time = from.as_time()) {
      node.held = printed(time->get());
      node.moment = "time";
    } else if (const auto* both = from.as_date_time()) {
      node.held = printed(both->get());
      node.moment = "date-time";
    }
  }

  std::shared_ptr<const ConfigText> text_;
  std::vector<Problem>& problems_;
};

}  // namespace

const ConfigNode* ConfigNode::find(std::string_view key) const {
  const Table* entries = table();
  if (entries == nullptr) return nullptr;
  const auto found =
      std::find_if(entries->begin(), entries->end(), [&](const auto& entry) { return entry.key == key; });
  return found == entries->end() ? nullptr : &found->node;
}

ConfigNode* ConfigNode::find(std::string_view key) {
  return const_cast<ConfigNode*>(static_cast<const ConfigNode*>(this)->find(key));
}

std::string_view ConfigNode::type_name() const { return moment.empty() ? table_words[held.index()] : moment; }

ConfigNode parse_config_text(std::string_view toml, const std::shared_ptr<const ConfigText>& text,
                             std::vector<Problem>& problems) {
  ConfigNode empty;
  empty.place = {text, 1, 1};
  if (toml.size() > config_bytes_max) {
    problems.push_back({{text, 0, 0}, "larger than " + std::to_string(config_bytes_max) + " bytes; split it"});
    return empty;
  }
  if (const std::uint32_t line = LongKeyFinder(toml).find(); line != 0) {
    problems.push_back({{text, line, 1}, "a key of more than " + std::to_string(config_depth_max) + " parts"});
    return empty;
  }
  try {
    const toml::table table = toml::parse(toml);
    return Converter(text, problems).convert(table, 0);
  } catch (const toml::parse_error& error) {
    const auto& at = error.source().begin;
    problems.push_back({{text, at.line, at.column}, "not valid TOML: " + std::string(error.description())});
  } catch (const std::exception& error) {
    problems.push_back({{text, 0, 0}, "cannot be read: " + std::string(error.what())});
  }
  return empty;
}

void merge_config(ConfigNode& base, ConfigNode update) {
  ConfigNode::Table* onto = base.table();
  ConfigNode::Table* from = update.table();
  if (onto == nullptr || from == nullptr) {
    base = std::move(update);
    return;
  }
  for (ConfigEntry& entry : *from) {
    if (ConfigNode* there = base.find(entry.key)) {
      merge_config(*there, std::move(entry.node));
    } else {
      onto->push_back(std::move(entry));
    }
  }
}

}  // namespace lodge::control
