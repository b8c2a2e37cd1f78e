// lodge-describe FILE: loads one plugin and writes its descriptor to descriptor 3, for the host that started it.
// Without a descriptor 3 (by hand) it says on stderr how it went, and what the plugin prints is seen.
#include <fcntl.h>
#include <lodge/descriptor.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string>

#include "platform/dynamic_library.hpp"
#include "plugin/describe_report.hpp"
#include "plugin/descriptor.hpp"
#include "plugin/scan.hpp"

namespace {

using lodge::Code;
using lodge::Error;
using lodge::Result;
using lodge::plugin::Descriptor;

constexpr int report_fd = 3;
constexpr int usage_error = 64;
constexpr int output_error = 74;

// Sanitizers keep terabytes of address space for themselves.
constexpr bool memory_is_limited = !LODGE_SANITIZED;

/// A crash is expected here: it leaves no core file, takes not all of the machine's memory with it, and the host's end
/// is this program's end.
void be_short_lived(pid_t host) {
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  const rlimit memory{lodge::plugin::describe_memory_bytes_max, lodge::plugin::describe_memory_bytes_max};
  if (memory_is_limited) setrlimit(RLIMIT_DATA, &memory);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != host) _exit(0);  // it ended before that took effect
}

/// The plugin's code gets none of the host's descriptors, and what it prints is nobody's business.
void be_alone() {
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(null, standard);
  close_range(report_fd + 1, ~0U, 0);
}

Result<Descriptor> describe(const std::string& file) {
  const auto library = lodge::platform::DynamicLibrary::open(file);
  if (!library) {
    return Error{library.error().code, "cannot be loaded: " + library.error().message +
                                           "; install what is missing, or build the plugin on this system"};
  }
  const auto entry = reinterpret_cast<lodge_entry_fn>(library->find(LODGE_ENTRY));
  if (entry == nullptr) return Error{Code::INVALID_ARGUMENT, "does not export " LODGE_ENTRY};
  const lodge_plugin* const plugin = entry();
  if (plugin == nullptr) return Error{Code::INVALID_ARGUMENT, LODGE_ENTRY " returned NULL; return the descriptor"};
  return lodge::plugin::read_descriptor(*plugin);
}

bool write_all(lodge::ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(report_fd, bytes.data(), bytes.size());
    if (written < 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

/// A constructor has forked, and this is what came of it: it stays, to be seen and killed by the host.
[[noreturn]] void be_a_copy(bool by_hand, const char* file) {
  if (by_hand) {
    std::fprintf(stderr, "%s: has forked: this is the copy\n", file);
    _exit(1);
  }
  for (;;) pause();
}

}  // namespace

int main(int argc, char** argv) {
  const pid_t host = getppid();
  if (argc != 2) {
    std::fputs("usage: lodge-describe FILE\nThe host runs this to read a plugin's descriptor.\n", stderr);
    return usage_error;
  }
  const bool by_hand = fcntl(report_fd, F_GETFD) < 0;
  if (!by_hand) {
    be_short_lived(host);
    be_alone();
  }
  const pid_t self = getpid();
  const Result<Descriptor> described = describe(argv[1]);
  if (getpid() != self) be_a_copy(by_hand, argv[1]);
  if (by_hand) {
    const std::string text = described ? described->name + " " + described->version : described.error().text();
    std::fprintf(stderr, "%s: %s\n", argv[1], text.c_str());
    return described ? 0 : 1;
  }
  // _exit: the plugin's destructors have no part in this.
  _exit(write_all(lodge::plugin::encode_report(described)) ? 0 : output_error);
}
