// What is wrong with a configuration, and where that is written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"

namespace lodge::control {

/// One text that configuration is read from.
struct ConfigText {
  std::string name;                 ///< the file as the user wrote it, or "--set host.name"
  std::filesystem::path directory;  ///< where relative paths in it start
  std::uint32_t order = 0;          ///< problems are shown in this order
  bool lines = true;                ///< false: places are just the name
};

struct Place {
  std::shared_ptr<const ConfigText> text;  ///< nullptr: nowhere, it is a default
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  /// "lodged.toml:12:5"
  [[nodiscard]] std::string full() const;
  /// "lodged.toml:12"
  [[nodiscard]] std::string line_only() const;
};

struct Problem {
  Place place;
  std::string what;
  Code code = Code::INVALID_ARGUMENT;
};

/// In the order of files and lines; what stands nowhere comes last.
void sort_problems(std::vector<Problem>& problems);

/// A line each: "lodged.toml:12:5: unknown key ...". Where a problem has several lines itself, the others are indented.
[[nodiscard]] std::string report_of(const std::vector<Problem>& problems);

/// Where each value of the configuration was written, for problems that are found later than reading.
class Origins {
 public:
  void note(const std::string& path, const Place& place) { places_[path] = place; }
  /// The place of `service.greeter.config.greeter.salutation`, or of the nearest table around it that was written;
  /// nowhere: nothing of it was.
  [[nodiscard]] Place at(std::string_view path) const;

 private:
  std::map<std::string, Place, std::less<>> places_;
};

}  // namespace lodge::control
