// The one shape of an outcome, and the words and numbers that outcomes have. For plugins that answer or read them.
#pragma once

#include <lodge/pack_structs.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include <lodge/result.hpp>

namespace outcome {

/// What became of something that was asked for.
struct Outcome {
  std::string status;     ///< a word for programs: "ok", "not_found", or one that a plugin has made up
  std::string info;       ///< a line for people; may be empty
  std::int64_t code = 0;  ///< a number of HTTP's, 100 to 599; below 400: it went well
  lodge::Any data;        ///< what was answered; of an error a map of details
  std::map<std::string, std::string> metadata;

  static constexpr auto lodge_fields =
      std::make_tuple(lodge::field("status", &Outcome::status), lodge::field("info", &Outcome::info),
                      lodge::field("code", &Outcome::code), lodge::field("data", &Outcome::data),
                      lodge::field("metadata", &Outcome::metadata));
};

inline constexpr std::int64_t code_min = 100;
inline constexpr std::int64_t code_max = 599;

/// Keys of metadata.
inline constexpr const char* reference_key = "reference";  ///< under which the host's log tells more
inline constexpr const char* executed_key = "executed";    ///< "no", "maybe", "yes": whether the callee has run
inline constexpr const char* attempts_key = "attempts";    ///< how often it was tried

/// One of Lodge's codes as an outcome.
struct CodeOutcome {
  std::int32_t lodge_code;
  std::string_view status;
  std::int64_t code;
  std::string_view info;
  bool hidden = false;  ///< what was said with it is for the log alone
};

/// A word for a number of HTTP's.
struct HttpOutcome {
  std::int64_t code;
  std::string_view status;
};

/// nullptr: no code of Lodge's.
[[nodiscard]] const CodeOutcome* of_lodge_code(std::int64_t lodge_code);
[[nodiscard]] const CodeOutcome* of_status(std::string_view status);
/// 0: no word that is known here.
[[nodiscard]] std::int64_t code_of(std::string_view status);
/// "not_found" of 404; "code_418" of what has no word of its own.
[[nodiscard]] std::string status_of(std::int64_t code);

/// An empty map: the data of who has none.
[[nodiscard]] lodge::Any no_data();

/// An error as an outcome; what is hidden keeps its message to itself.
[[nodiscard]] Outcome of_error(const lodge::Error& error);
[[nodiscard]] Outcome invalid_argument(std::string info);

[[nodiscard]] std::string_view word_of(lodge::Executed executed);

}  // namespace outcome
