#include "plugin/describe_child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>

#include "platform/unique_fd.hpp"

namespace lodge::plugin {

namespace {

using std::chrono::steady_clock;

constexpr int report_fd = 3;
constexpr std::size_t report_bytes_max = std::size_t{8} << 20;
constexpr std::chrono::milliseconds end_poll{1};

std::string text_of_errno(int number) { return std::generic_category().message(number); }

/// posix_spawn's attributes and file actions, which must be destroyed.
class SpawnPlan {
 public:
  explicit SpawnPlan(int report) {
    posix_spawnattr_init(&attributes_);
    posix_spawn_file_actions_init(&actions_);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    // The host's loop blocks and ignores signals; the child starts afresh, in a group that can be killed as one.
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    posix_spawn_file_actions_adddup2(&actions_, report, report_fd);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  /// 0, or an errno.
  int spawn(const std::string& program, const std::string& file, pid_t& pid) const {
    std::string first = program;
    std::string second = file;
    const std::array<char*, 3> arguments = {first.data(), second.data(), nullptr};
    return posix_spawn(&pid, program.c_str(), &actions_, &attributes_, arguments.data(), environ);
  }

 private:
  posix_spawnattr_t attributes_{};
  posix_spawn_file_actions_t actions_{};
};

/// Reads to the end of the pipe, or more than a report can be. False: the deadline came first.
bool read_report(int fd, steady_clock::time_point deadline, Bytes& out) {
  std::array<std::uint8_t, 16384> buffer;  // NOLINT: read fills it
  while (out.size() <= report_bytes_max) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd wait{fd, POLLIN, 0};
    if (poll(&wait, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 60'000))) <= 0) continue;
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got == 0) return true;
    if (got > 0) out.insert(out.end(), buffer.begin(), buffer.begin() + got);
    if (got < 0 && errno != EINTR) return true;
  }
  return true;
}

/// Waits for the end but leaves the process for waitpid, so that its number stays its own. False: the deadline came
/// first.
bool wait_for_end(pid_t pid, steady_clock::time_point deadline) {
  for (;;) {
    siginfo_t info{};
    if (waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid)
      return true;
    if (steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(end_poll);
  }
}

}  // namespace

Result<ChildOutcome> run_describe_child(const std::string& program, const std::string& file, std::int64_t timeout_ms) {
  const auto deadline = steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    return Error{Code::RESOURCE_EXHAUSTED, fmt::format("cannot make a pipe: {}", text_of_errno(errno))};
  }
  const platform::UniqueFd from_child(ends[0]);
  platform::UniqueFd to_host(ends[1]);
  pid_t pid = 0;
  const SpawnPlan plan(to_host.get());
  if (const int failed = plan.spawn(program, file, pid); failed != 0) {
    return Error{Code::UNAVAILABLE, fmt::format("cannot run {}: {}; it is installed with the host, in libexec/lodge",
                                                program, text_of_errno(failed))};
  }
  to_host.reset();
  ChildOutcome out;
  const bool read = read_report(from_child.get(), deadline, out.report);
  out.timed_out = !read || !wait_for_end(pid, deadline);
  // What did not end by itself, or left others behind, ends here.
  kill(-pid, SIGKILL);
  while (waitpid(pid, &out.wait_status, 0) < 0 && errno == EINTR) {
  }
  return out;
}

}  // namespace lodge::plugin
