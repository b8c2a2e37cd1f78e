// What the host and its services are doing.
#include <algorithm>

#include "lodgectl/tables.hpp"

namespace lodge::ctl {
namespace {

using wire::Value;

constexpr std::string_view service_columns[] = {"name", "status", "plugins", "version", "class"};
constexpr std::string_view plugin_columns[] = {"name", "version", "state", "misbehaved", "summary", "file"};
constexpr std::string_view news_columns[] = {"what", "name", "version", "file", "error"};
constexpr std::string_view name_columns[] = {"name", "owner", "value"};

ExitCode show_fields(Session& session, const Verb& verb, Words words) {
  const auto answer = session.ask(verb.asks, {words.begin(), words.end()});
  if (!answer) return session.failed(answer.error());
  session.output().fields(*answer);
  return ExitCode::ok;
}

ExitCode services(Session& session, const Verb& verb, Words /*words*/) {
  return show_table(session, verb.asks, {}, {service_columns, "no services; the configuration names none"});
}

ExitCode plugins(Session& session, const Verb& verb, Words /*words*/) {
  return show_table(session, verb.asks, {}, {plugin_columns, "no plugins; see host.plugin_dirs in the configuration"});
}

ExitCode plugins_scan(Session& session, const Verb& verb, Words /*words*/) {
  return show_table(session, verb.asks, {}, {news_columns, "no plugin file has changed"});
}

ExitCode names(Session& session, const Verb& verb, Words words) {
  const Value prefix = words.empty() ? Value("") : Value(words[0]);
  if (session.options().shared) {
    return show_limited(session, "shared_names", {prefix}, {name_columns, "no shared names"});
  }
  return show_limited(session, verb.asks, {prefix}, {name_columns, "no names"});
}

ExitCode reload(Session& session, const Verb& verb, Words /*words*/) {
  const auto done = session.ask(verb.asks, {});
  if (!done) return session.failed(done.error());
  session.output().fields(*done);
  const Value::List& services = *done->find("services")->as_list();
  const bool failed =
      std::any_of(services.begin(), services.end(), [](const Value& each) { return each.find("error") != nullptr; });
  return failed ? ExitCode::failed : ExitCode::ok;
}

constexpr Verb verbs[] = {
    {"status", "", "how the host is", 0, 0, "", show_fields, "status"},
    {"services", "", "its services", 0, 0, "", services, "services"},
    {"service show", "NAME", "one service: its chain, callbacks, configuration, children", 1, 1, "", show_fields,
     "service"},
    {"plugins", "", "the plugins it has", 0, 0, "", plugins, "plugins"},
    {"plugins scan", "", "looks at plugin files that have changed now, and tells what has become of them", 0, 0, "",
     plugins_scan, "plugins_scan"},
    {"names", "[PREFIX]", "names that are registered", 0, 1, "limit shared", names, "names"},
    {"reload", "", "apply the changed configuration", 0, 0, "", reload, "reload"},
};

}  // namespace

std::span<const Verb> host_verbs() { return verbs; }

}  // namespace lodge::ctl
