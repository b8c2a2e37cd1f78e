// A program run by a test, killed with it at the latest.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "platform/process.hpp"
#include "platform/unique_fd.hpp"
#include "scratch_directory.hpp"

namespace lodge::system_test {

/// Long enough for a slow machine under sanitizers; nothing waits that long unless it fails.
constexpr std::chrono::milliseconds patience = std::chrono::seconds(30);

/// How a program ended and what it said.
struct Outcome {
  std::string ended;  ///< "exited 0", "killed by SIGABRT", "did not end"
  std::string out;
  std::string err;
};

class ChildProcess {
 public:
  /// Runs a program of the build in the directory, with its outputs in the files TAG.out and TAG.err there.
  /// `environment`: "NAME=value", added to this process's own. Throws where it cannot be started.
  ChildProcess(const ScratchDirectory& directory, const std::string& program, const std::vector<std::string>& args,
               std::string tag, const std::vector<std::string>& environment = {});
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Waits for its end.
  [[nodiscard]] Outcome outcome(std::chrono::milliseconds within = patience);
  /// Readable once the process has ended.
  [[nodiscard]] int descriptor() const { return pidfd_.get(); }
  [[nodiscard]] bool running() const;
  [[nodiscard]] pid_t pid() const { return pid_; }
  void signal(int signum) const;
  [[nodiscard]] std::string err() const { return directory_.read(tag_ + ".err"); }

 private:
  const ScratchDirectory& directory_;
  const std::string tag_;
  pid_t pid_ = -1;
  platform::UniqueFd pidfd_;
  std::optional<platform::ExitStatus> status_;
};

/// Runs a program of ours, or one named by its whole path, to its end.
[[nodiscard]] Outcome run(const ScratchDirectory& directory, const std::string& program,
                          const std::vector<std::string>& args);

}  // namespace lodge::system_test
