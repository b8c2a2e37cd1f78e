// The last lines of the log, for who asks the running host.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"

namespace lodge::log {

struct Line {
  std::uint64_t number = 0;  ///< from 1, without gaps
  std::int64_t wall_ns = 0;
  Level level = Level::info;
  std::string module;
  std::string text;  ///< as it was written, not escaped
};

/// Thread-safe. Keeps so many bytes; the oldest lines go first.
class Ring {
 public:
  explicit Ring(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  void add(std::int64_t wall_ns, std::string_view module, Level level, std::string_view text);
  void set_bytes_max(std::size_t bytes_max);

  /// What a line costs beside its texts.
  static constexpr std::size_t line_overhead = sizeof(Line);

  struct Query {
    std::uint64_t after = 0;  ///< only lines with higher numbers
    Level level = Level::trace;
    std::string module = {};  ///< only modules that begin so
    std::int64_t since_wall_ns = INT64_MIN;
    std::size_t last = SIZE_MAX;  ///< of all that fit, only so many of the youngest
    std::size_t lines_max = 256;  ///< of one page
    std::size_t bytes_max = 65'536;
  };
  struct Page {
    std::vector<Line> lines;
    std::uint64_t next = 0;  ///< `after` of the next query
    std::uint64_t lost = 0;  ///< lines after `after` that had gone already, whether or not they would have fit
    bool more = false;       ///< the next page is there already
  };
  [[nodiscard]] Page read(const Query& query) const;

 private:
  void make_room();

  mutable std::mutex mutex_;
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::uint64_t last_ = 0;
  std::deque<Line> lines_;
};

/// That of this process's log: it has what was written, save what went to a sink.
[[nodiscard]] Ring& ring();

/// Calls `told` after each line that the ring takes, on the thread that wrote it, which may hold any lock: it must not
/// wait nor log. An empty one: nobody is told; who is being told has been when this returns. Thread-safe.
void on_line(std::function<void()> told);

}  // namespace lodge::log
