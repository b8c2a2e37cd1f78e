// Calls held back while nothing of a service may run.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "service/chain.hpp"
#include "service/walk.hpp"

namespace lodge::service {

class Calls;

/// A dispatch that answers nothing: each call that comes in by it takes a ticket and stands there, without a thread,
/// until it is made again in `release`. Its deadline goes on meanwhile. Thread-safe.
class Hold {
 public:
  /// Holds what `before` and `after` can be called with. `base`: an instance in whose name calls stand; it and `calls`
  /// outlive the hold.
  Hold(Calls& calls, const Dispatch& before, const Dispatch& after, Instance& base);
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;

  [[nodiscard]] const std::shared_ptr<const Dispatch>& dispatch() const { return dispatch_; }

  /// Makes the calls that were held, in their order, by the door that is open now. Once; those that come later, by the
  /// door that has just been closed, are made at once.
  void release();

 private:
  struct Held {
    lodge_handle ticket = 0;
    std::string service;
    std::string name;
    std::string caller;
    Bytes args;
    std::uint32_t arity = 0;
    std::uint32_t flags = 0;
    MonotonicNs deadline = no_deadline;
    std::optional<lodge_trace> trace;
  };

  static std::int32_t keep(void* self, const lodge_call* call, lodge_writer* out);
  void make(const Held& held) const;

  Calls& calls_;
  std::mutex mutex_;
  std::vector<Held> held_;
  bool released_ = false;
  std::shared_ptr<const Dispatch> dispatch_;
};

}  // namespace lodge::service
