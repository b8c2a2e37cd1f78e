// Semantic versions and ranges of them: what plugins say they are, and what they ask of each other.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"

namespace lodge::plugin {

/// major.minor.patch[-pre][+build], as semver.org 2.0.0 says. Values; thread-safe as such.
struct Version {
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  std::uint32_t patch = 0;
  std::string pre;  ///< "rc.1"; empty: a release. Build metadata is checked and dropped: it never orders

  /// All three numbers must be there. INVALID_ARGUMENT says what is wrong with the text.
  [[nodiscard]] static Result<Version> parse(std::string_view text);

  /// A pre-release comes before its release; "rc.2" before "rc.10".
  [[nodiscard]] std::strong_ordering operator<=>(const Version& other) const;
  bool operator==(const Version&) const = default;

  /// "1.4.0-rc.1"
  [[nodiscard]] std::string text() const;
};

/// A set of versions. Comparators, separated by spaces, must all hold:
///   ""  or "*"          any version, pre-releases too
///   "1.4.2" "=1.4.2"    that one;  "1.4" "=1.4": any 1.4.x
///   "^1.2"              1.2.0 up to the next change of the first number that is not 0 (^1.2: <2, ^0.2: <0.3)
///   "~1.2" "~1.2.3"     up to the next minor version;  "~1": up to the next major one
///   ">1" ">=1.2" "<3" "<=2.4"   with a partial version, ">1" begins at 2.0.0 and "<=2.4" ends before 2.5.0
/// A pre-release is in a range only where a comparator names a pre-release of the same major.minor.patch: who asks for
/// ^1.2 is not handed 1.3.0-alpha.
class VersionRange {
 public:
  /// INVALID_ARGUMENT says what is wrong with the text, and shows the forms there are.
  [[nodiscard]] static Result<VersionRange> parse(std::string_view text);

  [[nodiscard]] bool contains(const Version& version) const;

 private:
  enum class Operator : std::uint8_t { less, less_equal, greater, greater_equal };
  struct Bound {
    Operator op;
    Version version;
    [[nodiscard]] bool holds(const Version& candidate) const;
  };
  struct Partial;

  [[nodiscard]] Status add(std::string_view op, const Partial& partial);
  void at_least(const Partial& partial);
  void below(Version version);

  std::vector<Bound> bounds_;  ///< empty: any version
};

}  // namespace lodge::plugin
