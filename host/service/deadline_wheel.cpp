#include "service/deadline_wheel.hpp"

#include <algorithm>

namespace lodge::service {

DeadlineWheel::~DeadlineWheel() {
  if (armed_) (void)timers_.cancel(timer_);
}

void DeadlineWheel::set(Expiring& item, MonotonicNs deadline) {
  if (deadline == no_deadline) return;
  std::lock_guard lock(mutex_);
  if (item.set_) return;
  const MonotonicNs now = clock_.now();
  if (count_ == 0) next_tick_ = tick_of(now);
  item.deadline_ = deadline;
  item.set_ = true;
  // A deadline in the past belongs to the next tick: slots behind it are not looked at again for a whole round.
  item.slot_ = std::max(tick_of(deadline), next_tick_) % slot_count;
  Expiring*& head = slots_[item.slot_];
  item.before_ = nullptr;
  item.after_ = head;
  if (head != nullptr) head->before_ = &item;
  head = &item;
  ++count_;
  arm(now);
}

void DeadlineWheel::lift(Expiring& item) {
  std::lock_guard lock(mutex_);
  if (item.set_) unlink(item);
}

void DeadlineWheel::unlink(Expiring& item) {
  if (item.before_ != nullptr) {
    item.before_->after_ = item.after_;
  } else {
    slots_[item.slot_] = item.after_;
  }
  if (item.after_ != nullptr) item.after_->before_ = item.before_;
  item.set_ = false;
  --count_;
}

void DeadlineWheel::arm(MonotonicNs now) {
  if (armed_ || count_ == 0) return;
  armed_ = true;
  timer_ = timers_.at(now + tick_ns, [this] { tick(); });
}

void DeadlineWheel::tick() {
  std::vector<std::shared_ptr<Expiring>> due;
  {
    std::lock_guard lock(mutex_);
    armed_ = false;
    const MonotonicNs now = clock_.now();
    const std::uint64_t current = tick_of(now);
    // After a long pause one round sees every slot.
    if (current > next_tick_ + slot_count) next_tick_ = current - slot_count;
    // The tick that runs now is looked at again by the next: its later part is still to come.
    for (; next_tick_ < current; ++next_tick_) collect(next_tick_, now, due);
    arm(now);
  }
  for (const std::shared_ptr<Expiring>& each : due) each->expire();
}

void DeadlineWheel::collect(std::uint64_t tick, MonotonicNs now, std::vector<std::shared_ptr<Expiring>>& due) {
  for (Expiring* item = slots_[tick % slot_count]; item != nullptr;) {
    Expiring* const after = item->after_;
    if (item->deadline_ <= now) {
      unlink(*item);
      // Empty where its last owner is letting go of it just now, and waits for this lock to lift it.
      if (std::shared_ptr<Expiring> alive = item->weak_from_this().lock()) due.push_back(std::move(alive));
    }
    item = after;
  }
}

}  // namespace lodge::service
