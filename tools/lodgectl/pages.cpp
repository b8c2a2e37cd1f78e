#include "lodgectl/pages.hpp"

#include "lodgectl/interrupt.hpp"

namespace lodge::ctl {

using wire::Value;

namespace {

/// Asks for one page; SIGINT may come meanwhile.
Result<Value> page_of(Session& session, const Verb& verb, const Value& query) {
  const Interruptible::Waiting waiting;
  return session.ask(verb.asks, {query});
}

void tell_lost(Session& session, std::int64_t lost, std::string_view things) {
  if (session.output().json()) {
    session.output().line("{\"lost\":" + std::to_string(lost) + "}");
  } else {
    session.output().note("-- " + std::to_string(lost) + " " + std::string(things) +
                          " were written faster than they were read --");
  }
}

}  // namespace

std::int64_t number_at(const Value& map, std::string_view key) {
  const Value* const found = map.find(key);
  return found != nullptr && found->as_int() != nullptr ? *found->as_int() : 0;
}

ExitCode read_pages(Session& session, const Verb& verb, Value query, std::string_view things,
                    const std::function<void(const Value& page)>& print) {
  const Options& options = session.options();
  const Interruptible interruptible;
  // What is there already, then what comes: the host answers once there is something, or after a while with nothing.
  for (bool waits = false;;) {
    const Result<Value> page = page_of(session, verb, query);
    if (!page) return session.failed(page.error());
    if (const std::int64_t lost = number_at(*page, "lost"); lost > 0) tell_lost(session, lost, things);
    print(*page);
    session.output().flush();
    const Value* const more = page->find("more");
    const bool there_is_more = more != nullptr && *more == Value(true);
    if (!there_is_more && !options.follow) return ExitCode::ok;
    waits = waits || !there_is_more;
    if (const Value* const next = page->find("next"); next != nullptr) query.set("after", *next);
    query.set("last", INT64_MAX);
    if (waits) query.set("wait_ms", options.timeout_ms / 2);
  }
}

}  // namespace lodge::ctl
