#include "base/closest.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace lodge {
namespace {

constexpr std::size_t longest = 64;
constexpr std::size_t shortest_beginning = 2;
constexpr std::size_t completions_max = 3;

char lower(char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter; }

/// How many insertions, deletions, replacements and swaps of neighbours lie between two names of at most `longest`
/// bytes (optimal string alignment, three rows of the table at a time).
std::size_t distance(std::string_view left, std::string_view right) {
  std::array<std::array<std::size_t, longest + 1>, 3> rows{};
  for (std::size_t at = 0; at <= right.size(); ++at) rows[0][at] = at;
  for (std::size_t i = 1; i <= left.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i + 2) % 3];
    const auto& two_above = rows[(i + 1) % 3];
    row[0] = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const bool same = lower(left[i - 1]) == lower(right[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
      const bool swapped =
          i > 1 && j > 1 && lower(left[i - 1]) == lower(right[j - 2]) && lower(left[i - 2]) == lower(right[j - 1]);
      if (swapped) row[j] = std::min(row[j], two_above[j - 2] + 1);
    }
  }
  return rows[left.size() % 3][right.size()];
}

template <typename Text>
std::string_view nearest(std::string_view wanted, std::span<const Text> candidates) {
  if (wanted.empty() || wanted.size() > longest) return {};
  std::string_view best;
  // A third of the letters may be wrong, so that a short name is not near everything.
  std::size_t best_distance = 1 + std::max<std::size_t>(1, wanted.size() / 3);
  for (const std::string_view candidate : candidates) {
    if (candidate.empty() || candidate.size() > longest) continue;
    const std::size_t found = distance(wanted, candidate);
    if (found >= best_distance || found >= candidate.size()) continue;
    best = candidate;
    best_distance = found;
  }
  return best;
}

bool begins(std::string_view name, std::string_view beginning) {
  return name.size() >= beginning.size() &&
         std::equal(beginning.begin(), beginning.end(), name.begin(),
                    [](char left, char right) { return lower(left) == lower(right); });
}

/// Those that the word is the beginning of, the shortest first.
template <typename Text>
std::vector<std::string_view> completions(std::string_view wanted, std::span<const Text> candidates) {
  std::vector<std::string_view> out;
  if (wanted.size() < shortest_beginning || wanted.size() > longest) return out;
  for (const std::string_view candidate : candidates) {
    if (begins(candidate, wanted) && std::find(out.begin(), out.end(), candidate) == out.end())
      out.push_back(candidate);
  }
  std::stable_sort(out.begin(), out.end(),
                   [](std::string_view left, std::string_view right) { return left.size() < right.size(); });
  return out;
}

template <typename Text>
std::vector<std::string_view> meant(std::string_view wanted, std::span<const Text> candidates) {
  if (const std::string_view near = nearest(wanted, candidates); !near.empty()) return {near};
  return completions(wanted, candidates);
}

template <typename Text>
std::string_view first_meant(std::string_view wanted, std::span<const Text> candidates) {
  const std::vector<std::string_view> names = meant(wanted, candidates);
  return names.empty() ? std::string_view() : names.front();
}

template <typename Text>
std::string question(std::string_view wanted, std::span<const Text> candidates) {
  const std::vector<std::string_view> names = meant(wanted, candidates);
  // Many that begin alike tell nothing.
  if (names.empty() || names.size() > completions_max) return {};
  std::string out = "; did you mean ";
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool last = i + 1 == names.size();
    out += std::string(i == 0 ? "" : last ? " or " : ", ") + "`" + std::string(names[i]) + "`";
  }
  return out + "?";
}

}  // namespace

std::string_view closest(std::string_view wanted, std::span<const std::string_view> candidates) {
  return first_meant(wanted, candidates);
}
std::string_view closest(std::string_view wanted, std::span<const std::string> candidates) {
  return first_meant(wanted, candidates);
}
std::string did_you_mean(std::string_view wanted, std::span<const std::string_view> candidates) {
  return question(wanted, candidates);
}
std::string did_you_mean(std::string_view wanted, std::span<const std::string> candidates) {
  return question(wanted, candidates);
}

}  // namespace lodge
