#include "lodgectl/interrupt.hpp"

#include <unistd.h>

#include <csignal>

#include "control/exit_code.hpp"

namespace lodge::ctl {

namespace {

void hold(int how) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  pthread_sigmask(how, &set, nullptr);
}

void set_handler(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigaction(SIGINT, &action, nullptr);
}

}  // namespace

Interruptible::Interruptible() {
  hold(SIG_BLOCK);
  set_handler([](int) { _exit(control::status_of(control::ExitCode::interrupted)); });
}

Interruptible::~Interruptible() {
  set_handler(SIG_DFL);
  hold(SIG_UNBLOCK);
}

Interruptible::Waiting::Waiting() { hold(SIG_UNBLOCK); }
Interruptible::Waiting::~Waiting() { hold(SIG_BLOCK); }

}  // namespace lodge::ctl
