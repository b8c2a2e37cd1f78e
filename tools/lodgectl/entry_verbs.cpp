// Keys and values that the host holds: in a service's store, and in the domains of the node's configuration.
#include "lodgectl/arguments.hpp"
#include "lodgectl/tables.hpp"
#include "wire/json.hpp"

namespace lodge::ctl {
namespace {

using wire::Value;

constexpr std::string_view columns[] = {"key", "value", "expires_in_ms"};

ExitCode list(Session& session, const Verb& verb, Words words) {
  return show_limited(session, verb.asks, {words[0], session.options().prefix}, {columns, "nothing there"});
}

ExitCode domains(Session& session, const Verb& /*verb*/, Words /*words*/) {
  return show_table(session, "config_domains", {}, {{}, "no domains"});
}

ExitCode list_domain(Session& session, const Verb& verb, Words words) {
  return words.empty() ? domains(session, verb, words) : list(session, verb, words);
}

/// A key is text; what is no text is listed as {"$bin": "..."}, and typed like that.
Value key_from(const std::string& word) {
  const auto json = wire::value_from_json(word);
  return json && json->as_binary() != nullptr ? *json : Value(word);
}

ExitCode get(Session& session, const Verb& verb, Words words) {
  const auto value = session.ask(verb.asks, {words[0], key_from(words[1])});
  if (!value) return session.failed(value.error());
  session.output().value(*value);
  return ExitCode::ok;
}

ExitCode put(Session& session, const Verb& verb, Words words) {
  const auto value = argument_from(words[2], session.input());
  if (!value) return session.wrong_argument(value.error());
  Value::List arguments = {words[0], key_from(words[1]), *value};
  if (session.options().ttl_ms > 0) arguments.emplace_back(session.options().ttl_ms);
  const auto done = session.ask(verb.asks, arguments);
  return done ? ExitCode::ok : session.failed(done.error());
}

ExitCode remove(Session& session, const Verb& verb, Words words) {
  const auto done = session.ask(verb.asks, {words[0], key_from(words[1])});
  return done ? ExitCode::ok : session.failed(done.error());
}

constexpr Verb verbs[] = {
    {"store list", "SERVICE", "what a service's store holds", 1, 1, "prefix limit", list, "store_list"},
    {"store get", "SERVICE KEY", "one value of it", 2, 2, "", get, "store_get"},
    {"store put", "SERVICE KEY VALUE", "set one (VALUE is an ARG)", 3, 3, "ttl", put, "store_put"},
    {"store delete", "SERVICE KEY", "delete one", 2, 2, "", remove, "store_delete"},
    {"config", "", "the domains of the node's configuration", 0, 0, "", domains, "config_domains"},
    {"config list", "[DOMAIN]", "its domains, or what one holds", 0, 1, "prefix limit", list_domain, "config_list"},
    {"config get", "DOMAIN KEY", "one value", 2, 2, "", get, "config_get"},
    {"config put", "DOMAIN KEY VALUE", "set one (VALUE is an ARG)", 3, 3, "", put, "config_put"},
    {"config delete", "DOMAIN KEY", "delete one", 2, 2, "", remove, "config_delete"},
};

}  // namespace

std::span<const Verb> entry_verbs() { return verbs; }

}  // namespace lodge::ctl
