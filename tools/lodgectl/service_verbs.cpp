// What services do, changed.
#include <fmt/format.h>

#include "lodgectl/arguments.hpp"
#include "lodgectl/verb.hpp"

namespace lodge::ctl {
namespace {

using wire::Value;

std::string text_of(const Value& map, std::string_view key) {
  const Value* const value = map.find(key);
  return value != nullptr && value->as_text() != nullptr ? *value->as_text() : std::string();
}

bool is(const Value& map, std::string_view key) {
  const Value* const value = map.find(key);
  return value != nullptr && value->as_bool() != nullptr && *value->as_bool();
}

/// "stopping: 3 calls under way, not drained: queue, mailer; 4000 ms left".
std::string progress(const Value& standing) {
  std::string out = text_of(standing, "status");
  const Value* const calls = standing.find("calls_in_flight");
  if (calls == nullptr) return out;
  out += fmt::format(": {} calls under way", *calls->as_int());
  std::string plugins;
  for (const Value& each : *standing.find("not_drained")->as_list()) {
    plugins += (plugins.empty() ? "" : ", ") + *each.as_text();
  }
  if (!plugins.empty()) out += ", not drained: " + plugins;
  return out + fmt::format("; {} ms left", *standing.find("left_ms")->as_int());
}

/// Waits until the service is what it was told to be, or has failed to; tells on the way.
ExitCode follow(Session& session, Result<Value> standing) {
  std::string told;
  while (standing && !is(*standing, "settled")) {
    if (const std::string now = progress(*standing); now != told) session.output().note(told = now);
    standing = session.ask("service_wait", {text_of(*standing, "name")});
  }
  if (!standing) return session.failed(standing.error());
  session.output().fields(*standing);
  return text_of(*standing, "status") == "failed" ? ExitCode::failed : ExitCode::ok;
}

ExitCode change(Session& session, const Verb& verb, Words words) {
  return follow(session, session.ask(verb.asks, {words[0]}));
}

ExitCode drain(Session& session, const Verb& verb, Words words) {
  return follow(session, session.ask(verb.asks, {words[0], session.options().timeout_ms}));
}

ExitCode ready(Session& session, const Verb& verb, Words words) {
  const Result<Value> answer = session.ask(verb.asks, {words[0]});
  if (!answer) return session.failed(answer.error());
  session.output().value(*answer);
  return *answer == Value(true) ? ExitCode::ok : ExitCode::failed;
}

/// The names as a list.
Value list_of(Words names) { return Value::List(names.begin(), names.end()); }

ExitCode ask_change(Session& session, const Verb& verb, const std::string& service, Value change) {
  change.set("dry_run", session.options().dry_run);
  const Result<Value> changed = session.ask(verb.asks, {service, std::move(change)});
  if (!changed) return session.failed(changed.error());
  if (session.options().dry_run) session.output().note("dry run: nothing was changed");
  session.output().fields(*changed);
  return ExitCode::ok;
}

/// PLUGIN.SETTING=VALUE laid over `update`; deeper paths make maps.
Status take_setting(Session& session, const std::string& word, Value& update) {
  const auto equals = word.find('=');
  const std::string path = word.substr(0, equals);
  if (equals == std::string::npos || path.find('.') == std::string::npos || path.front() == '.' || path.back() == '.') {
    return Error{Code::INVALID_ARGUMENT, "`" + word + "` is not of the form PLUGIN.SETTING=VALUE"};
  }
  Result<Value> value = argument_from(word.substr(equals + 1), session.input());
  if (!value) return std::move(value).error();
  Value nested = *std::move(value);
  std::string rest = path;
  for (auto dot = rest.rfind('.'); dot != std::string::npos; dot = rest.rfind('.')) {
    nested = Value::map({{rest.substr(dot + 1), std::move(nested)}});
    rest.resize(dot);
  }
  update = wire::deep_merge(std::move(update), Value::map({{rest, std::move(nested)}}));
  return {};
}

Result<Value> settings_of(Session& session, Words words) {
  Value out = Value::Map{};
  for (const std::string& word : words) {
    if (Status taken = take_setting(session, word, out); !taken) return std::move(taken).error();
  }
  return out;
}

ExitCode start(Session& session, const Verb& verb, Words words) {
  if (words.size() == 1) return change(session, verb, words);
  Result<Value> overrides = settings_of(session, words.subspan(1));
  if (!overrides) return session.wrong_argument(overrides.error());
  return follow(session, session.ask(verb.asks, {words[0], *std::move(overrides)}));
}

ExitCode reconfigure(Session& session, const Verb& verb, Words words) {
  Result<Value> update = settings_of(session, words.subspan(1));
  if (!update) return session.wrong_argument(update.error());
  return ask_change(session, verb, words[0], Value::map({{"update", *std::move(update)}}));
}

ExitCode add_plugin(Session& session, const Verb& verb, Words words) {
  return ask_change(session, verb, words[0], Value::map({{"add", list_of(words.subspan(1))}}));
}

ExitCode remove_plugin(Session& session, const Verb& verb, Words words) {
  return ask_change(session, verb, words[0], Value::map({{"remove", list_of(words.subspan(1))}}));
}

ExitCode replace_plugin(Session& session, const Verb& verb, Words words) {
  return ask_change(session, verb, words[0],
                    Value::map({{"remove", list_of(words.subspan(1, 1))}, {"add", list_of(words.subspan(2, 1))}}));
}

ExitCode upgrade(Session& session, const Verb& verb, Words words) {
  return ask_change(session, verb, words[0], Value::map({{"upgrade", list_of(words.subspan(1))}}));
}

constexpr Verb verbs[] = {
    {"service start", "NAME [PLUGIN.SETTING=VALUE...]", "makes it active, from its next start on with these settings",
     1, any_number, "", start, "service_start"},
    {"service pause", "NAME", "lets no call in; what it has started lives on", 1, 1, "", change, "service_pause"},
    {"service stop", "NAME", "makes it inactive; its store lives on", 1, 1, "", change, "service_stop"},
    {"service drain", "NAME", "the same, waiting up to --timeout for what is under way", 1, 1, "", drain,
     "service_drain"},
    {"service reconfigure", "NAME PLUGIN.SETTING=VALUE...", "changes settings while it runs", 2, any_number, "dry-run",
     reconfigure, "service_change"},
    {"service add-plugin", "NAME PLUGIN...", "puts plugins to the end of its list", 2, any_number, "dry-run",
     add_plugin, "service_change"},
    {"service remove-plugin", "NAME PLUGIN...", "takes plugins out of it", 2, any_number, "dry-run", remove_plugin,
     "service_change"},
    {"service replace-plugin", "NAME OLD NEW", "puts one plugin in the place of another", 3, 3, "dry-run",
     replace_plugin, "service_change"},
    {"service upgrade", "NAME PLUGIN...", "takes the new files of plugins", 2, any_number, "dry-run", upgrade,
     "service_change"},
    {"service ready", "NAME", "whether it takes calls and all its plugins are ready", 1, 1, "", ready, "service_ready"},
};

}  // namespace

std::span<const Verb> service_verbs() { return verbs; }

}  // namespace lodge::ctl
