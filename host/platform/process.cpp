#include "platform/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
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

// Until both pipes are at their end, the deadline, or too large a result.
void read_all(Pipe& output, Pipe& result, const ChildOptions& options, const Clock& clock, ChildResult& child) {
  const MonotonicNs deadline = clock.now() + options.timeout_ns;
  while (output.read.valid() || result.read.valid()) {
    const std::int64_t left = deadline - clock.now();
    if (left <= 0) {
      child.timed_out = true;
      return;
    }
    std::array<pollfd, 2> waiting{{{output.read.get(), POLLIN, 0}, {result.read.get(), POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), static_cast<int>(std::min<std::int64_t>(left / ns_per_ms + 1, 1000))) <
        0) {
      continue;
    }
    const auto keep_output = [&](ByteView bytes) {
      const std::size_t room = options.output_bytes_max - child.output.size();
      child.output += text_of(bytes.first(std::min(room, bytes.size())));
    };
    const auto keep_result = [&](ByteView bytes) {
      child.too_much = child.result.size() + bytes.size() > options.result_bytes_max;
      if (!child.too_much) child.result.insert(child.result.end(), bytes.begin(), bytes.end());
    };
    if (waiting[0].revents != 0 && !drain(output.read, keep_output)) output.read.reset();
    if (waiting[1].revents != 0 && !drain(result.read, keep_result)) result.read.reset();
    if (child.too_much) return;
  }
}

ExitStatus decode(int status) {
  if (WIFSIGNALED(status)) return {0, WTERMSIG(status)};
  return {WEXITSTATUS(status), 0};
}

// Pipes can be closed long before the process ends, and inherited by others that outlive it: both end here.
ExitStatus wait_for(pid_t pid, bool kill_now, MonotonicNs deadline, const Clock& clock, bool& timed_out) {
  int status = 0;
  for (;;) {
    if (!kill_now && clock.now() >= deadline) timed_out = kill_now = true;
    if (kill_now) ::kill(-pid, SIGKILL);
    const pid_t ended = ::waitpid(pid, &status, kill_now ? 0 : WNOHANG);
    if (ended == pid) break;
    if (ended < 0 && errno != EINTR) return {0, SIGKILL};
    if (!kill_now) ::poll(nullptr, 0, 1);
  }
  ::kill(-pid, SIGKILL);
  return decode(status);
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
  ChildResult child;
  read_all(*output, *result, options, clock, child);
  child.status = wait_for(pid, child.timed_out || child.too_much, deadline, clock, child.timed_out);
  return child;
}

}  // namespace lodge::platform
