// Figures that say something on any machine: each is measured beside its reference, in the same run, taking turns.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace lodge::bench {

/// Which of two values of a unit is the better one.
enum class Better : std::uint8_t { more, less };

/// Something to be measured: runs for some 10 to 500 ms and returns a value in the figure's unit.
struct Contender {
  std::string name;
  std::function<double()> measure;
};

/// Measures and prints. A line: name, value, unit, reference, reference's value, ratio, n; tab-separated, or JSON with
/// least and most of both. Values are medians of n rounds; the ratio is the median of the rounds' ratios, better is
/// bigger.
class Figures {
 public:
  /// Options: `--json`, `--rounds N` (5), `--only TEXT` (figures with it in their name).
  Figures(int argc, char** argv);

  /// Measures `ours` and the references by turns, and prints one line for each reference.
  void compare(const std::string& name, const std::string& unit, Better better, const std::function<double()>& ours,
               const std::vector<Contender>& references);
  /// Prints the line of a reference that is not installed here.
  void absent(const std::string& name, const std::string& unit, const std::string& reference);

 private:
  [[nodiscard]] bool wanted(const std::string& name) const;
  void print(const std::string& name, const std::string& unit, const std::string& reference, Better better,
             const std::vector<double>& ours, const std::vector<double>& theirs) const;

  bool json_ = false;
  std::size_t rounds_ = 5;
  std::string only_;
};

/// Operations a second, in millions, of `threads` threads that start together and each do `operations` of them:
/// `work(thread, operations)`.
[[nodiscard]] double mega_per_second(unsigned threads, std::uint64_t operations,
                                     const std::function<void(unsigned thread, std::uint64_t operations)>& work);

}  // namespace lodge::bench
