// Verbs about the log: its last lines, waiting for the next ones, and its levels.
#include <algorithm>

#include "base/log_ring.hpp"
#include "base/utf8.hpp"
#include "control/log_follow.hpp"

namespace lodge::control {

namespace {

using wire::Value;

constexpr std::uint64_t wait_ms_max = 60'000;
constexpr std::size_t modules_max = 256;
constexpr std::size_t module_bytes_max = 256;
constexpr std::string_view all_modules = "all";

Error wrong(std::string message) { return {Code::INVALID_ARGUMENT, std::move(message)}; }

/// The whole number from 0 under a key; nothing is written where there is none.
Status read_count(const Value& map, std::string_view key, std::uint64_t& out) {
  const Value* const value = map.find(key);
  if (value == nullptr) return {};
  const std::int64_t* const number = value->as_int();
  if (number == nullptr || *number < 0) return wrong(std::string(key) + ": expected a whole number from 0");
  out = static_cast<std::uint64_t>(*number);
  return {};
}

struct Question {
  log::Ring::Query query;
  std::uint64_t wait_ms = 0;
};

Result<Question> question_from(const Value& map) {
  constexpr std::string_view keys[] = {"after", "level", "module", "since_unix_ms", "last", "wait_ms"};
  if (map.as_map() == nullptr) return wrong("expected a map");
  for (const auto& [key, value] : *map.as_map()) {
    const std::string* const name = key.as_text();
    if (name == nullptr || std::find(std::begin(keys), std::end(keys), *name) == std::end(keys)) {
      return wrong("there is no `" + (name != nullptr ? *name : "?") + "`; there are after, level, module, " +
                   "since_unix_ms, last and wait_ms");
    }
  }
  Question out;
  std::uint64_t since_unix_ms = 0;
  std::uint64_t last = SIZE_MAX;
  for (const auto& [key, number] : {std::pair<std::string_view, std::uint64_t*>{"after", &out.query.after},
                                    {"since_unix_ms", &since_unix_ms},
                                    {"last", &last},
                                    {"wait_ms", &out.wait_ms}}) {
    if (const Status read = read_count(map, key, *number); !read) return read.error();
  }
  constexpr std::uint64_t latest_ms = INT64_MAX / 1'000'000;
  out.query.since_wall_ns = static_cast<std::int64_t>(std::min(since_unix_ms, latest_ms)) * 1'000'000;
  out.query.last = last;
  out.wait_ms = std::min(out.wait_ms, wait_ms_max);
  if (const Value* const level = map.find("level"); level != nullptr) {
    const Result<log::Level> found = log::level_from(level->as_text() != nullptr ? *level->as_text() : "");
    if (!found) return found.error();
    out.query.level = *found;
  }
  if (const Value* const module = map.find("module"); module != nullptr) {
    if (module->as_text() == nullptr) return wrong("module: expected text");
    out.query.module = *module->as_text();
  }
  return out;
}

std::optional<Result<Value>> logs(Admin& admin, std::span<const Value> args, const TakeAnswer& take) {
  Result<Question> question = question_from(args[0]);
  if (!question) return question.error();
  const log::Ring::Page page = log::ring().read(question->query);
  if (!page.lines.empty() || page.lost != 0 || question->wait_ms == 0) return value_of(page);
  const Result<VerbAnswer> answer = take();
  if (!answer) return answer.error();
  question->query.after = page.next;
  question->query.last = SIZE_MAX;
  admin.log_follow.wait(question->query, admin.clock.now() + static_cast<MonotonicNs>(question->wait_ms) * 1'000'000,
                        *answer);
  return std::nullopt;
}

Result<Value> log_levels(Admin&, std::span<const Value>) {
  const log::Levels levels = log::levels();
  Value::List out;
  out.push_back(Value::map({{"module", all_modules}, {"level", log::level_name(levels.all)}}));
  for (const auto& [module, level] : levels.modules) {
    out.push_back(Value::map({{"module", module}, {"level", log::level_name(level)}}));
  }
  return Value(std::move(out));
}

Result<Value> log_level(Admin&, std::span<const Value> args) {
  const Result<std::string> module = text_argument(args, 0);
  const Result<std::string> name = text_argument(args, 1);
  if (!module) return module.error();
  if (!name) return name.error();
  const Result<log::Level> level = log::level_from(*name);
  if (!level) return level.error();
  if (*module == all_modules) {
    log::set_level("", *level);
  } else {
    if (module->empty() || module->size() > module_bytes_max) return wrong("a module has 1 to 256 bytes");
    const log::Levels levels = log::levels();
    if (levels.modules.size() >= modules_max && !levels.modules.contains(*module)) {
      return Error{Code::RESOURCE_EXHAUSTED, "levels of 256 modules are set already; set that of `all`"};
    }
    log::set_level(*module, *level);
  }
  log::info("control", "log level of " + *module + " is " + *name + " now");
  return Value();
}

constexpr AdminVerb verbs[] = {
    {"logs", 1, "query: map", "lines of the log that are kept, or the next ones", nullptr, false, logs},
    {"log_levels", 0, "", "the levels of the log that are set", log_levels},
    {"log_level", 2, "module: str, level: str", "sets the level of a module, or of all others", log_level},
};

}  // namespace

std::span<const AdminVerb> log_verbs() { return verbs; }

}  // namespace lodge::control
