// The command line, taken apart.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"

namespace lodge::ctl {

struct Options {
  std::filesystem::path socket;
  bool json = false;
  bool help = false;
  bool version = false;
  std::int64_t timeout_ms = 15'000;
  std::vector<std::string> words;  ///< the verb and what follows it

  // Of single verbs; `given` tells which.
  bool async = false;
  bool shared = false;
  bool dry_run = false;
  std::string each_line;
  std::string prefix;
  std::string lang = "cpp";
  std::string sdk;
  bool follow = false;
  std::string level = "trace";
  std::string module;
  std::string service;
  bool trace = false;
  std::string traceparent;
  std::uint32_t since = 0;  ///< seconds; 0: however old
  std::uint32_t last = 100;
  std::uint32_t limit = 1000;
  std::int64_t ttl_ms = 0;  ///< 0: for ever
  std::uint32_t connections = 1;
  std::uint32_t depth = 1;
  double seconds = 3;
  std::vector<std::string> given;  ///< the options of single verbs that were on the command line
};

/// The first word is the program's name. INVALID_ARGUMENT says which option is wrong, and what was probably meant. A
/// negative number counts as a word, and so does all that follows `--`.
[[nodiscard]] Result<Options> read_options(int count, const char* const* words);

/// Whether a command line that cannot be read asks for JSON: its error is told so.
[[nodiscard]] bool wants_json(int count, const char* const* words);

/// The lines of `--help` on options: all, or those named, with spaces between.
[[nodiscard]] std::string options_help(std::string_view only = "");

}  // namespace lodge::ctl
