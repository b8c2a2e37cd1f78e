// Times as people read them.
#pragma once

#include <cstdint>
#include <string>

namespace lodge::ctl {

/// "850 ms", "12 s", "3 min", "2 h 5 min", "4 d 3 h": at most two units, rounded down.
[[nodiscard]] std::string duration_text(std::int64_t ms);

/// "3 min ago"; "now" for less than a second, and for what a clock that was set back makes the future.
[[nodiscard]] std::string ago_text(std::int64_t unix_ms, std::int64_t now_unix_ms);

/// "2026-01-31T12:00:05Z".
[[nodiscard]] std::string utc_text(std::int64_t unix_ms);

/// "2026-01-31T12:00:05.123Z".
[[nodiscard]] std::string clock_text(std::int64_t unix_ms);

}  // namespace lodge::ctl
