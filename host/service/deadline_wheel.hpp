// Deadlines of calls under way: cheap to set and to lift, since nearly all are lifted.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "base/clock.hpp"
#include "base/timers.hpp"

namespace lodge::service {

/// Something with a deadline. Embedded, so that setting one allocates nothing.
class Expiring : public std::enable_shared_from_this<Expiring> {
 public:
  virtual ~Expiring() = default;
  /// The deadline has passed. Called once, from the thread of the timers, without locks.
  virtual void expire() = 0;

 private:
  friend class DeadlineWheel;
  MonotonicNs deadline_ = no_deadline;
  std::size_t slot_ = 0;
  Expiring* before_ = nullptr;
  Expiring* after_ = nullptr;
  bool set_ = false;
};

/// A hashed timing wheel: deadlines are kept to within one tick (5 ms), never early. Ticks only while something is set.
/// Thread-safe.
class DeadlineWheel {
 public:
  DeadlineWheel(const Clock& clock, Timers& timers) : clock_(clock), timers_(timers) {}
  ~DeadlineWheel();
  DeadlineWheel(const DeadlineWheel&) = delete;
  DeadlineWheel& operator=(const DeadlineWheel&) = delete;

  /// `no_deadline` sets nothing, nor does a second time. `item` lifts itself before it goes.
  void set(Expiring& item, MonotonicNs deadline);
  void lift(Expiring& item);

 private:
  static constexpr MonotonicNs tick_ns = 5'000'000;
  static constexpr std::size_t slot_count = 1024;

  [[nodiscard]] static std::uint64_t tick_of(MonotonicNs when) { return static_cast<std::uint64_t>(when / tick_ns); }
  void unlink(Expiring& item);
  void arm(MonotonicNs now);
  void tick();
  void collect(std::uint64_t tick, MonotonicNs now, std::vector<std::shared_ptr<Expiring>>& due);

  const Clock& clock_;
  Timers& timers_;
  std::mutex mutex_;
  std::array<Expiring*, slot_count> slots_{};
  std::size_t count_ = 0;
  std::uint64_t next_tick_ = 0;  ///< the first tick that has not been looked at
  TimerId timer_ = 0;
  bool armed_ = false;
};

}  // namespace lodge::service
