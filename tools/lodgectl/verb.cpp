#include "lodgectl/verb.hpp"

#include <lodge/descriptor.h>

#include <algorithm>

#include "base/closest.hpp"

namespace lodge::ctl {
namespace {

std::vector<Verb> all_verbs() {
  std::vector<Verb> verbs;
  for (const auto group : {host_verbs(), watch_verbs(), trace_verbs(), service_verbs(), call_verbs(), entry_verbs(),
                           inspect_verbs(), bench_verbs(), new_verbs()}) {
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

/// The second words of verbs that begin with that word.
std::vector<std::string_view> seconds_of(const std::vector<Verb>& verbs, std::string_view first) {
  std::vector<std::string_view> seconds;
  for (const Verb& verb : verbs) {
    if (words_in(verb.name) == 2 && verb.name.starts_with(std::string(first) + " ")) {
      seconds.push_back(verb.name.substr(first.size() + 1));
    }
  }
  return seconds;
}

/// The longest verb that the words begin with; nullptr: there is none.
const Verb* find_verb(const std::vector<Verb>& verbs, const std::vector<std::string>& words) {
  const Verb* best = nullptr;
  for (const Verb& verb : verbs) {
    if (begins_with(words, verb.name) && (best == nullptr || words_in(verb.name) > words_in(best->name))) best = &verb;
  }
  // `config lsit` is not `config` with an argument: that takes none.
  const bool misspelt = best != nullptr && words_in(best->name) == 1 && best->most == 0 && words.size() > 1 &&
                        !seconds_of(verbs, best->name).empty();
  return misspelt ? nullptr : best;
}

/// "no verb `statsu`; did you mean `status`?", for first and second words alike.
std::string unknown_verb(const std::vector<Verb>& verbs, const std::vector<std::string>& words) {
  const std::vector<std::string_view> seconds = seconds_of(verbs, words[0]);
  if (seconds.empty()) {
    std::vector<std::string_view> firsts;
    firsts.reserve(verbs.size());
    for (const Verb& verb : verbs) firsts.push_back(verb.name.substr(0, verb.name.find(' ')));
    const std::string question = did_you_mean(words[0], firsts);
    return "no verb `" + words[0] + "`" + (question.empty() ? "; see lodgectl --help" : question);
  }
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

std::string help_line(const Verb& verb) {
  std::string line = "  " + std::string(verb.name) + (verb.arguments.empty() ? "" : " ") + std::string(verb.arguments);
  line.resize(std::max<std::size_t>(line.size() + 2, 44), ' ');
  return line + std::string(verb.summary) + "\n";
}

constexpr std::string_view about_args =
    "An ARG is JSON, or text where it is none: 5, true, '\"text\"', '[1, 2]', '{\"a\": 1}', ada; bytes are\n"
    "'{\"$bin\": \"BASE64\"}'. @FILE takes the JSON in a file, @- that on standard input.\n";

/// What `VERB --help` prints: how it is written, and the options of its own.
std::string help_on(const Verb& verb) {
  std::string text = usage_of(verb) + ": " + std::string(verb.summary) + "\n";
  if (verb.arguments.find("ARG") != std::string_view::npos || verb.arguments.find("VALUE") != std::string_view::npos) {
    text += "\n" + std::string(about_args);
  }
  if (!verb.options.empty()) text += "\n" + options_help(verb.options);
  text.pop_back();
  return text;
}

/// What `config --help` prints: the verbs that begin so. Empty: the words are no beginning of several.
std::string help_on_group(const std::vector<Verb>& verbs, const std::vector<std::string>& words) {
  std::string text;
  if (words.size() != 1 || seconds_of(verbs, words[0]).empty()) return text;
  for (const Verb& verb : verbs) {
    if (verb.name.substr(0, verb.name.find(' ')) == words[0]) text += help_line(verb);
  }
  text.pop_back();
  return text;
}

bool takes_option(const Verb& verb, const std::string& option) {
  return (" " + std::string(verb.options) + " ").find(" " + option + " ") != std::string::npos;
}

}  // namespace

std::string help() {
  std::string text = "lodgectl [OPTION...] VERB [ARG...]: talks to a running host.\n\n";
  for (const Verb& verb : all_verbs()) text += help_line(verb);
  text += "\n" + std::string(about_args) + "\n" + options_help();
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
  if (const std::string group = help_on_group(verbs, options.words); options.help && !group.empty()) {
    session.output().line(group);
    return ExitCode::ok;
  }
  const Verb* verb = find_verb(verbs, options.words);
  if (verb == nullptr) return session.wrong_usage(unknown_verb(verbs, options.words));
  if (options.help) {
    session.output().line(help_on(*verb));
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
  return verb->run(session, *verb, words);
}

}  // namespace lodge::ctl
