// Verbs about the log: its last lines, waiting for the next ones, and its levels.
#include <algorithm>

#include "base/log_ring.hpp"
#include "base/utf8.hpp"
#include "control/follow.hpp"

namespace lodge::control {

namespace {

using wire::Value;

constexpr std::size_t modules_max = 256;
constexpr std::size_t module_bytes_max = 256;
constexpr std::string_view all_modules = "all";

Error wrong(std::string message) { return {Code::INVALID_ARGUMENT, std::move(message)}; }

struct Question {
  log::Ring::Query query;
  std::uint64_t wait_ms = 0;
};

Result<Question> question_from(const Value& map) {
  constexpr std::string_view keys[] = {"after", "level", "module", "since_unix_ms", "last", "wait_ms"};
  if (const Status known = only_keys(map, keys); !known) return known.error();
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

Value line_value(const log::Line& line) {
  return Value::map({{"number", line.number},
                     {"time_unix_ms", line.wall_ns / 1'000'000},
                     {"level", log::level_name(line.level)},
                     {"module", escape_for_terminal(line.module)},
                     {"text", escape_for_terminal(line.text)}});
}

Value lines_value(const log::Ring::Page& page) { return page_value(page, "lines", line_value); }

std::optional<Result<Value>> logs(Admin& admin, std::span<const Value> args, const TakeAnswer& take) {
  const Result<Question> question = question_from(args[0]);
  if (!question) return question.error();
  return answer_page(log::ring(), question->query, lines_value, admin.log_follow, question->wait_ms, take);
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
