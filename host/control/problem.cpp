#include "control/problem.hpp"

#include <algorithm>
#include <tuple>

namespace lodge::control {

std::string Place::line_only() const {
  if (text == nullptr) return {};
  return text->lines ? text->name + ":" + std::to_string(line) : text->name;
}

std::string Place::full() const {
  if (text == nullptr) return {};
  return text->lines && line != 0 ? line_only() + ":" + std::to_string(column) : text->name;
}

void sort_problems(std::vector<Problem>& problems) {
  const auto position = [](const Place& place) {
    return std::tuple(place.text == nullptr ? UINT32_MAX : place.text->order, place.line, place.column);
  };
  std::stable_sort(problems.begin(), problems.end(), [&](const Problem& left, const Problem& right) {
    return position(left.place) < position(right.place);
  });
}

namespace {

/// Without the path that the place ends with already: "--set limits.depth_max" needs no "limits.depth_max: " behind it.
std::string_view what_of(const Problem& problem, std::string_view place) {
  const std::string_view what = problem.what;
  const auto path = what.substr(0, what.find(": "));
  return place.ends_with(" " + std::string(path)) ? what.substr(path.size() + 2) : what;
}

}  // namespace

std::string report_of(const std::vector<Problem>& problems) {
  std::string out;
  for (const Problem& problem : problems) {
    if (!out.empty()) out += '\n';
    const std::string place = problem.place.full();
    if (!place.empty()) out += place + ": ";
    for (const char letter : what_of(problem, place)) {
      out += letter;
      if (letter == '\n') out += "  ";
    }
  }
  return out;
}

Place Origins::at(std::string_view path) const {
  for (;;) {
    if (const auto found = places_.find(path); found != places_.end()) return found->second;
    const auto dot = path.rfind('.');
    if (dot == std::string_view::npos) return {};
    path = path.substr(0, dot);
  }
}

}  // namespace lodge::control
