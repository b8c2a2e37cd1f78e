#include "base/loop.hpp"

#include <algorithm>
#include <utility>

#include "base/loop_thread.hpp"

namespace lodge {

namespace {

constexpr std::int64_t ns_per_ms = 1'000'000;

template <typename Handle>
uv_handle_t* handle_of(Handle& handle) {
  return reinterpret_cast<uv_handle_t*>(&handle);
}

Loop& loop_of(const uv_handle_t* handle) { return *static_cast<Loop*>(handle->loop->data); }

}  // namespace

struct Loop::Signal {
  uv_signal_t watch{};
  std::function<void()> handle;
};

Loop::Loop(const Clock& clock, std::uint32_t spin_us) : clock_(clock), spin_ns_(std::int64_t{spin_us} * 1000) {}

Result<std::unique_ptr<Loop>> Loop::create(const Clock& clock, std::uint32_t spin_us) {
  std::unique_ptr<Loop> loop(new Loop(clock, spin_us));
  if (Status opened = loop->open(); !opened) return std::move(opened).error();
  return loop;
}

Status Loop::open() {
  const auto failed = [](int error) {
    return Error{Code::RESOURCE_EXHAUSTED, std::string("cannot make an event loop: ") + uv_strerror(error)};
  };
  if (const int error = uv_loop_init(&loop_); error != 0) return failed(error);
  open_ = true;
  loop_.data = this;
  const int error = uv_async_init(&loop_, &wake_, [](uv_async_t* wake) { loop_of(handle_of(*wake)).run_posted(); });
  if (error != 0) return failed(error);
  uv_timer_init(&loop_, &timer_);
  uv_idle_init(&loop_, &idle_);
  uv_prepare_init(&loop_, &prepare_);
  uv_check_init(&loop_, &check_);
  // Both ends of the poll: before it what timers did, after it what was read.
  uv_prepare_start(&prepare_, [](uv_prepare_t* each) { loop_of(handle_of(*each)).end_turn(); });
  uv_check_start(&check_, [](uv_check_t* each) { loop_of(handle_of(*each)).end_turn(); });
  for (uv_handle_t* each : {handle_of(timer_), handle_of(idle_), handle_of(prepare_), handle_of(check_)})
    uv_unref(each);
  return {};
}

Loop::~Loop() {
  if (!open_) return;
  for (const auto& each : signals_) uv_close(handle_of(each->watch), nullptr);
  for (uv_handle_t* each :
       {handle_of(wake_), handle_of(timer_), handle_of(idle_), handle_of(prepare_), handle_of(check_)}) {
    if (each->type != UV_UNKNOWN_HANDLE) uv_close(each, nullptr);
  }
  uv_run(&loop_, UV_RUN_DEFAULT);
  uv_loop_close(&loop_);
}

void Loop::run() {
  const LoopThreadScope scope;
  uv_run(&loop_, UV_RUN_DEFAULT);
}

void Loop::stop() {
  post([this] { uv_stop(&loop_); });
}

void Loop::post(std::function<void()> what) {
  bool first = false;
  {
    std::lock_guard lock(posted_mutex_);
    first = posted_.empty();
    posted_.push_back(std::move(what));
  }
  if (first) uv_async_send(&wake_);
}

void Loop::run_posted() {
  {
    std::lock_guard lock(posted_mutex_);
    running_.swap(posted_);
  }
  for (const auto& each : running_) each();
  running_.clear();
  arm();
}

TimerId Loop::at(MonotonicNs when, std::function<void()> fire) {
  TimerId id = 0;
  bool earlier = false;
  {
    std::lock_guard lock(timers_mutex_);
    id = timers_.add(when, std::move(fire));
    earlier = when < armed_for_;
    if (earlier) armed_for_ = when;
  }
  // On the loop thread too: only that thread's turn may touch the uv_timer, and `at` may be called before it runs.
  if (earlier) uv_async_send(&wake_);
  return id;
}

bool Loop::cancel(TimerId id) {
  std::lock_guard lock(timers_mutex_);
  // The uv_timer stays armed: firing once for nothing costs less than a wake-up now.
  return timers_.cancel(id).has_value();
}

void Loop::arm() {
  MonotonicNs due = no_deadline;
  {
    std::lock_guard lock(timers_mutex_);
    due = timers_.next_due();
    armed_for_ = due;
  }
  if (due == no_deadline) {
    uv_timer_stop(&timer_);
    return;
  }
  const std::int64_t wait_ms = std::max<std::int64_t>(0, due - clock_.now() + ns_per_ms - 1) / ns_per_ms;
  uv_update_time(&loop_);
  uv_timer_start(
      &timer_, [](uv_timer_t* timer) { loop_of(handle_of(*timer)).fire_due(); }, static_cast<std::uint64_t>(wait_ms),
      0);
}

// No more than were set when the pass began, however many of them set themselves again for a time that is past.
void Loop::fire_due() {
  const MonotonicNs now = clock_.now();
  std::size_t left = 0;
  {
    std::lock_guard lock(timers_mutex_);
    left = timers_.size();
  }
  for (; left > 0; --left) {
    std::optional<std::function<void()>> fire;
    {
      std::lock_guard lock(timers_mutex_);
      fire = timers_.pop_due(now);
    }
    if (!fire) break;
    (*fire)();
  }
  pass_over_ = true;
}

void Loop::end_turn() {
  while (!turn_ends_.empty()) {
    ending_.swap(turn_ends_);
    for (TurnEnd* each : ending_) each->at_turn_end();
    ending_.clear();
  }
  // Not in the pass itself: libuv runs a uv_timer that is due again before it looks at anything else.
  if (std::exchange(pass_over_, false)) arm();
  if (spinning_ && clock_.now() > spin_until_) {
    uv_idle_stop(&idle_);
    spinning_ = false;
  }
}

void Loop::note_activity() {
  if (spin_ns_ == 0) return;
  spin_until_ = clock_.now() + spin_ns_;
  // An active idle handle keeps libuv from waiting in its poll.
  if (!spinning_) uv_idle_start(&idle_, [](uv_idle_t*) {});
  spinning_ = true;
}

Status Loop::on_signal(int signum, std::function<void()> handle) {
  auto signal = std::make_unique<Signal>();
  signal->handle = std::move(handle);
  uv_signal_init(&loop_, &signal->watch);
  signal->watch.data = signal.get();
  const int error = uv_signal_start(
      &signal->watch, [](uv_signal_t* watch, int) { static_cast<Signal*>(watch->data)->handle(); }, signum);
  uv_unref(handle_of(signal->watch));
  signals_.push_back(std::move(signal));
  if (error == 0) return {};
  return Error{Code::INVALID_ARGUMENT, "cannot watch signal " + std::to_string(signum) + ": " + uv_strerror(error)};
}

}  // namespace lodge
