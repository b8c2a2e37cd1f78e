#include "lodgectl/options.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
// Commas belong to the words that people type, [1,2] and a = ["b", "c"]; NUL is in none.
#define CXXOPTS_VECTOR_DELIMITER '\0'
#include <cxxopts.hpp>

#include "base/closest.hpp"
#include "control/config_file.hpp"

namespace lodge::ctl {
namespace {

/// One option as the command line and the help know it.
struct Known {
  std::string_view name;
  std::string_view value;  ///< "MS"; empty: a switch
  std::string_view help;
  bool of_verb;  ///< only some verbs take it
};

constexpr Known known[] = {
    {"socket", "PATH", "the host's control socket; $LODGE_SOCKET, or where a host listens by default", false},
    {"json", "", "JSON instead of tables", false},
    {"timeout", "MS", "how long to wait for an answer (15000)", false},
    {"help", "", "this, or what one verb takes", false},
    {"version", "", "the version of lodgectl", false},
    {"async", "", "call: do not wait for the answer", true},
    {"dry-run", "", "service reconfigure and the like: only tell what would change", true},
    {"each-line", "FILE", "call: once for each line of a file (-: standard input)", true},
    {"prefix", "PREFIX", "store list, config list: only keys that begin so", true},
    {"ttl", "MS", "store put: the entry goes by itself after so long", true},
    {"limit", "N", "store list, config list, names, calls: at most so many (1000)", true},
    {"follow", "", "logs, trace: go on with what comes (-f)", true},
    {"level", "LEVEL", "logs: only lines of that level and above", true},
    {"module", "PREFIX", "logs: only modules that begin so", true},
    {"since", "S", "logs: only lines of the last S seconds", true},
    {"last", "N", "logs, trace: only the last N of what is kept (100)", true},
    {"service", "NAME", "trace: only spans of that service", true},
    {"trace", "", "call: as the beginning of a trace, whose id is told on the error stream", true},
    {"traceparent", "TEXT", "call: as part of that trace: 00-TRACE_ID-SPAN_ID-FLAGS", true},
    {"shared", "", "names: the shared ones instead of the unique ones", true},
    {"lang", "LANG", "new: c or cpp (cpp)", true},
    {"sdk", "PREFIX", "new: where the SDK is installed; that of lodgectl, or ~/.local", true},
    {"connections", "N", "bench: connections (1)", true},
    {"depth", "N", "bench: calls under way on each connection (1)", true},
    {"seconds", "S", "bench: how long (3)", true},
};

Error wrong(std::string message) { return {Code::INVALID_ARGUMENT, std::move(message)}; }

std::string ticked(std::string_view word) { return "`" + std::string(word) + "`"; }

/// "--timeout MS", as help and errors write it.
std::string written(const Known& option) {
  return "--" + std::string(option.name) + (option.value.empty() ? "" : " ") + std::string(option.value);
}

/// nullptr: no option is called that.
const Known* find_option(std::string_view name) {
  const auto* const found = std::find_if(std::begin(known), std::end(known), [&](const Known& one) {
    return one.name == name || (name == "h" && one.name == "help") || (name == "f" && one.name == "follow");
  });
  return found == std::end(known) ? nullptr : found;
}

/// `word` as it was typed: "--conn=3", "-q".
Error no_option(std::string_view word) {
  word = word.substr(0, word.find('='));
  std::vector<std::string_view> names;
  for (const Known& one : known) names.push_back(one.name);
  const std::string_view near = closest(word.substr(word.find_first_not_of('-')), names);
  return wrong("no option " + ticked(word) +
               (near.empty() ? "; see lodgectl --help" : "; did you mean " + ticked("--" + std::string(near)) + "?"));
}

cxxopts::Options parser() {
  cxxopts::Options options("lodgectl");
  auto add = options.add_options();
  for (const Known& one : known) {
    // A switch's value is seen, to be refused.
    const auto value = cxxopts::value<std::string>();
    const std::string_view letter = one.name == "help" ? "h," : one.name == "follow" ? "f," : "";
    add(std::string(letter) + std::string(one.name), "", one.value.empty() ? value->implicit_value("") : value);
  }
  add("words", "", cxxopts::value<std::vector<std::string>>());
  options.parse_positional({"words"});
  options.allow_unrecognised_options();
  return options;
}

// Stands before a word that is a negative number, so that cxxopts does not take it for an option.
constexpr char not_an_option = '\x01';

bool negative_number(std::string_view word) {
  return word.size() > 1 && word[0] == '-' && ((word[1] >= '0' && word[1] <= '9') || word[1] == '.');
}

/// Whether the next word is this one's value.
bool takes_next(std::string_view word) {
  const Known* const option = word.starts_with("--") ? find_option(word.substr(2)) : nullptr;
  return option != nullptr && !option->value.empty();
}

std::vector<std::string> guarded(int count, const char* const* words) {
  std::vector<std::string> out;
  bool only_words = false;
  for (int at = 0; at < count; ++at) {
    const std::string word = words[at];
    const bool guard = !only_words && negative_number(word) && !takes_next(words[at - 1]);
    out.push_back(guard ? not_an_option + word : word);
    only_words = only_words || word == "--";
  }
  return out;
}

std::string plain(double number) {
  std::string text = std::to_string(number);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

/// Reads the values of what was given; keeps the first error.
class Values {
 public:
  explicit Values(const cxxopts::ParseResult& given) : given_(given) {}

  /// A switch.
  [[nodiscard]] bool flag(const std::string& name) {
    if (!given(name)) return false;
    if (const auto& value = given_[name].as<std::string>(); !value.empty()) {
      fail(name, "takes no value, and was given " + ticked("--" + name + "=" + value), " ");
    }
    return true;
  }
  [[nodiscard]] bool given(const std::string& name) const { return given_.count(name) > 0; }

  void text(const std::string& name, std::string& value) {
    if (given(name)) value = given_[name].as<std::string>();
  }

  /// A text that may not be empty: a variable of a script that is not set is no path.
  void path(const std::string& name, std::string& value) {
    text(name, value);
    if (given(name) && value.empty()) fail(name, "an empty value; it needs a path");
  }

  template <typename Number>
  void number(const std::string& name, double least, double most, Number& value) {
    constexpr bool whole = std::is_integral_v<Number>;
    if (!given(name)) return;
    const auto& word = given_[name].as<std::string>();
    std::conditional_t<whole, std::int64_t, double> read = 0;
    const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), read);
    const bool is_number = problem == std::errc() && end == word.data() + word.size();
    if (!is_number || !(static_cast<double>(read) >= least && static_cast<double>(read) <= most)) {
      return fail(name, ticked(word) + " is not a " + (whole ? "whole " : "") + "number from " + plain(least) + " to " +
                            plain(most));
    }
    value = static_cast<Number>(read);
  }

