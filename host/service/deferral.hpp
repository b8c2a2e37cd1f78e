// The answer to one link that comes later: what a ticket stands for.
#pragma once

#include <lodge/types.h>

#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/executor.hpp"
#include "base/status.hpp"

namespace lodge::service {

/// What a deferred call hands on to calls made on its behalf.
struct Inherited {
  MonotonicNs deadline = no_deadline;
  lodge_trace trace{};
  bool traced = false;
};

/// Shared by the walk that waits and the slot that the ticket names. Answered once, by whoever comes first: the plugin,
/// the deadline, a cancellation, or the host when the service stops. Thread-safe.
class Deferral {
 public:
  struct Facts {
    std::uint64_t instance_owner = 0;  ///< whose ticket it is
    std::uint32_t arity = 0;           ///< how many values LODGE_CONTINUE_WITH takes
    bool function = false;             ///< nobody comes after this link
    Inherited inherited;
  };
  explicit Deferral(const Facts& facts) : facts_(facts) {}

  [[nodiscard]] const Facts& facts() const { return facts_; }

  /// False: it has been answered before, or nobody waits any more.
  [[nodiscard]] bool complete(std::int32_t verdict, ByteView data, Executed executed = Executed::yes);

  enum class Abandoned : std::uint8_t {
    answered,    ///< too late: the answer is there, or on its way to the parked task
    not_parked,  ///< the walk has yet to park, and will learn it then
    parked       ///< the parked task will never be submitted; it is the caller's now
  };
  /// Nobody waits any more.
  [[nodiscard]] Abandoned abandon();

  enum class Parked : std::uint8_t { parked, answered, abandoned };
  /// `parked`: `task` will be submitted when the answer is there; it may be running already, so touch nothing of it.
  [[nodiscard]] Parked park(Task& task, Executor& executor);

  /// Waits on this thread, which `executor` may be running. False: not by the deadline.
  [[nodiscard]] bool wait_until(MonotonicNs deadline, const Clock& clock, Executor& executor);

  /// Only once it has been answered.
  [[nodiscard]] std::int32_t verdict() const { return verdict_; }
  [[nodiscard]] ByteView data() const { return data_; }
  [[nodiscard]] Executed executed() const { return executed_; }

 private:
  const Facts facts_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool answered_ = false;
  bool abandoned_ = false;
  std::int32_t verdict_ = 0;
  Executed executed_ = Executed::yes;
  Bytes data_;
  Task* parked_ = nullptr;
  Executor* executor_ = nullptr;
};

}  // namespace lodge::service
