#include "lodgectl/output.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <numeric>
#include <utility>

#include "base/utf8.hpp"
#include "lodgectl/time_text.hpp"
#include "wire/json.hpp"

namespace lodge::ctl {
namespace {

using wire::Value;

constexpr std::size_t short_line = 100;
constexpr std::string_view between = ", ";  // the texts of a list

constexpr std::string_view good_words[] = {"running", "active", "ok", "loaded", "available"};
constexpr std::string_view bad_words[] = {"failed", "refused", "error"};
constexpr std::string_view passing_words[] = {"starting", "pausing", "paused", "stopping", "stopped", "draining"};

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

constexpr std::string_view moment_suffix = "_unix_ms";
constexpr std::string_view duration_suffix = "_ms";

/// What a table calls a member: milliseconds are told as times, without their unit.
std::string title_of(std::string_view name) {
  for (const std::string_view suffix : {moment_suffix, duration_suffix}) {
    if (name.ends_with(suffix)) return std::string(name.substr(0, name.size() - suffix.size()));
  }
  return std::string(name);
}

/// The columns of a table: those asked for that some row has, then all others in the order of their appearance.
std::vector<std::string> columns_of(const Value::List& rows, std::span<const std::string_view> first) {
  std::vector<std::string> there;
  for (const Value& row : rows) {
    if (row.as_map() == nullptr) continue;
    for (const auto& [key, value] : *row.as_map()) {
      const std::string name = cell_of(key);
      if (std::find(there.begin(), there.end(), name) == there.end()) there.push_back(name);
    }
  }
  const auto rank = [&](const std::string& name) {
    return std::find(first.begin(), first.end(), name) - first.begin();
  };
  std::stable_sort(there.begin(), there.end(),
                   [&](const std::string& left, const std::string& right) { return rank(left) < rank(right); });
  return there;
}

/// A list of maps that are worth lines of their own.
bool is_table(const Value& value) {
  const Value::List* list = value.as_list();
  return list != nullptr && !list->empty() &&
         std::all_of(list->begin(), list->end(), [](const Value& item) { return item.as_map() != nullptr; });
}

/// How many there are in a list of texts; 0: it is none.
std::size_t texts_in(const Value* value) {
  const Value::List* const list = value == nullptr ? nullptr : value->as_list();
  const auto is_text = [](const Value& item) { return item.as_text() != nullptr; };
  return list != nullptr && std::all_of(list->begin(), list->end(), is_text) ? list->size() : 0;
}

}  // namespace

std::string cell_of(const Value& value) {
  if (value.is_nil()) return "-";
  if (const std::string* text = value.as_text()) return text->empty() ? "-" : escape_for_terminal(*text);
  const Value::List* list = value.as_list();
  if (list == nullptr) return wire::json_from_value(value);
  if (list->empty()) return "-";
  std::string joined;
  for (const Value& item : *list) {
    if (item.as_text() == nullptr) return wire::json_from_value(value);
    if (!joined.empty()) joined += between;
    joined += escape_for_terminal(*item.as_text());
  }
  return joined;
}

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }));
}

std::string cut_to(std::string_view text, std::size_t items, std::size_t width) {
  if (width_of(text) <= width) return std::string(text);
  std::string cut;
  std::size_t shown = 0;
  for (auto at = text.find(between); at != std::string_view::npos && ++shown < items; at = text.find(between, at + 1)) {
    std::string more = std::string(text.substr(0, at)) + ", \u2026 " + std::to_string(items - shown) + " more";
    if (width_of(more) > width) break;
    cut = std::move(more);
  }
  if (!cut.empty()) return cut;
  std::size_t end = 0;
  for (std::size_t columns = 0; end < text.size(); ++end) {
    const bool begins = (static_cast<unsigned char>(text[end]) & 0xc0) != 0x80;
    if (begins && ++columns == width) break;
  }
  return std::string(text.substr(0, end)) + "\u2026";
}

bool narrow(std::vector<std::size_t>& widths, std::size_t room) {
  constexpr std::size_t narrowest = 12;
  const std::size_t gaps = 2 * (widths.size() - 1);
  if (std::accumulate(widths.begin(), widths.end(), gaps) <= room) return false;
  for (std::size_t& width : widths) width = std::min(width, std::max(room, narrowest));
  while (std::accumulate(widths.begin(), widths.end(), gaps) > room) {
    std::size_t& widest = *std::max_element(widths.begin(), widths.end());
    if (widest <= narrowest) break;
    --widest;
  }
  return true;
}

Output Output::standard(bool json) {
  const char* no_colour = std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe): there are no threads yet
  const bool terminal = isatty(STDOUT_FILENO) == 1;
  const bool colour = terminal && (no_colour == nullptr || *no_colour == '\0');
  winsize size{};
  const std::size_t width = terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
  static const SystemClock clock;
  return {std::cout, std::cerr, clock, json, colour, width};
}

void Output::value(const Value& value) {
  const std::string compact = wire::json_from_value(value);
  const bool one_line = json_ || compact.size() <= short_line;
  out_ << (one_line ? compact : wire::json_from_value(value, true)) << '\n';
}

