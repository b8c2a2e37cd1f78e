#include "base/log.hpp"

#include <fmt/format.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/spdlog.h>

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>

#include "base/clock.hpp"
#include "base/log_ring.hpp"
#include "base/utf8.hpp"

namespace lodge::log {

namespace {

constexpr std::size_t line_bytes_max = std::size_t{8} << 10;
constexpr std::array<std::string_view, 6> level_names = {"trace", "debug", "info", "warn", "error", "off"};

std::shared_ptr<spdlog::logger> make_logger(Format format) {
  auto sink = std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>();
  auto logger = std::make_shared<spdlog::logger>("lodge", std::move(sink));
  if (format == Format::json) {
    logger->set_formatter(std::make_unique<spdlog::pattern_formatter>(R"({"time":"%Y-%m-%dT%H:%M:%S.%fZ",%v})",
                                                                      spdlog::pattern_time_type::utc));
  } else {
    logger->set_pattern("%H:%M:%S.%e %^%l%$ %v");
  }
  logger->set_level(spdlog::level::trace);
  logger->flush_on(spdlog::level::trace);
  return logger;
}

/// The rules that one plugin has broken.
struct Misbehaviour {
  std::uint64_t count = 0;
  MonotonicNs second_began = 0;
  std::uint64_t count_then = 0;
};

struct State {
  std::shared_mutex mutex;
  Format format = Format::human;
  Level level = Level::info;
  std::map<std::string, Level, std::less<>> modules;
  std::shared_ptr<spdlog::logger> logger = make_logger(Format::human);
  std::shared_ptr<const Sink> sink;        // null: the logger
  std::atomic<Level> lowest{Level::info};  // what is below it needs no look at the modules
  std::array<std::atomic<std::uint64_t>, level_names.size()> lines{};

  std::mutex misbehaved_mutex;
  std::map<std::string, Misbehaviour, std::less<>> misbehaved;  // by plugin

  // What the host keeps unless its configuration says otherwise.
  Ring ring{std::size_t{1} << 20};
  std::shared_mutex told_mutex;
  std::function<void()> told;

