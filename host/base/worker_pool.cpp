#include "base/worker_pool.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "base/counted.hpp"
#include "base/loop_thread.hpp"
#include "base/task_queue.hpp"

namespace lodge {

namespace {

// How long the supervisor goes on looking after the last time there was something to see: waking it costs as much as
// waking a worker.
constexpr int quiet_looks_max = 100;

constexpr std::int64_t stop_in_destructor_ns = 1'000'000'000;

}  // namespace

struct WorkerPool::State : std::enable_shared_from_this<WorkerPool::State> {
  struct Worker {
    explicit Worker(State& of) : pool(of) {}
    State& pool;
    std::atomic<int> awake{1};  // its own futex: waking one never wakes another
    bool running = false;
    int blocked = 0;           // depth of enter_blocked
    std::uint64_t taken = 0;   // tasks so far; with `looked`, tells whether it is still in the same one
    std::uint64_t looked = 0;  // `taken` as the supervisor saw it last
    bool stuck = false;
    std::thread thread;
  };

  explicit State(const WorkerPoolOptions& wanted) : options(wanted) {
    if (options.workers == 0) options.workers = std::max(1U, std::thread::hardware_concurrency());
  }

  [[nodiscard]] std::uint32_t threads_max() const { return options.workers + options.spares_max; }
  [[nodiscard]] std::uint32_t active_max() const { return options.workers + stuck; }

  // Under the lock. Whom to wake once it is released; threads to start are counted in `to_start`.
  void claim(std::vector<Worker*>& wake, std::uint32_t& to_start) {
    while (queue.size() > searching && active < active_max()) {
      if (!sleeping.empty()) {
        Worker* worker = sleeping.back();  // the last to fall asleep has the warmest caches
        sleeping.pop_back();
        wake.push_back(worker);
      } else if (workers.size() < threads_max()) {
        workers.push_back(std::make_unique<Worker>(*this));
        ++to_start;
      } else {
        break;
      }
      ++active;
      ++searching;
    }
    watch();
  }

  // Under the lock, wherever work may be left that nobody is about to look for: if those at work are stuck, only the
  // supervisor can tell.
  void watch() {
    if (supervising || searching > 0 || queue.empty()) return;
    supervising = true;
    supervisor_wake.notify_one();
  }

  [[nodiscard]] bool idle() const { return queue.empty() && running == 0 && blocked == 0; }

  // Without the lock.
  void rouse(const std::vector<Worker*>& wake, std::uint32_t to_start) {
    for (Worker* worker : wake) {
      worker->awake.store(1, std::memory_order_release);
      worker->awake.notify_one();
    }
    for (; to_start > 0; --to_start) start_thread();
  }

  // Starts the thread of a worker that was claimed but has none yet.
  void start_thread() {
    std::lock_guard lock(mutex);
    const auto fresh =
        std::find_if(workers.begin(), workers.end(), [](const auto& each) { return !each->thread.joinable(); });
    if (!stopping) {
      try {
        (*fresh)->thread = std::thread([self = shared_from_this(), worker = fresh->get()] {
          const std::shared_ptr<void> kept = self->options.thread_start ? self->options.thread_start() : nullptr;
          self->work(*worker);
        });
        return;
      } catch (const std::system_error&) {
        // No more threads to be had: those that are there carry on.
      }
    }
    workers.erase(fresh);
    --active;
    --searching;
    changed.notify_all();
  }

  std::size_t submit(std::span<Task* const> tasks) {
    std::vector<Worker*> wake;
    std::uint32_t to_start = 0;
    std::size_t count = 0;
    {
      std::lock_guard lock(mutex);
      const std::size_t room = queue.size() < options.queue_depth_max ? options.queue_depth_max - queue.size() : 0;
      count = draining ? 0 : std::min(tasks.size(), room);
      for (Task* task : tasks.first(count)) queue.push(*task);
      rejected += tasks.size() - count;
      queued.store(queue.size(), std::memory_order_relaxed);
      claim(wake, to_start);
    }
    rouse(wake, to_start);
    return count;
  }

