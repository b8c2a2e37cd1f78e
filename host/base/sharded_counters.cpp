#include "base/sharded_counters.hpp"

#include <cassert>
#include <map>
#include <memory>
#include <mutex>

namespace lodge {

namespace {

using detail::Cell;
using detail::ThreadCells;

constexpr std::uint32_t chunk_cells = ThreadCells::chunk_cells;
constexpr std::uint32_t cells_max = chunk_cells * ThreadCells::chunks_max;

/// All cells of the process. Never destroyed: threads may count while it ends.
struct Cells {
  std::mutex mutex;
  std::vector<std::unique_ptr<ThreadCells>> all;  // never shrinks: a reader needs what threads that ended have counted
  std::vector<ThreadCells*> spare;
  std::uint32_t next = chunk_cells;                           // the first chunk is a sink
  std::map<std::uint32_t, std::vector<std::uint32_t>> freed;  // by count: where such rows may begin
};

Cells& cells() {
  static Cells& held = *new Cells;
  return held;
}

/// Gives a thread's cells to the next one when it ends.
struct Holder {
  ThreadCells* held = nullptr;
  bool ended = false;
  ~Holder() {
    ended = true;
    detail::thread_cells = nullptr;
    if (held == nullptr) return;
    std::lock_guard lock(cells().mutex);
    cells().spare.push_back(held);
  }
};
thread_local Holder holder;

// For who counts while its thread's own variables are being destroyed. Two at a time may lose what they add.
ThreadCells& late_cells() {
  static ThreadCells& late = [&]() -> ThreadCells& {
    std::lock_guard lock(cells().mutex);
    return *cells().all.emplace_back(std::make_unique<ThreadCells>());
  }();
  return late;
}

ThreadCells& take_thread_cells() {
  if (holder.ended) return late_cells();
  std::lock_guard lock(cells().mutex);
  if (cells().spare.empty()) cells().spare.push_back(cells().all.emplace_back(std::make_unique<ThreadCells>()).get());
  holder.held = detail::thread_cells = cells().spare.back();
  cells().spare.pop_back();
  return *holder.held;
}

std::uint32_t take_row(std::uint32_t count) {
  assert(count >= 1 && count <= ShardedCounters::count_max);
  Cells& held = cells();
  std::lock_guard lock(held.mutex);
  if (const auto found = held.freed.find(count); found != held.freed.end()) {
    const std::uint32_t first = found->second.back();
    found->second.pop_back();
    if (found->second.empty()) held.freed.erase(found);
    return first;
  }
  // A row lies in one chunk.
  if (held.next % chunk_cells + count > chunk_cells) held.next += chunk_cells - held.next % chunk_cells;
  if (held.next + count > cells_max) return 0;
  const std::uint32_t first = held.next;
  held.next += count;
  return first;
}

template <typename Visit>
void each_row(std::uint32_t first, const Visit& visit) {
  std::lock_guard lock(cells().mutex);
  for (const auto& thread : cells().all) {
    ThreadCells::Chunk* const chunk = thread->chunks[first / chunk_cells].load(std::memory_order_acquire);
    if (chunk != nullptr) visit(&(*chunk)[first % chunk_cells]);
  }
}

}  // namespace

namespace detail {

Cell* make_thread_cells(std::uint32_t first) {
  ThreadCells& own = thread_cells != nullptr ? *thread_cells : take_thread_cells();
  std::atomic<ThreadCells::Chunk*>& place = own.chunks[first / chunk_cells];
  if (place.load(std::memory_order_acquire) == nullptr) {
    auto made = std::make_unique<ThreadCells::Chunk>();
    ThreadCells::Chunk* expected = nullptr;
    // Of the late cells another thread may be making the same.
    if (place.compare_exchange_strong(expected, made.get(), std::memory_order_acq_rel)) (void)made.release();
  }
  return &(*place.load(std::memory_order_acquire))[first % chunk_cells];
}

}  // namespace detail

ShardedCounters::ShardedCounters(std::uint32_t count) : count_(count), first_(take_row(count)) {}

ShardedCounters::~ShardedCounters() {
  if (!counts()) return;
  each_row(first_, [this](Cell* row) {
    for (std::uint32_t i = 0; i < count_; ++i) row[i].store(0, std::memory_order_relaxed);
  });
  std::lock_guard lock(cells().mutex);
  cells().freed[count_].push_back(first_);
}

std::vector<std::uint64_t> ShardedCounters::read() const {
  std::vector<std::uint64_t> out(count_);
  if (!counts()) return out;
  each_row(first_, [&](const Cell* row) {
    for (std::uint32_t i = 0; i < count_; ++i) out[i] += row[i].load(std::memory_order_relaxed);
  });
  return out;
}

std::uint64_t ShardedCounters::value(std::uint32_t index) const { return read()[index]; }

double ShardedCounters::value_double(std::uint32_t index) const {
  double sum = 0;
  if (!counts()) return sum;
  each_row(first_, [&](const Cell* row) { sum += std::bit_cast<double>(row[index].load(std::memory_order_relaxed)); });
  return sum;
}

}  // namespace lodge
