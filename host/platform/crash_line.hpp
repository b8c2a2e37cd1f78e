// The last line of a host that crashes: which plugin's code it was in.
#pragma once

#include <cstddef>
#include <span>

namespace lodge::platform {

/// Writes to `out` what the calling thread was in: "plugin greeter, service hello, callback greet/1". Returns how many
/// bytes, at most out.size(). Runs inside a signal handler: async-signal-safe, no lock, no memory.
using CrashDescriber = std::size_t (*)(std::span<char> out);

/// From now on SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGABRT write one line to stderr, then do what they do by default.
/// `describe` may be nullptr.
void install_crash_line(CrashDescriber describe);

/// Lets the calling thread survive its own stack's overflow long enough for the line. One for each thread that may run
/// plugin code; the thread that installs has one already.
class CrashStack {
 public:
  CrashStack();
  ~CrashStack();
  CrashStack(const CrashStack&) = delete;
  CrashStack& operator=(const CrashStack&) = delete;

 private:
  void* memory_;
};

/// Writes such a line by hand and ends the process, as SIGABRT does: for a loop that does not come back.
[[noreturn]] void crash_with_line(const char* reason);

}  // namespace lodge::platform
