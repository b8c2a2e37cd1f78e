// Runs the program that loads a plugin to read its descriptor: short-lived, and expected to crash or hang.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.hpp"
#include "base/status.hpp"

namespace lodge::plugin {

struct ChildOutcome {
  Bytes report;            ///< what it wrote, at most 8 MiB of it
  int wait_status = 0;     ///< as waitpid gives it
  bool timed_out = false;  ///< it was killed at the deadline
};

/// Runs `program file` with its report on descriptor 3, waits for its end, and kills it after `timeout_ms` with all
/// that it started in its process group. UNAVAILABLE: the program could not be started. Blocks. Thread-safe.
[[nodiscard]] Result<ChildOutcome> run_describe_child(const std::string& program, const std::string& file,
                                                      std::int64_t timeout_ms);

}  // namespace lodge::plugin
