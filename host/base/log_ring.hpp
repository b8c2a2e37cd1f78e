// The last lines of the log, for who asks the running host.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/log.hpp"
#include "base/record_ring.hpp"

namespace lodge::log {

struct Line {
  std::uint64_t number = 0;
  std::int64_t wall_ns = 0;
  Level level = Level::info;
  std::string module;
  std::string text;  ///< as it was written, not escaped
};

struct LineQuery {
  std::uint64_t after = 0;
  Level level = Level::trace;
  std::string module = {};  ///< only modules that begin so
  std::int64_t since_wall_ns = INT64_MIN;
  std::size_t last = SIZE_MAX;
  std::size_t records_max = 256;
  std::size_t bytes_max = 65'536;
};

[[nodiscard]] std::size_t cost_of(const Line& line);
[[nodiscard]] bool fits(const Line& line, const LineQuery& query);

using Ring = RecordRing<Line, LineQuery>;

/// That of this process's log: it has what was written, save what went to a sink.
[[nodiscard]] Ring& ring();

/// Calls `told` after each line that the ring takes, on the thread that wrote it, which may hold any lock: it must not
/// wait nor log. An empty one: nobody is told; who is being told has been when this returns. Thread-safe.
void on_line(std::function<void()> told);

}  // namespace lodge::log
