// Telling systemd how the host is; without systemd, nothing happens.
#pragma once

#include <cstdint>
#include <string_view>

namespace lodge::platform {

/// `status`: one line of text in `systemctl status`.
void notify_ready(std::string_view status);
void notify_stopping(std::string_view status);
void notify_watchdog();

/// How often at most `notify_watchdog` must be called, in nanoseconds; 0: no watchdog.
[[nodiscard]] std::int64_t watchdog_interval_ns();

}  // namespace lodge::platform
