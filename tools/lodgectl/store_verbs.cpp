// A service's private store.
#include "lodgectl/arguments.hpp"
#include "lodgectl/verb.hpp"

namespace lodge::ctl {
namespace {

using wire::Value;

constexpr std::string_view columns[] = {"key", "value", "ttl_ms"};

ExitCode list(Session& session, Words words) {
  const Options& options = session.options();
  const auto rows = session.ask("store_list", {words[0], options.prefix, options.limit});
  if (!rows) return session.failed(rows.error());
  session.output().table(*rows, columns, "nothing there");
  const Value::List* all = rows->as_list();
  if (all != nullptr && all->size() == options.limit) session.output().note("there may be more: --limit N");
  return ExitCode::ok;
}

ExitCode get(Session& session, Words words) {
  const auto value = session.ask("store_get", {words[0], words[1]});
  if (!value) return session.failed(value.error());
  session.output().value(*value);
  return ExitCode::ok;
}

ExitCode put(Session& session, Words words) {
  const auto value = argument_from(words[2], session.input());
  if (!value) return session.wrong_argument(value.error());
  const auto done = session.ask("store_put", {words[0], words[1], *value});
  return done ? ExitCode::ok : session.failed(done.error());
}

ExitCode remove(Session& session, Words words) {
  const auto done = session.ask("store_delete", {words[0], words[1]});
  return done ? ExitCode::ok : session.failed(done.error());
}

constexpr Verb verbs[] = {
    {"store list", "SERVICE", "what a service's store holds", 1, 1, "prefix limit", list},
    {"store get", "SERVICE KEY", "one value of it", 2, 2, "", get},
    {"store put", "SERVICE KEY VALUE", "set one (VALUE is an ARG)", 3, 3, "", put},
    {"store delete", "SERVICE KEY", "delete one", 2, 2, "", remove},
};

}  // namespace

std::span<const Verb> store_verbs() { return verbs; }

}  // namespace lodge::ctl
