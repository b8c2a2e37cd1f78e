#include "child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

namespace lodge::system_test {

namespace {

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

}  // namespace

ChildProcess::ChildProcess(const ScratchDirectory& directory, const std::string& program,
                           const std::vector<std::string>& args, std::string tag,
                           const std::vector<std::string>& environment)
    : directory_(directory), tag_(std::move(tag)) {
  std::vector<std::string> words = {program.starts_with("/") ? program : std::string(PROGRAMS) + "/" + program};
  words.insert(words.end(), args.begin(), args.end());
  std::vector<std::string> variables = environment;
  for (char** each = environ; *each != nullptr; ++each) variables.emplace_back(*each);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, directory.path().c_str());
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, (tag_ + ".out").c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                   0600);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, (tag_ + ".err").c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                   0600);
  const int error = ::posix_spawn(&pid_, words.front().c_str(), &actions, nullptr, pointers_to(words).data(),
                                  pointers_to(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error(words.front() + " cannot be started");
  pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
}

ChildProcess::~ChildProcess() {
  if (status_) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

Outcome ChildProcess::outcome(std::chrono::milliseconds within) {
  pollfd ended{pidfd_.get(), POLLIN, 0};
  if (!status_ && ::poll(&ended, 1, static_cast<int>(within.count())) == 1) {
    int raw = 0;
    ::waitpid(pid_, &raw, 0);
    status_ = platform::ExitStatus{WIFEXITED(raw) ? WEXITSTATUS(raw) : 0, WIFSIGNALED(raw) ? WTERMSIG(raw) : 0};
  }
  return {status_ ? status_->text() : "did not end", directory_.read(tag_ + ".out"), err()};
}

bool ChildProcess::running() const {
  pollfd ended{pidfd_.get(), POLLIN, 0};
  return !status_ && ::poll(&ended, 1, 0) == 0;
}

void ChildProcess::signal(int signum) const { ::kill(pid_, signum); }

Outcome run(const ScratchDirectory& directory, const std::string& program, const std::vector<std::string>& args) {
  return ChildProcess(directory, program, args, program).outcome();
}

}  // namespace lodge::system_test
