// What lodgectl prints: tables for people, JSON for machines.
#pragma once

#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/status.hpp"
#include "wire/value.hpp"

namespace lodge::ctl {

/// Where and how to print.
class Output {
 public:
  /// Where `out` is a terminal, as wide as that, and with colour unless NO_COLOR is set.
  static Output standard(bool json);
  /// `width`: how many columns a line of a table may have; 0: any number.
  Output(std::ostream& out, std::ostream& errors, const Clock& clock, bool json, bool colour, std::size_t width = 0)
      : out_(out), errors_(errors), clock_(clock), json_(json), colour_(colour), width_(width) {}

  [[nodiscard]] bool json() const { return json_; }

  /// A value as it is: JSON, on one line where it is short.
  void value(const wire::Value& value);
  /// A list of maps as a table, cut to the width of a terminal, which is then said: first `columns`, then what else
  /// there is. `none` is said when the list is empty. What is called `..._ms` is shown as a duration, what is called
  /// `..._unix_ms` as how long ago that was.
  void table(const wire::Value& rows, std::span<const std::string_view> columns, std::string_view none);
  /// A map as lines "key  value"; lists of maps in it follow as tables. Milliseconds as above.
  void fields(const wire::Value& map);
  void line(std::string_view text);
  /// As it is: it ends its lines itself.
  void text(std::string_view text);
  /// One line of a host's log; with JSON {number, time_unix_ms, level, module, text} as it is.
  void log_line(const wire::Value& line);
  /// Hands on what is printed so far.
  void flush();
  /// On the error stream; with JSON as {"error": {...}}.
  void error(const Error& error);
  /// On the error stream; with JSON as {"summary": figures}.
  void summary(std::string_view text, const wire::Value& figures);
  /// On the error stream, for people only.
  void note(std::string_view text);

 private:
  void row(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths, bool head);
  [[nodiscard]] std::string shown(std::string_view name, const wire::Value& value) const;
  [[nodiscard]] std::string painted(std::string_view text) const;

  std::ostream& out_;
  std::ostream& errors_;
  const Clock& clock_;
  bool json_;
  bool colour_;
  std::size_t width_;
  bool told_of_cuts_ = false;
};

/// A value in one cell: text as it is (control characters escaped), lists of text with commas, the rest as JSON. What
/// is empty is "-", so that columns can be counted.
[[nodiscard]] std::string cell_of(const wire::Value& value);

/// How many columns a terminal needs for UTF-8 text, one a code point.
[[nodiscard]] std::size_t width_of(std::string_view text);

/// Text cut to that many columns, its last one then "…"; of a list of `items` (0: none) as many as fit, and how many
/// more there are: "a, b, … 62 more".
[[nodiscard]] std::string cut_to(std::string_view text, std::size_t items, std::size_t width);

/// Makes the widest columns of a table narrower, so that all of them, two apart, fit into `room`; none narrower than
/// twelve. False: they fit already.
bool narrow(std::vector<std::size_t>& widths, std::size_t room);

/// {code, message, executed}: an error as JSON shows it.
[[nodiscard]] wire::Value error_value(const Error& error);

}  // namespace lodge::ctl
