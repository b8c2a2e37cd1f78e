// Ctrl-C while something is followed.
#pragma once

namespace lodge::ctl {

/// While it lives, SIGINT ends the program with exit code 130, but not in the middle of what is printed: only where
/// `Waiting` says that it may. One at a time.
class Interruptible {
 public:
  Interruptible();
  ~Interruptible();
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;

  /// Lets it come.
  class Waiting {
   public:
    Waiting();
    ~Waiting();
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
  };
};

}  // namespace lodge::ctl
