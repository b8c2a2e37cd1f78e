// What goes on in the host: its counters, its log, the calls under way.
#include "lodgectl/interrupt.hpp"
#include "lodgectl/tables.hpp"

namespace lodge::ctl {
namespace {

using wire::Value;

constexpr std::string_view call_columns[] = {"service", "callback", "caller", "where", "plugin", "age_ms"};
constexpr std::string_view level_columns[] = {"module", "level"};

std::int64_t number_at(const Value& map, std::string_view key) {
  const Value* const found = map.find(key);
  return found != nullptr && found->as_int() != nullptr ? *found->as_int() : 0;
}

ExitCode metrics(Session& session, const Verb& verb, Words /*words*/) {
  const auto text = session.ask(verb.asks, {});
  if (!text) return session.failed(text.error());
  if (session.output().json() || text->as_text() == nullptr) {
    session.output().value(*text);
  } else {
    session.output().text(*text->as_text());
  }
  return ExitCode::ok;
}

ExitCode calls(Session& session, const Verb& verb, Words /*words*/) {
  const auto answer = session.ask(verb.asks, {session.options().limit});
  if (!answer) return session.failed(answer.error());
  const Value* const rows = answer->find("calls");
  session.output().table(rows != nullptr ? *rows : Value(Value::List()), call_columns, "no calls under way");
  const std::int64_t all = number_at(*answer, "in_flight");
  if (all > session.options().limit) {
    session.output().note("the oldest of " + std::to_string(all) + " calls; more: --limit N");
  }
  return ExitCode::ok;
}

/// Lines of one page, and how many are missing before them.
void print(Session& session, const Value& page) {
  if (const std::int64_t lost = number_at(page, "lost"); lost > 0) {
    if (session.output().json()) {
      session.output().line("{\"lost\":" + std::to_string(lost) + "}");
    } else {
      session.output().note("-- " + std::to_string(lost) + " lines were written faster than they were read --");
    }
  }
  const Value* const lines = page.find("lines");
  if (lines == nullptr || lines->as_list() == nullptr) return;
  for (const Value& each : *lines->as_list()) session.output().log_line(each);
  session.output().flush();
}

Value query_of(const Session& session) {
  const Options& options = session.options();
  Value query = Value::map({{"level", options.level}, {"module", options.module}, {"last", options.last}});
  if (options.since > 0) {
    query.set("since_unix_ms", session.clock().wall() / 1'000'000 - std::int64_t{options.since} * 1000);
  }
  return query;
}

/// Asks for one page; SIGINT may come meanwhile.
Result<Value> page_of(Session& session, const Verb& verb, const Value& query) {
  const Interruptible::Waiting waiting;
  return session.ask(verb.asks, {query});
}

ExitCode logs(Session& session, const Verb& verb, Words /*words*/) {
  const Options& options = session.options();
  const Interruptible interruptible;
  Value query = query_of(session);
  // What is there already, then what comes: the host answers once there is something, or after a while with nothing.
  for (bool waits = false;;) {
    const Result<Value> page = page_of(session, verb, query);
    if (!page) return session.failed(page.error());
    print(session, *page);
    const Value* const more = page->find("more");
    const bool there_is_more = more != nullptr && *more == Value(true);
    if (!there_is_more && !options.follow) return ExitCode::ok;
    waits = waits || !there_is_more;
    if (const Value* const next = page->find("next"); next != nullptr) query.set("after", *next);
    query.set("last", INT64_MAX);
    if (waits) query.set("wait_ms", options.timeout_ms / 2);
  }
}

ExitCode log_level(Session& session, const Verb& verb, Words words) {
  if (words.empty()) return show_table(session, "log_levels", {}, {level_columns, "none"});
  if (words.size() == 1) return session.wrong_usage("it is written `lodgectl log-level MODULE LEVEL`");
  const auto done = session.ask(verb.asks, {words[0], words[1]});
  return done ? ExitCode::ok : session.failed(done.error());
}

constexpr Verb verbs[] = {
    {"calls", "", "calls under way, the oldest first: where each is", 0, 0, "limit", calls, "calls"},
    {"logs", "", "the last lines of its log, and with -f the next ones", 0, 0, "follow level module since last", logs,
     "logs"},
    {"log-level", "[MODULE LEVEL]", "the levels of its log; set that of a module, or of `all`", 0, 2, "", log_level,
     "log_level"},
    {"metrics", "", "all that it counts, in the text format of Prometheus", 0, 0, "", metrics, "metrics"},
};

}  // namespace

std::span<const Verb> watch_verbs() { return verbs; }

}  // namespace lodge::ctl
