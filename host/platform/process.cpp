#include "platform/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "platform/unique_fd.hpp"

extern char** environ;

namespace lodge::platform {

namespace {

constexpr int result_fd = 3;
constexpr std::int64_t ns_per_ms = 1'000'000;

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

Error failed(const std::string& what, int error) {
  return {Code::UNAVAILABLE, what + ": " + std::generic_category().message(error)};
}

Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return failed("cannot make a pipe", errno);
  const UniqueFd low(ends[1]);
  // Above what the child will use: a descriptor put in its own place would keep its close-on-exec.
  Pipe pipe{UniqueFd(ends[0]), UniqueFd(::fcntl(low.get(), F_DUPFD_CLOEXEC, result_fd + 1))};
  if (!pipe.write.valid()) return failed("cannot make a pipe", errno);
  return pipe;
}

class SpawnSetup {
 public:
  SpawnSetup() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
  }
  ~SpawnSetup() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;

  void redirect(int output, int result) {
    posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output, 1);
    posix_spawn_file_actions_adddup2(&actions_, output, 2);
    posix_spawn_file_actions_adddup2(&actions_, result, result_fd);
    posix_spawn_file_actions_addclosefrom_np(&actions_, result_fd + 1);
  }

  void default_signals() {
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }

  [[nodiscard]] int spawn(pid_t& pid, const ChildOptions& options) const {
    std::vector<std::string> words = {options.program.string()};
    words.insert(words.end(), options.args.begin(), options.args.end());
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    return ::posix_spawn(&pid, words.front().c_str(), &actions_, &attributes_, argv.data(), environ);
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

// Reads what is there. False: the end.
template <typename Take>
bool drain(const UniqueFd& fd, Take&& take) {
  std::array<std::uint8_t, 16384> buffer;
  const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
  if (got < 0) return errno == EINTR || errno == EAGAIN;
  if (got > 0) take(ByteView(buffer.data(), static_cast<std::size_t>(got)));
  return got > 0;
}

ExitStatus decode(int status) {
  if (WIFSIGNALED(status)) return {0, WTERMSIG(status)};
  return {WEXITSTATUS(status), 0};
}

/// The process, the leader of a group of its own, until it has been waited for.
class Leader {
 public:
  // Where the system has no such descriptors, the end of the pipes is all that tells.
  explicit Leader(pid_t pid) : pid_(pid), ended_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}

  /// Readable once it has ended; -1: it has been waited for.
  [[nodiscard]] int descriptor() const { return waited_ ? -1 : ended_.get(); }
  [[nodiscard]] bool waited() const { return waited_; }
  [[nodiscard]] ExitStatus status() const { return status_; }
  [[nodiscard]] std::uint64_t memory_bytes_most() const { return memory_bytes_most_; }

  /// Takes its status; false: it runs still, and `patient` is not said.
  bool wait(bool patient) {
    while (!waited_) {
      int status = 0;
      rusage used{};
      const pid_t ended = ::wait4(pid_, &status, patient ? 0 : WNOHANG, &used);
      if (ended == 0) return false;
      if (ended < 0 && errno == EINTR) continue;
      waited_ = true;
      status_ = ended == pid_ ? decode(status) : ExitStatus{0, SIGKILL};
      memory_bytes_most_ = static_cast<std::uint64_t>(used.ru_maxrss) * 1024;
    }
    return true;
  }
  void kill_group() const { ::kill(-pid_, SIGKILL); }
  /// Once it has been waited for.
  [[nodiscard]] bool others_in_group() const { return ::kill(-pid_, 0) == 0; }

 private:
  const pid_t pid_;
  const UniqueFd ended_;
  bool waited_ = false;
  ExitStatus status_;
  std::uint64_t memory_bytes_most_ = 0;
};

// Until both pipes are at their end, the deadline, or too large a result; and no longer than the process and its group
// live. Without it and others of its group somebody still may hold the pipes: a child of this process that is about to
// begin, for a moment, or who has left the group, for ever.
void read_all(Pipe& output, Pipe& result, Leader& leader, const ChildOptions& options, const Clock& clock,
              ChildResult& child) {
  const MonotonicNs deadline = clock.now() + options.timeout_ns;
  const auto keep_output = [&](ByteView bytes) {
    const std::size_t room = options.output_bytes_max - child.output.size();
    child.output += text_of(bytes.first(std::min(room, bytes.size())));
  };
  const auto keep_result = [&](ByteView bytes) {
    child.too_much = child.result.size() + bytes.size() > options.result_bytes_max;
    if (!child.too_much) child.result.insert(child.result.end(), bytes.begin(), bytes.end());
  };
  while ((output.read.valid() || result.read.valid()) && !child.too_much) {
    const std::int64_t left = deadline - clock.now();
    if (left <= 0) {
      (leader.waited() ? child.left_others : child.timed_out) = true;
      return;
    }
    std::array<pollfd, 3> waiting{
        {{output.read.get(), POLLIN, 0}, {result.read.get(), POLLIN, 0}, {leader.descriptor(), POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), static_cast<int>(std::min<std::int64_t>(left / ns_per_ms + 1, 1000))) <
        0) {
      continue;
    }
    if (waiting[0].revents != 0 && !drain(output.read, keep_output)) output.read.reset();
    if (waiting[1].revents != 0 && !drain(result.read, keep_result)) result.read.reset();
    // Only when what it wrote has been read: nothing that it did comes after that.
    const bool all_read = waiting[0].revents == 0 && waiting[1].revents == 0;
    if (all_read && waiting[2].revents != 0 && leader.wait(false) && leader.others_in_group()) {
      child.left_others = true;
      return;
    }
  }
}

// Pipes can be closed long before the process ends, and inherited by others that outlive it: all end here.
void end(Leader& leader, bool kill_now, MonotonicNs deadline, const Clock& clock, bool& timed_out) {
  while (!leader.waited()) {
    if (!kill_now && clock.now() >= deadline) timed_out = kill_now = true;
    if (kill_now) leader.kill_group();
    if (!leader.wait(kill_now)) ::poll(nullptr, 0, 1);
  }
  leader.kill_group();
}

}  // namespace

std::string ExitStatus::text() const {
  if (signal == 0) return "exited " + std::to_string(code);
  const char* name = ::sigabbrev_np(signal);
  return std::string("killed by ") + (name != nullptr ? "SIG" + std::string(name) : std::to_string(signal));
}

Result<ChildResult> run_child(const ChildOptions& options, const Clock& clock) {
  Result<Pipe> output = make_pipe();
  if (!output) return std::move(output).error();
  Result<Pipe> result = make_pipe();
  if (!result) return std::move(result).error();
  SpawnSetup setup;
  setup.redirect(output->write.get(), result->write.get());
  setup.default_signals();
  const MonotonicNs deadline = clock.now() + options.timeout_ns;
  pid_t pid = 0;
  if (const int error = setup.spawn(pid, options); error != 0) {
    return failed("cannot run " + options.program.string(), error);
  }
  output->write.reset();
  result->write.reset();
  Leader leader(pid);
  ChildResult child;
  read_all(*output, *result, leader, options, clock, child);
  end(leader, child.timed_out || child.too_much, deadline, clock, child.timed_out);
  child.status = leader.status();
  child.memory_bytes_most = leader.memory_bytes_most();
  return child;
}

}  // namespace lodge::platform
