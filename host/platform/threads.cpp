#include "platform/threads.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "platform/unique_fd.hpp"

namespace lodge::platform {

namespace {

/// What the kernel says of a thread; empty: it has gone, or it may not be seen.
std::string_view read_of(pid_t thread, const char* what, std::array<char, 4096>& buffer) {
  const UniqueFd file(open(("/proc/self/task/" + std::to_string(thread) + "/" + what).c_str(), O_RDONLY | O_CLOEXEC));
  const ssize_t size = file.valid() ? read(file.get(), buffer.data(), buffer.size()) : 0;
  return {buffer.data(), static_cast<std::size_t>(size > 0 ? size : 0)};
}

/// The number behind `text`'s next blank, which is taken off with it.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(" \n"));
  const bool hex = word.starts_with("0x");
  std::uint64_t number = 0;
  const auto [end, failed] =
      std::from_chars(word.data() + (hex ? 2 : 0), word.data() + word.size(), number, hex ? 16 : 10);
  if (failed != std::errc() || end != word.data() + word.size()) return std::nullopt;
  text.remove_prefix(word.size());
  return number;
}

/// "202 0x7f45a8000ba0 0x189 0x0 0x0 ...": a futex that is waited for without a time-out. A thread that is about to run
/// is "running".
bool waits_without_end(std::string_view call) {
  std::array<std::uint64_t, 5> words{};  // the call's number, the futex, the operation, the value, the time-out
  for (std::uint64_t& each : words) {
    const auto number = take_number(call);
    if (!number) return false;
    each = *number;
  }
  const std::uint64_t operation = words[2] & static_cast<std::uint64_t>(FUTEX_CMD_MASK);
  return words[0] == SYS_futex && (operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET) && words[4] == 0;
}

std::optional<std::uint64_t> sleeps_in(std::string_view status) {
  constexpr std::string_view label = "\nvoluntary_ctxt_switches:";
  const std::size_t at = status.find(label);
  if (at == std::string_view::npos) return std::nullopt;
  status.remove_prefix(at + label.size());
  return take_number(status);
}

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

}  // namespace

bool has_other_threads() {
  struct stat info {};
  // One folder a thread, and two links of its own.
  constexpr nlink_t links_of_one_thread = 3;
  return stat("/proc/self/task", &info) == 0 && info.st_nlink > links_of_one_thread;
}

std::optional<OtherThreads::Sleeps> OtherThreads::look() {
  const std::unique_ptr<DIR, CloseFolder> folder(opendir("/proc/self/task"));
  if (!folder) return std::nullopt;
  const pid_t self = gettid();
  Sleeps out;
  std::array<char, 4096> buffer;
  while (const dirent* const entry = readdir(folder.get())) {  // NOLINT(concurrency-mt-unsafe): a stream of our own
    std::string_view name(entry->d_name);
    const auto thread = take_number(name);
    if (!thread || static_cast<pid_t>(*thread) == self) continue;
    const auto id = static_cast<pid_t>(*thread);
    // In this order: the sleep that is seen is one of those that are counted.
    if (!waits_without_end(read_of(id, "syscall", buffer))) return std::nullopt;
    const auto sleeps = sleeps_in(read_of(id, "status", buffer));
    if (!sleeps) return std::nullopt;
    out.emplace(id, *sleeps);
  }
  return out;
}

// They are looked at one after another, and one may have woken another in between. But where two looks find each of
// them in the same sleep, all slept at the moment between the looks, and only this thread could have woken one since.
bool OtherThreads::at_rest() {
  for (int looks = 0; looks < 2; ++looks) {
    std::optional<Sleeps> now = look();
    if (!now) return false;
    if (*now == last_) return true;
    last_ = *std::move(now);
  }
  return false;
}

}  // namespace lodge::platform
