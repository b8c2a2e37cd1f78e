// The node's configuration: domains of keys and values that plugins share.
#include "lodgectl/arguments.hpp"
#include "lodgectl/verb.hpp"

namespace lodge::ctl {
namespace {

using wire::Value;

constexpr std::string_view columns[] = {"key", "value"};

/// A map of keys and values, or a list of rows or names: whichever the host answers.
ExitCode show(Session& session, const std::string& domain, std::string_view none) {
  const auto answer = session.ask("config_list", {domain});
  if (!answer) return session.failed(answer.error());
  if (answer->as_map() != nullptr) {
    session.output().fields(*answer);
  } else {
    session.output().table(*answer, columns, none);
  }
  return ExitCode::ok;
}

ExitCode domains(Session& session, Words /*words*/) { return show(session, "", "no domains"); }

ExitCode list(Session& session, Words words) {
  return words.empty() ? domains(session, words) : show(session, words[0], "nothing there");
}

ExitCode get(Session& session, Words words) {
  const auto value = session.ask("config_get", {words[0], words[1]});
  if (!value) return session.failed(value.error());
  session.output().value(*value);
  return ExitCode::ok;
}

ExitCode put(Session& session, Words words) {
  const auto value = argument_from(words[2], session.input());
  if (!value) return session.wrong_argument(value.error());
  const auto done = session.ask("config_put", {words[0], words[1], *value});
  return done ? ExitCode::ok : session.failed(done.error());
}

ExitCode remove(Session& session, Words words) {
  const auto done = session.ask("config_delete", {words[0], words[1]});
  return done ? ExitCode::ok : session.failed(done.error());
}

constexpr Verb verbs[] = {
    {"config", "", "the domains of the node's configuration", 0, 0, "", domains},
    {"config list", "[DOMAIN]", "its domains, or what one holds", 0, 1, "", list},
    {"config get", "DOMAIN KEY", "one value", 2, 2, "", get},
    {"config put", "DOMAIN KEY VALUE", "set one (VALUE is an ARG)", 3, 3, "", put},
    {"config delete", "DOMAIN KEY", "delete one", 2, 2, "", remove},
};

}  // namespace

std::span<const Verb> config_verbs() { return verbs; }

}  // namespace lodge::ctl