  void submit_always(Task& task) {
    std::vector<Worker*> wake;
    std::uint32_t to_start = 0;
    {
      std::lock_guard lock(mutex);
      queue.push(task);
      queued.store(queue.size(), std::memory_order_relaxed);
      claim(wake, to_start);
    }
    rouse(wake, to_start);
  }

  // A worker's life.
  void work(Worker& self);
  void run_one(Worker& self, std::unique_lock<std::mutex>& lock);
  void spin(std::unique_lock<std::mutex>& lock);
  void sleep(Worker& self, std::unique_lock<std::mutex>& lock);

  void supervise();
  void look(std::unique_lock<std::mutex>& lock);

  WorkerPoolOptions options;
  mutable std::mutex mutex;
  TaskQueue queue;
  std::atomic<std::size_t> queued{0};  // queue.size(), for those who spin
  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<Worker*> sleeping;
  std::uint32_t active = 0;     // awake and not blocked
  std::uint32_t searching = 0;  // of those, about to look at the queue
  std::uint32_t running = 0;
  std::uint32_t blocked = 0;
  std::uint32_t stuck = 0;
  std::uint32_t ended = 0;
  std::uint64_t taken = 0;
  std::uint64_t rejected = 0;
  bool draining = false;            // takes no new work
  bool stopping = false;            // threads end
  std::condition_variable changed;  // for who stops: idle, or one more has ended

  std::thread supervisor;
  std::condition_variable supervisor_wake;
  bool supervising = false;
  std::uint64_t taken_at_last_look = 0;
  int quiet_looks = 0;

