// Lines in the host's log.
#pragma once

#include <exception>
#include <string>

#include <lodge/host.hpp>

namespace lodge {
inline namespace sdk {

/// Where the host has no log for this plugin, lines are dropped.
class Log {
 public:
  explicit Log(Link<lodge_log_v1> link) noexcept : link_(link) {}

  /// Whether a line of LODGE_LOG_... would be written: ask before building dear text. [quick]
  [[nodiscard]] bool enabled(std::int32_t level) const noexcept {
    return link_.table != nullptr && link_.table->enabled(link_.host, level) != 0;
  }
  /// One line, UTF-8, cut at 8 KiB. [quick]
  void write(std::int32_t level, std::string_view text) const noexcept {
    if (link_.table != nullptr) static_cast<void>(link_.table->write(link_.host, level, text.data(), text.size()));
  }
  void trace(std::string_view text) const noexcept { write(LODGE_LOG_TRACE, text); }
  void debug(std::string_view text) const noexcept { write(LODGE_LOG_DEBUG, text); }
  void info(std::string_view text) const noexcept { write(LODGE_LOG_INFO, text); }
  void warn(std::string_view text) const noexcept { write(LODGE_LOG_WARN, text); }
  void error(std::string_view text) const noexcept { write(LODGE_LOG_ERROR, text); }

 private:
  Link<lodge_log_v1> link_;
};

inline Log Host::log() const noexcept { return Log(link<lodge_log_v1>()); }

/// Runs what the host calls without an answer to give (a timer, a watcher): what it throws is logged.
template <typename Body>
void guarded_task(const lodge_host* raw, const char* what, Body&& body) noexcept {
  const Log log = Host(raw).log();
  try {
    body();
  } catch (const std::exception& thrown) {
    log.error(std::string(what) + " threw: " + thrown.what());
  } catch (...) {
    log.error(std::string(what) + " threw something that is no std::exception");
  }
}

}  // namespace sdk
}  // namespace lodge
