#include "testing/one_thread.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/log.hpp"
#include "base/loop_thread.hpp"
#include "platform/threads.hpp"

namespace lodge::testing {

namespace {

constexpr std::chrono::milliseconds look_again(1);

MonotonicNs later(MonotonicNs now, std::int64_t ns) { return ns < no_deadline - now ? now + ns : no_deadline; }

/// Hides from what runs now which plugin code is below it on the thread's own stack: there it would be on other
/// threads.
class Turn {
 public:
  explicit Turn(const plugin::Frame*& kept) : kept_(kept) { std::swap(kept_, plugin::detail::top); }
  ~Turn() { std::swap(kept_, plugin::detail::top); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  const plugin::Frame*& kept_;
};

}  // namespace

OneThread::OneThread(VirtualClock& clock, const OneThreadOptions& options) : clock_(clock), options_(options) {}

OneThread::~OneThread() {
  ending_ = true;
  for (Lane* each : idle_) each->fiber->resume();
  // What lies on a stack that stands still was never destroyed; it cannot be now.
  for (Lane* each : standing_) static_cast<void>(each->fiber.release());
}

std::size_t OneThread::submit(std::span<Task* const> tasks) {
  std::lock_guard lock(mutex_);
  const std::size_t room = options_.queue_depth_max - std::min<std::size_t>(options_.queue_depth_max, tasks_.size());
  const std::size_t taken = std::min(room, tasks.size());
  tasks_.insert(tasks_.end(), tasks.begin(), tasks.begin() + static_cast<std::ptrdiff_t>(taken));
  came_.notify_one();
  return taken;
}

void OneThread::submit_always(Task& task) {
  std::lock_guard lock(mutex_);
  tasks_.push_back(&task);
  came_.notify_one();
}

bool OneThread::on_loop_thread() const { return lodge::on_loop_thread(); }

TimerId OneThread::at(MonotonicNs when, std::function<void()> fire) {
  std::lock_guard lock(timers_mutex_);
  return timers_.add(when, std::move(fire));
}

bool OneThread::cancel(TimerId id) {
  std::lock_guard lock(timers_mutex_);
  return timers_.cancel(id).has_value();
}

bool OneThread::wait(std::unique_lock<std::mutex>& lock, std::condition_variable& changed, std::int64_t patience_ns,
                     const std::function<bool()>& ready) {
  if (std::this_thread::get_id() != owner_) return Executor::wait(lock, changed, patience_ns, ready);
  if (ready()) return true;
  const Wait wait{*lock.mutex(), ready, later(clock_.now(), patience_ns)};
  lock.unlock();
  if (platform::Fiber::current() != nullptr) {
    stand(wait);
  } else {
    drive(wait);
  }
  lock.lock();
  return ready();
}

bool OneThread::settle() {
  if (platform::Fiber::current() != nullptr) return false;
  run_present();
  return true;
}

bool OneThread::advance(std::int64_t ns) {
  if (platform::Fiber::current() != nullptr) return false;
  const MonotonicNs end = later(clock_.now(), ns);
  run_present();
  for (MonotonicNs next = next_event(); next <= end; next = next_event()) {
    clock_.move_to(next);
    fire_due();
    run_present();
  }
  clock_.move_to(end);
  return true;
}

bool OneThread::hold_until(const std::function<bool()>& condition, std::int64_t real_patience_ns) {
  if (platform::Fiber::current() != nullptr) return condition();
  const auto end = std::chrono::steady_clock::now() + std::chrono::nanoseconds(real_patience_ns);
  for (;;) {
    run_present();
    if (condition()) return true;
    if (std::chrono::steady_clock::now() >= end) return false;
    std::unique_lock lock(mutex_);
    came_.wait_for(lock, look_again, [this] { return !tasks_.empty(); });
  }
}

bool OneThread::over(const Wait& wait) const {
  if (clock_.now() >= wait.deadline) return true;
  std::lock_guard lock(wait.mutex);
  return wait.ready();
}

bool OneThread::run_present() {
  for (std::uint64_t turns = 0; turns < turns_max; ++turns) {
    if (!resume_one() && !start_one()) return turns > 0;
  }
  log::error("testing", "a million tasks have run while time stood still: something starts itself again and again");
  return true;
}

bool OneThread::resume_one() {
  const auto found = std::find_if(standing_.begin(), standing_.end(), [this](Lane* each) { return over(*each->wait); });
  if (found == standing_.end()) return false;
  Lane& lane = **found;
  standing_.erase(found);
  lane.wait = nullptr;
  turn(lane);
  return true;
}

bool OneThread::start_one() {
  if (!has_task()) return false;
  Lane* const lane = free_lane();
  if (lane == nullptr) {
    if (!std::exchange(all_wait_told_, true)) {
      log::warn("testing", "all " + std::to_string(options_.stacks_max) +
                               " stacks wait, and tasks wait for one, as they would for a thread of lodged "
                               "(threads.spares_max); let callbacks defer their answers in place of waiting");
    }
    return false;
  }
  lane->task = take_task();
  turn(*lane);
  return true;
}

bool OneThread::has_task() {
  std::lock_guard lock(mutex_);
  return !tasks_.empty();
}

Task* OneThread::take_task() {
  std::lock_guard lock(mutex_);
  Task* const task = tasks_.front();
  tasks_.pop_front();
  return task;
}

OneThread::Lane* OneThread::free_lane() {
  if (!idle_.empty()) {
    Lane* const lane = idle_.back();
    idle_.pop_back();
    return lane;
  }
  if (lanes_.size() == options_.stacks_max) return nullptr;
  Lane& made = *lanes_.emplace_back(std::make_unique<Lane>());
  made.fiber = std::make_unique<platform::Fiber>([this, &made] { run_lane(made); });
  return &made;
}

void OneThread::run_lane(Lane& lane) {
  while (!ending_) {
    if (lane.task != nullptr) std::exchange(lane.task, nullptr)->run();
    idle_.push_back(&lane);
    platform::Fiber::suspend();
  }
}

void OneThread::turn(Lane& lane) {
  const Turn hidden(lane.top);
  Lane* const before = std::exchange(in_turn_, &lane);
  lane.fiber->resume();
  in_turn_ = before;
}

void OneThread::stand(const Wait& wait) {
  Lane& lane = *in_turn_;
  lane.wait = &wait;
  standing_.push_back(&lane);
  platform::Fiber::suspend();
}

void OneThread::drive(const Wait& goal) {
  std::int64_t patience_left = options_.thread_patience_ns;
  for (;;) {
    run_present();
    if (over(goal)) return;
    if (platform::has_other_threads()) {
      if (!others_.at_rest()) {
        if (wait_for_others(patience_left)) continue;
      } else if (run_present() || over(goal)) {
        continue;  // what they had done before they came to rest
      }
    }
    const MonotonicNs next = std::min(next_event(), goal.deadline);
    if (next == no_deadline) {
      std::fprintf(stderr, "lodge::testing: a plugin waits for what nobody is there to do; it would wait for ever\n");
      std::abort();
    }
    clock_.move_to(next);
    fire_due();
  }
}

// True: a look is due, something may have come.
bool OneThread::wait_for_others(std::int64_t& left_ns) {
  if (left_ns <= 0) return false;
  const auto began = std::chrono::steady_clock::now();
  {
    std::unique_lock lock(mutex_);
    came_.wait_for(lock, look_again, [this] { return !tasks_.empty(); });
  }
  left_ns -= std::chrono::nanoseconds(std::chrono::steady_clock::now() - began).count();
  return true;
}

MonotonicNs OneThread::next_event() {
  MonotonicNs next = no_deadline;
  for (const Lane* each : standing_) next = std::min(next, each->wait->deadline);
  std::lock_guard lock(timers_mutex_);
  return std::min(next, timers_.next_due());
}

void OneThread::fire_due() {
  const LoopThreadScope scope;
  for (;;) {
    std::optional<std::function<void()>> fire;
    {
      std::lock_guard lock(timers_mutex_);
      fire = timers_.pop_due(clock_.now());
    }
    if (!fire) return;
    (*fire)();
  }
}

}  // namespace lodge::testing
