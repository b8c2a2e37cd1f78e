// What services do, changed.
#include <fmt/format.h>

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

constexpr Verb verbs[] = {
    {"service start", "NAME", "makes it active; a failed one is tried again at once", 1, 1, "", change,
     "service_start"},
    {"service pause", "NAME", "lets no call in; what it has started lives on", 1, 1, "", change, "service_pause"},
    {"service stop", "NAME", "makes it inactive; its store lives on", 1, 1, "", change, "service_stop"},
    {"service drain", "NAME", "the same, waiting up to --timeout for what is under way", 1, 1, "", drain,
     "service_drain"},
    {"service ready", "NAME", "whether it takes calls and all its plugins are ready", 1, 1, "", ready, "service_ready"},
};

}  // namespace

std::span<const Verb> service_verbs() { return verbs; }

}  // namespace lodge::ctl