void Output::table(const Value& rows, std::span<const std::string_view> columns, std::string_view none) {
  const Value::List* list = rows.as_list();
  if (json_ || list == nullptr) return value(rows);
  if (list->empty()) return note(none);
  const std::vector<std::string> names = columns_of(*list, columns);
  std::vector<std::string> titles;
  titles.reserve(names.size());
  for (const std::string& name : names) titles.push_back(title_of(name));
  std::vector<std::vector<std::string>> lines{titles};
  for (const Value& row : *list) {
    std::vector<std::string>& cells = lines.emplace_back();
    for (const std::string& name : names) {
      const Value* found = row.find(name);
      cells.push_back(found == nullptr ? "-" : shown(name, *found));
    }
    if (names.empty()) cells.push_back(cell_of(row));  // a list of something else: one a line
  }
  std::vector<std::size_t> widths;
  for (const auto& cells : lines) {
    widths.resize(std::max(widths.size(), cells.size()), 0);
    for (std::size_t at = 0; at < cells.size(); ++at) widths[at] = std::max(widths[at], width_of(cells[at]));
  }
  if (width_ > 0 && !names.empty() && narrow(widths, width_)) {
    for (std::size_t at = 0; at < names.size(); ++at) {
      lines[0][at] = cut_to(lines[0][at], 0, widths[at]);
      for (std::size_t line = 1; line < lines.size(); ++line) {
        lines[line][at] = cut_to(lines[line][at], texts_in((*list)[line - 1].find(names[at])), widths[at]);
      }
    }
    if (!std::exchange(told_of_cuts_, true)) note("cut to the width of the terminal; --json, or a pipe, has all of it");
  }
  for (std::size_t at = names.empty() ? 1 : 0; at < lines.size(); ++at) row(lines[at], widths, at == 0);
}

void Output::fields(const Value& map) {
  const Value::Map* entries = map.as_map();
  if (json_ || entries == nullptr) return value(map);
  std::size_t widest = 0;
  for (const auto& [key, held] : *entries) widest = std::max(widest, width_of(title_of(cell_of(key))));
  for (const auto& [key, held] : *entries) {
    if (is_table(held)) continue;
    const std::string name = cell_of(key);
    const std::string title = title_of(name);
    out_ << title << std::string(widest - width_of(title) + 2, ' ') << painted(shown(name, held));
    if (name.ends_with(moment_suffix) && held.as_int() != nullptr) out_ << ", " << utc_text(*held.as_int());
    out_ << '\n';
  }
  for (const auto& [key, held] : *entries) {
    if (!is_table(held)) continue;
    out_ << '\n' << cell_of(key) << ":\n";
    table(held, {}, "");
  }
}

std::string Output::shown(std::string_view name, const Value& value) const {
  const std::int64_t* const number = value.as_int();
  if (number != nullptr && name.ends_with(moment_suffix)) return ago_text(*number, clock_.wall() / 1'000'000);
  if (number != nullptr && name.ends_with(duration_suffix)) return duration_text(*number);
  return cell_of(value);
}

void Output::row(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths, bool head) {
  for (std::size_t at = 0; at < cells.size(); ++at) {
    const bool last = at + 1 == cells.size();
    const std::string shown = head && colour_ ? "\033[1m" + cells[at] + "\033[0m" : painted(cells[at]);
    out_ << shown << (last ? "\n" : std::string(widths[at] - width_of(cells[at]) + 2, ' '));
  }
}

std::string Output::painted(std::string_view text) const {
  const char* colour = nullptr;
  if (is_one_of(text, good_words)) colour = "\033[32m";
  if (is_one_of(text, bad_words)) colour = "\033[31m";
  if (is_one_of(text, passing_words)) colour = "\033[33m";
  if (!colour_ || colour == nullptr) return std::string(text);
  return colour + std::string(text) + "\033[0m";
}

void Output::line(std::string_view text) { out_ << text << '\n'; }

void Output::log_line(const Value& line) {
  if (json_) return this->line(wire::json_from_value(line));
  const Value* const time = line.find("time_unix_ms");
  const std::int64_t time_ms = time != nullptr && time->as_int() != nullptr ? *time->as_int() : 0;
  const auto text_at = [&line](std::string_view key) {
    const Value* const found = line.find(key);
    return found != nullptr && found->as_text() != nullptr ? escape_for_terminal(*found->as_text()) : std::string();
  };
  out_ << clock_text(time_ms) << ' ' << text_at("level") << ' ' << text_at("module") << ": " << text_at("text") << '\n';
}

void Output::flush() { out_.flush(); }

void Output::text(std::string_view text) { out_ << text; }

void Output::note(std::string_view text) {
  if (!json_) errors_ << text << '\n';
}

void Output::summary(std::string_view text, const Value& figures) {
  errors_ << (json_ ? wire::json_from_value(Value::map({{"summary", figures}})) : std::string(text)) << '\n';
}

void Output::error(const Error& error) {
  if (json_) {
    errors_ << wire::json_from_value(Value::map({{"error", error_value(error)}})) << '\n';
    return;
  }
  errors_ << "lodgectl: " << escape_for_terminal(error.text());
  // Where it may have run, whoever tries again must know.
  if (error.executed == Executed::maybe) errors_ << " (it may have run)";
  errors_ << '\n';
}

wire::Value error_value(const Error& error) {
  return Value::map(
      {{"code", code_name(error.code)}, {"message", error.message}, {"executed", executed_name(error.executed)}});
}

}  // namespace lodge::ctl
