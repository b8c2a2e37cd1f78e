#include "platform/crash_line.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>

namespace lodge::platform {

namespace {

constexpr std::size_t stack_bytes = std::size_t{64} << 10;
constexpr std::size_t line_bytes_max = 1024;

std::atomic<CrashDescriber> describer{nullptr};
std::atomic<bool> crashing{false};

// Everything below runs in signal handlers.
class Line {
 public:
  void add(const char* text) { add(text, std::strlen(text)); }
  void add(const char* text, std::size_t size) {
    const std::size_t room = bytes_.size() - 1 - size_;
    if (size > room) size = room;
    std::memcpy(bytes_.data() + size_, text, size);
    size_ += size;
  }
  void add(CrashDescriber describe) {
    std::array<char, line_bytes_max / 2> text;
    const std::size_t size = describe != nullptr ? describe(text) : 0;
    if (size == 0) return;
    add(" in ");
    add(text.data(), size < text.size() ? size : text.size());
  }
  void write_out() {
    bytes_[size_++] = '\n';
    // There is nobody left to tell of a failure.
    if (::write(STDERR_FILENO, bytes_.data(), size_) < 0) return;
  }

 private:
  std::array<char, line_bytes_max> bytes_{};
  std::size_t size_ = 0;
};

const char* name_of(int signum) {
  switch (signum) {
    case SIGSEGV:
      return "SIGSEGV";
    case SIGBUS:
      return "SIGBUS";
    case SIGILL:
      return "SIGILL";
    case SIGFPE:
      return "SIGFPE";
    default:
      return "SIGABRT";
  }
}

void on_crash(int signum) {
  // A second crash, of the describer itself or of another thread, adds no second line.
  if (!crashing.exchange(true)) {
    Line line;
    line.add("lodged crashed: ");
    line.add(name_of(signum));
    line.add(describer.load(std::memory_order_acquire));
    line.write_out();
  }
  // SA_RESETHAND has put the default back: returning into a fault raises it again; what was sent is sent again.
  ::raise(signum);
}

}  // namespace

void install_crash_line(CrashDescriber describe) {
  describer.store(describe, std::memory_order_release);
  static CrashStack& own = *new CrashStack;
  static_cast<void>(own);
  struct sigaction action {};
  action.sa_handler = &on_crash;
  action.sa_flags = static_cast<int>(SA_ONSTACK | SA_RESETHAND | SA_NODEFER);
  sigemptyset(&action.sa_mask);
  for (const int signum : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT}) ::sigaction(signum, &action, nullptr);
}

CrashStack::CrashStack()
    : memory_(::mmap(nullptr, stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0)) {
  if (memory_ == MAP_FAILED) {
    memory_ = nullptr;
    return;
  }
  stack_t stack{};
  stack.ss_sp = memory_;
  stack.ss_size = stack_bytes;
  ::sigaltstack(&stack, nullptr);
}

CrashStack::~CrashStack() {
  if (memory_ == nullptr) return;
  stack_t none{};
  none.ss_flags = SS_DISABLE;
  ::sigaltstack(&none, nullptr);
  ::munmap(memory_, stack_bytes);
}

void crash_with_line(const char* reason) {
  if (!crashing.exchange(true)) {
    Line line;
    line.add("lodged crashed: ");
    line.add(reason);
    line.add(describer.load(std::memory_order_acquire));
    line.write_out();
  }
  std::abort();
}

}  // namespace lodge::platform
