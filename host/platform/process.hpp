// Short-lived child programs whose answer comes through a pipe of its own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/status.hpp"

namespace lodge::platform {

/// How a process ended.
struct ExitStatus {
  int code = 0;    ///< of exit; meaningless after a signal
  int signal = 0;  ///< that killed it; 0: it exited
  [[nodiscard]] bool success() const { return signal == 0 && code == 0; }
  /// "exited 3", "killed by SIGSEGV".
  [[nodiscard]] std::string text() const;
};

struct ChildOptions {
  std::filesystem::path program;
  std::vector<std::string> args;  ///< without the program's own name
  std::int64_t timeout_ns = 10'000'000'000;
  std::size_t result_bytes_max = std::size_t{16} << 20;
  std::size_t output_bytes_max = std::size_t{64} << 10;  ///< what is beyond is read and dropped
};

struct ChildResult {
  ExitStatus status;
  bool timed_out = false;               ///< it was killed at the deadline
  bool too_much = false;                ///< it was killed for writing more than result_bytes_max
  std::uint64_t memory_bytes_most = 0;  ///< that it had in memory at a time
  bool left_others = false;             ///< it ended, and what it had started holds its pipes still
  Bytes result;                         ///< what it wrote to descriptor 3
  std::string output;                   ///< what it wrote to stdout and stderr
};

/// Runs a program and waits for its end: stdin is empty, stdout and stderr are captured, descriptor 3 takes its result,
/// no other descriptor is inherited, signals are as by default. It dies with this thread's process. Processes that it
/// leaves behind in its group are killed. Errors only where it could not be started; how it ended is in the result.
/// Waits: not on the loop thread.
[[nodiscard]] Result<ChildResult> run_child(const ChildOptions& options, const Clock& clock);

}  // namespace lodge::platform
