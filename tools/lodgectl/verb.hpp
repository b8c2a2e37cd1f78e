// The verbs of lodgectl.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "lodgectl/session.hpp"

namespace lodge::ctl {

using Words = std::span<const std::string>;

struct Verb {
  std::string_view name;       ///< one word or two: "store put"
  std::string_view arguments;  ///< "SERVICE KEY VALUE"
  std::string_view summary;
  std::size_t least;         ///< arguments
  std::size_t most;          ///< arguments
  std::string_view options;  ///< those of its own that it takes, with spaces between
  ExitCode (*run)(Session& session, const Verb& verb, Words words);
  std::string_view asks = "";  ///< the function of the host behind it
};

constexpr std::size_t any_number = SIZE_MAX;

// One table a file.
[[nodiscard]] std::span<const Verb> host_verbs();
[[nodiscard]] std::span<const Verb> service_verbs();
[[nodiscard]] std::span<const Verb> watch_verbs();
[[nodiscard]] std::span<const Verb> trace_verbs();
[[nodiscard]] std::span<const Verb> call_verbs();
[[nodiscard]] std::span<const Verb> entry_verbs();
[[nodiscard]] std::span<const Verb> inspect_verbs();
[[nodiscard]] std::span<const Verb> bench_verbs();
[[nodiscard]] std::span<const Verb> new_verbs();

/// Finds the verb that the words begin with and runs it.
[[nodiscard]] ExitCode run_verb(Session& session);

/// What `--help` prints.
[[nodiscard]] std::string help();

}  // namespace lodge::ctl
