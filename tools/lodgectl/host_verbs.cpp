// What the host and its services are doing.
#include "lodgectl/verb.hpp"

namespace lodge::ctl {
namespace {

using wire::Value;

constexpr std::string_view service_columns[] = {"name", "status", "plugins", "version", "class"};
constexpr std::string_view plugin_columns[] = {"name", "version", "state", "summary", "file"};
constexpr std::string_view name_columns[] = {"name", "service", "value"};

ExitCode show_fields(Session& session, std::string_view function, const Value::List& arguments) {
  const auto answer = session.ask(function, arguments);
  if (!answer) return session.failed(answer.error());
  session.output().fields(*answer);
  return ExitCode::ok;
}

ExitCode show_table(Session& session, std::string_view function, const Value::List& arguments,
                    std::span<const std::string_view> columns, std::string_view none) {
  const auto answer = session.ask(function, arguments);
  if (!answer) return session.failed(answer.error());
  session.output().table(*answer, columns, none);
  return ExitCode::ok;
}

ExitCode status(Session& session, Words /*words*/) { return show_fields(session, "status", {}); }

ExitCode services(Session& session, Words /*words*/) {
  return show_table(session, "services", {}, service_columns, "no services; the configuration names none");
}

ExitCode service_show(Session& session, Words words) { return show_fields(session, "service", {words[0]}); }

ExitCode plugins(Session& session, Words /*words*/) {
  return show_table(session, "plugins", {}, plugin_columns, "no plugins; see host.plugin_dirs in the configuration");
}

ExitCode names(Session& session, Words words) {
  const bool shared = session.options().shared;
  const Value prefix = words.empty() ? Value("") : Value(words[0]);
  return show_table(session, shared ? "shared_names" : "names", {prefix, session.options().limit}, name_columns,
                    shared ? "no shared names" : "no names");
}

ExitCode reload(Session& session, Words /*words*/) {
  const auto answer = session.ask("reload", {});
  if (!answer) return session.failed(answer.error());
  if (const std::string* text = answer->as_text(); text != nullptr && !session.output().json()) {
    session.output().line(*text);
  } else {
    session.output().fields(*answer);
  }
  return ExitCode::ok;
}

constexpr Verb verbs[] = {
    {"status", "", "how the host is", 0, 0, "", status},
    {"services", "", "its services", 0, 0, "", services},
    {"service show", "NAME", "one service: its chain, callbacks, configuration", 1, 1, "", service_show},
    {"plugins", "", "the plugins it has", 0, 0, "", plugins},
    {"names", "[PREFIX]", "names that are registered", 0, 1, "limit shared", names},
    {"reload", "", "read the configuration again", 0, 0, "", reload},
};

}  // namespace

std::span<const Verb> host_verbs() { return verbs; }

}  // namespace lodge::ctl