  static thread_local Worker* current;
};

thread_local WorkerPool::State::Worker* WorkerPool::State::current = nullptr;

void WorkerPool::State::work(Worker& self) {
  current = &self;
  std::unique_lock lock(mutex);
  // Whoever comes here is counted as active and searching.
  for (;;) {
    if (stopping) break;
    if (!queue.empty() && active <= active_max()) {
      --searching;
      run_one(self, lock);
      ++searching;
    } else {
      if (queue.empty() && options.spin_us > 0) spin(lock);
      if (queue.empty() || active > active_max()) sleep(self, lock);
    }
  }
  --searching;
  --active;
  ++ended;
  changed.notify_all();
}

void WorkerPool::State::run_one(Worker& self, std::unique_lock<std::mutex>& lock) {
  Task& task = queue.pop();
  queued.store(queue.size(), std::memory_order_relaxed);
  ++taken;
  ++self.taken;
  ++running;
  self.running = true;
  watch();
  lock.unlock();
  task.run();
  lock.lock();
  self.running = false;
  --running;
  if (self.stuck) {
    self.stuck = false;
    --stuck;
  }
  if (draining && idle()) changed.notify_all();
}

void WorkerPool::State::spin(std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(options.spin_us);
  while (queued.load(std::memory_order_relaxed) == 0 && std::chrono::steady_clock::now() < end) {
    // Reading the clock is pause enough.
  }
  lock.lock();
}

void WorkerPool::State::sleep(Worker& self, std::unique_lock<std::mutex>& lock) {
  if (stopping) return;
  --searching;
  --active;
  watch();
  self.awake.store(0, std::memory_order_relaxed);
  sleeping.push_back(&self);
  lock.unlock();
  self.awake.wait(0, std::memory_order_acquire);
  lock.lock();  // who woke it has counted it as active and searching
}

void WorkerPool::State::supervise() {
  std::unique_lock lock(mutex);
  while (!stopping) {
    supervisor_wake.wait(lock, [this] { return supervising || stopping; });
    quiet_looks = 0;
    taken_at_last_look = taken;
    for (const auto& worker : workers) worker->looked = worker->taken;
    while (supervising && !stopping) {
      supervisor_wake.wait_for(lock, std::chrono::nanoseconds(options.stall_ns), [this] { return stopping; });
      if (!stopping) look(lock);
    }
  }
}

// Spares come in when the queue stood still, one for each that is stuck; they go when those come back.
void WorkerPool::State::look(std::unique_lock<std::mutex>& lock) {
  const bool still = !queue.empty() && taken == taken_at_last_look;
  taken_at_last_look = taken;
  quiet_looks = queue.empty() && stuck == 0 ? quiet_looks + 1 : 0;
  if (quiet_looks > quiet_looks_max) supervising = false;
  for (const auto& worker : workers) {
    const bool same_task = worker->running && worker->blocked == 0 && worker->taken == worker->looked;
    worker->looked = worker->taken;
    if (still && same_task && !worker->stuck) {
      worker->stuck = true;
      ++stuck;
    }
  }
  std::vector<Worker*> wake;
  std::uint32_t to_start = 0;
  claim(wake, to_start);
  lock.unlock();
  rouse(wake, to_start);
  lock.lock();
}

WorkerPool::WorkerPool(const WorkerPoolOptions& options) : state_(std::make_shared<State>(options)) {
  state_->supervisor = std::thread([state = state_] { state->supervise(); });
}

WorkerPool::~WorkerPool() {
  if (Status stopped = stop(stop_in_destructor_ns); !stopped) return;
}

std::size_t WorkerPool::submit(std::span<Task* const> tasks) { return state_->submit(tasks); }

void WorkerPool::submit_always(Task& task) { state_->submit_always(task); }

void WorkerPool::enter_blocked() {
  State::Worker* self = State::current;
  if (self == nullptr || &self->pool != state_.get()) return;
  State& state = *state_;
  std::vector<State::Worker*> wake;
  std::uint32_t to_start = 0;
  {
    std::lock_guard lock(state.mutex);
    if (++self->blocked > 1) return;
    --state.active;
    --state.running;
    ++state.blocked;
    if (self->stuck) {
      self->stuck = false;
      --state.stuck;
    }
    state.claim(wake, to_start);
  }
  state.rouse(wake, to_start);
}

void WorkerPool::leave_blocked() {
  State::Worker* self = State::current;
  if (self == nullptr || &self->pool != state_.get()) return;
  std::lock_guard lock(state_->mutex);
  if (--self->blocked > 0) return;
  // There may be one too many at work now: whoever comes to the queue first goes to sleep.
  ++state_->active;
  ++state_->running;
  --state_->blocked;
}

std::size_t WorkerPool::queue_depth_max() const { return state_->options.queue_depth_max; }

bool WorkerPool::on_loop_thread() const { return lodge::on_loop_thread(); }

Status WorkerPool::stop(std::int64_t timeout_ns) {
  State& state = *state_;
  std::vector<State::Worker*> wake;
  std::unique_lock lock(state.mutex);
  if (state.draining) return {};
  state.draining = true;
  const bool drained = state.changed.wait_for(lock, std::chrono::nanoseconds(timeout_ns), [&] { return state.idle(); });
  state.stopping = true;
  wake.swap(state.sleeping);
  state.active += static_cast<std::uint32_t>(wake.size());
  state.searching += static_cast<std::uint32_t>(wake.size());
  state.supervisor_wake.notify_one();
  lock.unlock();
  state.supervisor.join();
  state.rouse(wake, 0);
  lock.lock();
  // Those that are not in a task end at once; the others have had their time.
  const auto busy = [&state] { return state.running + state.blocked; };
  state.changed.wait(lock, [&] { return state.ended + busy() >= state.workers.size(); });
  std::vector<std::thread> threads;
  for (const auto& worker : state.workers) threads.push_back(std::move(worker->thread));
  const std::uint32_t left = busy();
  const std::size_t unrun = state.queue.size();
  lock.unlock();
  for (std::thread& thread : threads) {
    if (thread.joinable()) left == 0 ? thread.join() : thread.detach();
  }
  if (drained) return {};
  return Error{Code::DEADLINE_EXCEEDED, counted(left, "worker") + " still in plugin code; behind that, " +
                                            counted(unrun, "task") + " did not run"};
}

WorkerPool::Stats WorkerPool::stats() const {
  const State& state = *state_;
  std::lock_guard lock(state.mutex);
  return {.queued = state.queue.size(),
          .running = state.running,
          .blocked = state.blocked,
          .stuck = state.stuck,
          .awake = state.active,
          .watched = state.supervising,
          .threads = static_cast<std::uint32_t>(state.workers.size()),
          .taken = state.taken,
          .rejected = state.rejected};
}

}  // namespace lodge
