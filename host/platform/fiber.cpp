#include "platform/fiber.hpp"

#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <cxxabi.h>
#include <cassert>
#include <cstring>
#include <new>
#include <utility>

#include "base/loop_thread.hpp"
#include "base/stack_id.hpp"

// What sanitizers want to know of stacks that are switched: present where the process runs with one, whatever this file
// was compiled with.
extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier): these are their names
[[gnu::weak]] void __sanitizer_start_switch_fiber(void** fake_stack, const void* bottom, std::size_t size);
[[gnu::weak]] void __sanitizer_finish_switch_fiber(void* fake_stack, const void** bottom, std::size_t* size);
[[gnu::weak]] void* __tsan_get_current_fiber();
[[gnu::weak]] void* __tsan_create_fiber(unsigned flags);
[[gnu::weak]] void __tsan_destroy_fiber(void* fiber);
[[gnu::weak]] void __tsan_switch_to_fiber(void* fiber, unsigned flags);
// NOLINTEND(bugprone-reserved-identifier)
}

namespace lodge::platform {

namespace {

/// The thread's variables that belong to a stack, while it is not its turn.
struct OwnOfStack {
  // As the C++ ABI lays out what __cxa_get_globals answers.
  struct Exceptions {
    void* caught = nullptr;
    unsigned uncaught = 0;
  };

  const void* stack = nullptr;
  bool loop_thread = false;
  Exceptions exceptions;

  void exchange() {
    std::swap(stack, lodge::detail::stack_in_turn);
    std::swap(loop_thread, lodge::detail::loop_thread);
    Exceptions now;
    void* const globals = __cxxabiv1::__cxa_get_globals();
    std::memcpy(&now, globals, sizeof now);
    std::memcpy(globals, &exceptions, sizeof now);
    exceptions = now;
  }
};

struct Stack {
  Stack() : page(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))), bytes(Fiber::stack_bytes + page) {
    memory =
        mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    if (mprotect(memory, page, PROT_NONE) != 0) {
      munmap(memory, bytes);
      throw std::bad_alloc();
    }
  }
  ~Stack() { munmap(memory, bytes); }
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  [[nodiscard]] void* bottom() const { return static_cast<char*>(memory) + page; }

  std::size_t page;
  std::size_t bytes;
  void* memory = nullptr;
};

constinit thread_local Fiber* running = nullptr;

}  // namespace

struct Fiber::Parts {
  explicit Parts(std::function<void()> what) : body(std::move(what)) {}

  /// Tells sanitizers that the thread is about to leave this fiber's stack, for good where it `ends`.
  void leaving(bool ends) {
    if (__sanitizer_start_switch_fiber != nullptr) {
      __sanitizer_start_switch_fiber(ends ? nullptr : &fake_stack, thread_bottom, thread_size);
    }
    if (__tsan_switch_to_fiber != nullptr) __tsan_switch_to_fiber(tsan_thread, 0);
  }
  /// Tells them that it has come (back) to it.
  void arrived() {
    if (__sanitizer_finish_switch_fiber != nullptr) {
      __sanitizer_finish_switch_fiber(fake_stack, &thread_bottom, &thread_size);
    }
  }

  std::function<void()> body;
  Stack stack;
  ucontext_t own{};
  ucontext_t resumer{};
  OwnOfStack kept;
  bool done = false;
  void* fake_stack = nullptr;
  const void* thread_bottom = nullptr;
  std::size_t thread_size = 0;
  void* tsan_fiber = nullptr;
  void* tsan_thread = nullptr;
};

Fiber::Fiber(std::function<void()> body) : parts_(std::make_unique<Parts>(std::move(body))) {
  Parts& parts = *parts_;
  getcontext(&parts.own);
  parts.own.uc_stack.ss_sp = parts.stack.bottom();
  parts.own.uc_stack.ss_size = stack_bytes;
  parts.own.uc_link = nullptr;
  makecontext(&parts.own, &Fiber::enter, 0);
  parts.kept.stack = this;
  if (__tsan_create_fiber != nullptr) parts.tsan_fiber = __tsan_create_fiber(0);
}

Fiber::~Fiber() {
  if (parts_->tsan_fiber != nullptr) __tsan_destroy_fiber(parts_->tsan_fiber);
}

bool Fiber::finished() const { return parts_->done; }

Fiber* Fiber::current() { return running; }

void Fiber::resume() {
  assert(running == nullptr && !parts_->done);
  Parts& parts = *parts_;
  running = this;
  parts.kept.exchange();
  void* fake_stack = nullptr;
  if (__sanitizer_start_switch_fiber != nullptr) {
    __sanitizer_start_switch_fiber(&fake_stack, parts.stack.bottom(), stack_bytes);
  }
  if (__tsan_switch_to_fiber != nullptr) {
    parts.tsan_thread = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(parts.tsan_fiber, 0);
  }
  swapcontext(&parts.resumer, &parts.own);
  if (__sanitizer_finish_switch_fiber != nullptr) __sanitizer_finish_switch_fiber(fake_stack, nullptr, nullptr);
  parts.kept.exchange();
  running = nullptr;
}

void Fiber::suspend() {
  assert(running != nullptr);
  Parts& parts = *running->parts_;
  parts.leaving(false);
  swapcontext(&parts.own, &parts.resumer);
  parts.arrived();
}

void Fiber::enter() {
  Parts& parts = *running->parts_;
  parts.arrived();
  parts.body();
  parts.done = true;
  parts.leaving(true);
  setcontext(&parts.resumer);
}

}  // namespace lodge::platform
