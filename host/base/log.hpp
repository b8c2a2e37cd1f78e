// The host's log. Lines carry a module ("control", "service.greeter"); levels can be set per module while it runs.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/status.hpp"

namespace lodge::log {

/// The numbers of <lodge/log.h>.
enum class Level : std::uint8_t { trace, debug, info, warn, error, off };

enum class Format : std::uint8_t { human, json };

/// Where lines go and how they look. Called once, before threads start; the default is human, info, stderr.
void configure(Format format, Level level);

/// Takes lines in place of stderr: as they were written, cut, not escaped. From any thread, several at a time; a line
/// that it writes itself comes to it again.
using Sink = std::function<void(std::string_view module, Level level, std::string_view text)>;

/// Sends lines to `sink` from now on; an empty one: to stderr again. Who is writing a line may still be in the former
/// sink. Thread-safe.
void send_to(Sink sink);

/// Level of one module and of the modules below it (`service` also rules `service.greeter`); of an empty one: of all
/// that have none of their own. Thread-safe.
void set_level(std::string_view module, Level level);

/// The levels that are set: that of all others, and those of modules. Thread-safe.
struct Levels {
  Level all = Level::info;
  std::map<std::string, Level, std::less<>> modules;
};
[[nodiscard]] Levels levels();

/// "info" -> Level::info. INVALID_ARGUMENT lists what there is.
[[nodiscard]] Result<Level> level_from(std::string_view text);

/// Level::info -> "info".
[[nodiscard]] std::string_view level_name(Level level);

[[nodiscard]] bool enabled(std::string_view module, Level level);

/// Writes one line. Control characters and bytes that are not UTF-8 are escaped; cut at 8 KiB. Thread-safe.
void write(std::string_view module, Level level, std::string_view text);

inline void debug(std::string_view module, std::string_view text) { write(module, Level::debug, text); }
inline void info(std::string_view module, std::string_view text) { write(module, Level::info, text); }
inline void warn(std::string_view module, std::string_view text) { write(module, Level::warn, text); }
inline void error(std::string_view module, std::string_view text) { write(module, Level::error, text); }

/// The `plugin misbehaved: NAME: ...` line, and its counter. A plugin that breaks a rule in every call does not fill
/// the log: at most `misbehaved_lines_max` lines of one plugin are written a second.
void misbehaved(std::string_view plugin, std::string_view rule);
constexpr std::uint64_t misbehaved_lines_max = 10;

/// How many lines of that level have been written.
[[nodiscard]] std::uint64_t lines_written(Level level);

/// How often rules were broken, altogether and by one plugin: written or not.
[[nodiscard]] std::uint64_t misbehaved_count();
[[nodiscard]] std::uint64_t misbehaved_count(std::string_view plugin);
/// By plugin: those that have broken any.
[[nodiscard]] std::map<std::string, std::uint64_t> misbehaved_counts();

}  // namespace lodge::log
