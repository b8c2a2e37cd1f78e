#include "lodgectl/verb.hpp"

#include <lodge/descriptor.h>

#include <algorithm>

#include "base/closest.hpp"

namespace lodge::ctl {
namespace {

std::vector<Verb> all_verbs() {
  std::vector<Verb> verbs;
  for (const auto group : {host_verbs(), call_verbs(), store_verbs(), config_verbs(), inspect_verbs(), bench_verbs()}) {
    verbs.insert(verbs.end(), group.begin(), group.end());
  }
  return verbs;
}

std::size_t words_in(std::string_view name) { return name.find(' ') == std::string_view::npos ? 1 : 2; }

bool begins_with(const std::vector<std::string>& words, std::string_view name) {
  const auto space = name.find(' ');
  if (words.empty() || words[0] != name.substr(0, space)) return false;
  return space == std::string_view::npos || (words.size() > 1 && words[1] == name.substr(space + 1));
}

/// The longest verb that the words begin with.
const Verb* find_verb(const std::vector<Verb>& verbs, const std::vector<std::string>& words) {
  const Verb* best = nullptr;
  for (const Verb& verb : verbs) {
    if (begins_with(words, verb.name) && (best == nullptr || words_in(verb.name) > words_in(best->name))) best = &verb;
  }
  return best;
}

/// "no verb `statsu`; did you mean `status`?", for first and second words alike.
std::string unknown_verb(const std::vector<Verb>& verbs, const std::vector<std::string>& words) {
  std::vector<std::string_view> firsts;
  std::vector<std::string_view> seconds;
  for (const Verb& verb : verbs) {
    const auto space = verb.name.find(' ');
    firsts.push_back(verb.name.substr(0, space));
    if (space != std::string_view::npos && verb.name.substr(0, space) == words[0]) {
      seconds.push_back(verb.name.substr(space + 1));
    }
  }
  if (seconds.empty()) return "no verb `" + words[0] + "`" + did_you_mean(words[0], firsts);
  std::string list;
  for (const std::string_view second : seconds) list += (list.empty() ? "" : ", ") + std::string(second);
  if (words.size() == 1) return "`" + words[0] + "` needs one of: " + list;
  return "`" + words[0] + "` has no `" + words[1] + "`" + did_you_mean(words[1], seconds) + " (there are: " + list +
         ")";
}

std::string usage_of(const Verb& verb) {
  std::string usage = "lodgectl " + std::string(verb.name);
  if (!verb.arguments.empty()) usage += " " + std::string(verb.arguments);
  return usage;
}

bool takes_option(const Verb& verb, const std::string& option) {
  return (" " + std::string(verb.options) + " ").find(" " + option + " ") != std::string::npos;
}

}  // namespace

std::string help() {
  std::string text = "lodgectl [OPTION...] VERB [ARG...]: talks to a running host.\n\n";
  for (const Verb& verb : all_verbs()) {
    std::string line =
        "  " + std::string(verb.name) + (verb.arguments.empty() ? "" : " ") + std::string(verb.arguments);
    line.resize(std::max<std::size_t>(line.size() + 2, 44), ' ');
    text += line + std::string(verb.summary) + "\n";
  }
  text += "\nAn ARG is JSON; a word that is none is text.\n\n" + options_help();
  text.pop_back();  // whoever prints it ends the line
  return text;
}

ExitCode run_verb(Session& session) {
  const Options& options = session.options();
  if (options.version) {
    session.output().line("lodgectl " LODGE_SDK_VERSION);
    return ExitCode::ok;
  }
  if (options.words.empty()) {
    session.output().line(help());
    return options.help ? ExitCode::ok : ExitCode::usage;
  }
  const std::vector<Verb> verbs = all_verbs();
  const Verb* verb = find_verb(verbs, options.words);
  if (verb == nullptr) return session.wrong_usage(unknown_verb(verbs, options.words));
  if (options.help) {
    session.output().line(usage_of(*verb) + ": " + std::string(verb->summary));
    return ExitCode::ok;
  }
  for (const std::string& option : options.given) {
    if (takes_option(*verb, option)) continue;
    return session.wrong_usage("`" + std::string(verb->name) + "` does not take --" + option);
  }
  const Words words = Words(options.words).subspan(words_in(verb->name));
  if (words.size() < verb->least || words.size() > verb->most) {
    return session.wrong_usage("it is written `" + usage_of(*verb) + "`");
  }
  return verb->run(session, words);
}

}  // namespace lodge::ctl
