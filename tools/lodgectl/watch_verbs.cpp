// What goes on in the host: its counters, its log, the calls under way.
#include "lodgectl/pages.hpp"
#include "lodgectl/tables.hpp"

namespace lodge::ctl {
namespace {

using wire::Value;

constexpr std::string_view call_columns[] = {"service", "callback", "caller", "where", "plugin", "age_ms"};
constexpr std::string_view level_columns[] = {"module", "level"};

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

Value query_of(const Session& session) {
  const Options& options = session.options();
  Value query = Value::map({{"level", options.level}, {"module", options.module}, {"last", options.last}});
  if (options.since > 0) {
    query.set("since_unix_ms", session.clock().wall() / 1'000'000 - std::int64_t{options.since} * 1000);
  }
  return query;
}

ExitCode logs(Session& session, const Verb& verb, Words /*words*/) {
  return read_pages(session, verb, query_of(session), "lines", [&session](const Value& page) {
    const Value* const lines = page.find("lines");
    if (lines == nullptr || lines->as_list() == nullptr) return;
    for (const Value& each : *lines->as_list()) session.output().log_line(each);
  });
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
