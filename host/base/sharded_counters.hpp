// Counters that many threads add to at every call, and that somebody reads now and then: each thread adds to cells of
// its own, without a locked instruction, and a reader sums them up.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <vector>

namespace lodge {

namespace detail {

using Cell = std::atomic<std::uint64_t>;

/// The cells of one thread, all counters of the process: taken over with what is in them by a later thread.
struct ThreadCells {
  static constexpr std::uint32_t chunk_cells = 512;
  static constexpr std::uint32_t chunks_max = 2048;
  using Chunk = std::array<Cell, chunk_cells>;
  std::array<std::atomic<Chunk*>, chunks_max> chunks{};  ///< made when this thread first counts there
};

inline constinit thread_local ThreadCells* thread_cells = nullptr;

/// This thread's cells from `first` on, where it has none there yet.
[[nodiscard]] Cell* make_thread_cells(std::uint32_t first);

}  // namespace detail

/// A row of counters of 64 bits. Thread-safe; made and destroyed while nobody adds.
class ShardedCounters {
 public:
  using Cell = detail::Cell;
  static constexpr std::uint32_t count_max = detail::ThreadCells::chunk_cells;

  /// `count`: 1 to count_max. Where the process has no cells left (about a million) it counts nothing.
  explicit ShardedCounters(std::uint32_t count = 1);
  ~ShardedCounters();
  ShardedCounters(const ShardedCounters&) = delete;
  ShardedCounters& operator=(const ShardedCounters&) = delete;

  [[nodiscard]] std::uint32_t count() const { return count_; }
  /// False: there were no cells left.
  [[nodiscard]] bool counts() const { return first_ != 0; }

  /// The calling thread's own cells, for `bump`: only on this thread.
  [[nodiscard]] Cell* mine() const {
    const detail::ThreadCells* const cells = detail::thread_cells;
    if (cells != nullptr) [[likely]] {
      detail::ThreadCells::Chunk* const chunk =
          cells->chunks[first_ / detail::ThreadCells::chunk_cells].load(std::memory_order_relaxed);
      if (chunk != nullptr) [[likely]] {
        return &(*chunk)[first_ % detail::ThreadCells::chunk_cells];
      }
    }
    return detail::make_thread_cells(first_);
  }

  /// Adds to a cell that is this thread's own, and returns what is in it then.
  static std::uint64_t bump(Cell& own, std::uint64_t by = 1) {
    const std::uint64_t now = own.load(std::memory_order_relaxed) + by;
    own.store(now, std::memory_order_relaxed);
    return now;
  }
  /// The same for a cell that holds the bits of a double.
  static void bump_double(Cell& own, double by) {
    const double now = std::bit_cast<double>(own.load(std::memory_order_relaxed)) + by;
    own.store(std::bit_cast<std::uint64_t>(now), std::memory_order_relaxed);
  }

  std::uint64_t add(std::uint32_t index = 0, std::uint64_t by = 1) const { return bump(mine()[index], by); }
  void add_double(std::uint32_t index, double by) const { bump_double(mine()[index], by); }

  /// The sums over all threads. What is being added meanwhile may be in or not.
  [[nodiscard]] std::vector<std::uint64_t> read() const;
  [[nodiscard]] std::uint64_t value(std::uint32_t index = 0) const;
  [[nodiscard]] double value_double(std::uint32_t index = 0) const;

 private:
  const std::uint32_t count_;
  const std::uint32_t first_;  ///< 0: none
};

}  // namespace lodge
