#include "platform/notify.hpp"

#include <systemd/sd-daemon.h>

#include <algorithm>
#include <string>

namespace lodge::platform {

namespace {

// A message is lines of NAME=value: text from elsewhere must not begin another.
std::string one_line(std::string_view text) {
  std::string out(text);
  std::replace(out.begin(), out.end(), '\n', ' ');
  return out;
}

void send(const std::string& message) { static_cast<void>(::sd_notify(0, message.c_str())); }

}  // namespace

void notify_ready(std::string_view status) { send("READY=1\nSTATUS=" + one_line(status)); }

void notify_stopping(std::string_view status) { send("STOPPING=1\nSTATUS=" + one_line(status)); }

void notify_watchdog() { send("WATCHDOG=1"); }

std::int64_t watchdog_interval_ns() {
  std::uint64_t timeout_us = 0;
  if (::sd_watchdog_enabled(0, &timeout_us) <= 0) return 0;
  return static_cast<std::int64_t>(timeout_us) * 1000;
}

}  // namespace lodge::platform