  std::string error;

 private:
  void fail(const std::string& name, const std::string& why, const char* between = ": ") {
    if (error.empty()) error = "--" + name + between + why;
  }

  const cxxopts::ParseResult& given_;
};

std::filesystem::path usual_socket() {
  const char* socket = std::getenv("LODGE_SOCKET");  // NOLINT(concurrency-mt-unsafe): there are no threads yet
  return socket != nullptr && *socket != '\0' ? std::filesystem::path(socket)
                                              : control::default_socket(control::process_environment());
}

Result<Options> options_from(const cxxopts::ParseResult& given) {
  if (!given.unmatched().empty()) return no_option(given.unmatched().front());
  Options options;
  Values values(given);
  std::string socket;
  values.path("socket", socket);
  options.json = values.flag("json");
  options.help = values.flag("help");
  options.version = values.flag("version");
  options.async = values.flag("async");
  options.dry_run = values.flag("dry-run");
  options.shared = values.flag("shared");
  values.path("each-line", options.each_line);
  values.text("prefix", options.prefix);
  values.text("lang", options.lang);
  values.path("sdk", options.sdk);
  options.follow = values.flag("follow");
  values.text("level", options.level);
  values.text("module", options.module);
  values.text("service", options.service);
  options.trace = values.flag("trace");
  values.text("traceparent", options.traceparent);
  values.number("since", 0, 1'000'000'000, options.since);
  values.number("last", 0, 1'000'000'000, options.last);
  values.number("timeout", 1, 3'600'000, options.timeout_ms);
  values.number("ttl", 1, 1e12, options.ttl_ms);
  values.number("limit", 1, 1'000'000'000, options.limit);
  values.number("connections", 1, 1000, options.connections);
  values.number("depth", 1, 10'000, options.depth);
  values.number("seconds", 0.01, 3600, options.seconds);
  if (!values.error.empty()) return wrong(values.error);
  options.socket = socket.empty() ? usual_socket() : std::filesystem::path(socket);
  for (const Known& one : known) {
    if (one.of_verb && values.given(std::string(one.name))) options.given.emplace_back(one.name);
  }
  if (values.given("words")) options.words = given["words"].as<std::vector<std::string>>();
  for (std::string& word : options.words) {
    if (!word.empty() && word.front() == not_an_option) word.erase(0, 1);
  }
  return options;
}

}  // namespace

Result<Options> read_options(int count, const char* const* words) {
  const std::vector<std::string> safe = guarded(count, words);
  std::vector<const char*> pointers;
  pointers.reserve(safe.size());
  for (const std::string& word : safe) pointers.push_back(word.c_str());
  try {
    return options_from(parser().parse(count, pointers.data()));
  } catch (const cxxopts::exceptions::missing_argument&) {  // only the last word can miss one
    const Known* const option = find_option(safe.back().substr(safe.back().find_first_not_of('-')));
    return wrong(option == nullptr ? ticked(safe.back()) + " needs a value"
                                   : "--" + std::string(option->name) + " needs a value: " + written(*option));
  } catch (const cxxopts::exceptions::exception& error) {
    return wrong(error.what());
  }
}

bool wants_json(int count, const char* const* words) {
  return std::any_of(words, words + count, [](std::string_view word) { return word == "--json"; });
}

std::string options_help(std::string_view only) {
  std::string text;
  for (const Known& one : known) {
    if (!only.empty() && (" " + std::string(only) + " ").find(" " + std::string(one.name) + " ") == std::string::npos) {
      continue;
    }
    std::string option = "  " + written(one);
    option.resize(std::max<std::size_t>(option.size() + 1, 24), ' ');
    text += option + std::string(one.help) + "\n";
  }
  return text;
}

}  // namespace lodge::ctl