  void find_lowest() {
    Level found = level;
    for (const auto& [module, own] : modules) found = std::min(found, own);
    lowest.store(found, std::memory_order_relaxed);
  }
};

// Never destroyed: threads of plugins may log while the process ends.
State& state() {
  static State& held = *new State;
  return held;
}

Level level_of(const State& held, std::string_view module) {
  for (std::string_view name = module; !held.modules.empty();) {
    if (const auto found = held.modules.find(name); found != held.modules.end()) return found->second;
    const std::size_t dot = name.rfind('.');
    if (dot == std::string_view::npos) break;
    name = name.substr(0, dot);
  }
  return held.level;
}

spdlog::level::level_enum spdlog_level(Level level) {
  switch (level) {
    case Level::trace:
      return spdlog::level::trace;
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warn:
      return spdlog::level::warn;
    case Level::error:
    case Level::off:
      break;
  }
  return spdlog::level::err;
}

std::string line_of(Format format, Level level, std::string_view module, std::string_view text) {
  if (format == Format::human) {
    return fmt::format("{}: {}", escape_for_terminal(module), escape_for_terminal(text));
  }
  return fmt::format(R"("level":"{}","module":"{}","text":"{}")", level_names[static_cast<std::size_t>(level)],
                     escape_for_json(module), escape_for_json(text));
}

}  // namespace

void configure(Format format, Level level) {
  State& held = state();
  std::lock_guard lock(held.mutex);
  held.format = format;
  held.level = level;
  held.logger = make_logger(format);
  held.find_lowest();
}

void send_to(Sink sink) {
  State& held = state();
  std::lock_guard lock(held.mutex);
  held.sink = sink ? std::make_shared<const Sink>(std::move(sink)) : nullptr;
}

void set_level(std::string_view module, Level level) {
  State& held = state();
  std::lock_guard lock(held.mutex);
  if (module.empty()) {
    held.level = level;
  } else {
    held.modules.insert_or_assign(std::string(module), level);
  }
  held.find_lowest();
}

Levels levels() {
  State& held = state();
  std::shared_lock lock(held.mutex);
  return {held.level, held.modules};
}

Result<Level> level_from(std::string_view text) {
  for (std::size_t i = 0; i < level_names.size(); ++i) {
    if (level_names[i] == text) return static_cast<Level>(i);
  }
  return Error{Code::INVALID_ARGUMENT,
               fmt::format("no log level `{}`; there are {}", text, fmt::join(level_names, ", "))};
}

std::string_view level_name(Level level) { return level_names[static_cast<std::size_t>(level)]; }

bool enabled(std::string_view module, Level level) {
  State& held = state();
  if (level == Level::off || level < held.lowest.load(std::memory_order_relaxed)) return false;
  std::shared_lock lock(held.mutex);
  return level >= level_of(held, module);
}

void write(std::string_view module, Level level, std::string_view text) {
  if (!enabled(module, level)) return;
  State& held = state();
  held.lines[static_cast<std::size_t>(level)].fetch_add(1, std::memory_order_relaxed);
  text = text.substr(0, line_bytes_max);
  std::shared_lock lock(held.mutex);
  if (const std::shared_ptr<const Sink> sink = held.sink) {
    lock.unlock();
    (*sink)(module, level, text);
    return;
  }
  const std::string line = line_of(held.format, level, module, text);
  held.logger->log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
  lock.unlock();
  held.ring.add({0, SystemClock().wall(), level, std::string(module), std::string(text)});
  std::shared_lock telling(held.told_mutex);
  if (held.told) held.told();
}

Ring& ring() { return state().ring; }

void on_line(std::function<void()> told) {
  State& held = state();
  std::lock_guard lock(held.told_mutex);
  held.told = std::move(told);
}

void misbehaved(std::string_view plugin, std::string_view rule) {
  constexpr MonotonicNs second = 1'000'000'000;
  std::uint64_t in_this_second = 0;
  {
    State& held = state();
    const MonotonicNs now = SystemClock().now();
    std::lock_guard lock(held.misbehaved_mutex);
    const auto found = held.misbehaved.find(plugin);
    Misbehaviour& of = found != held.misbehaved.end() ? found->second : held.misbehaved[std::string(plugin)];
    if (now - of.second_began >= second) {
      of.second_began = now;
      of.count_then = of.count;
    }
    in_this_second = ++of.count - of.count_then;
  }
  if (in_this_second > misbehaved_lines_max) return;
  const bool last = in_this_second == misbehaved_lines_max;
  warn("plugin", fmt::format("plugin misbehaved: {}: {}{}", plugin, rule,
                             last ? " (what else it does in this second is only counted)" : ""));
}

std::uint64_t misbehaved_count() {
  State& held = state();
  std::lock_guard lock(held.misbehaved_mutex);
  std::uint64_t all = 0;
  for (const auto& [plugin, of] : held.misbehaved) all += of.count;
  return all;
}

std::uint64_t misbehaved_count(std::string_view plugin) {
  State& held = state();
  std::lock_guard lock(held.misbehaved_mutex);
  const auto found = held.misbehaved.find(plugin);
  return found != held.misbehaved.end() ? found->second.count : 0;
}

std::map<std::string, std::uint64_t> misbehaved_counts() {
  State& held = state();
  std::lock_guard lock(held.misbehaved_mutex);
  std::map<std::string, std::uint64_t> out;
  for (const auto& [plugin, of] : held.misbehaved) out.emplace(plugin, of.count);
  return out;
}

std::uint64_t lines_written(Level level) {
  return state().lines[static_cast<std::size_t>(level)].load(std::memory_order_relaxed);
}

}  // namespace lodge::log
