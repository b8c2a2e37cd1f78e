#include "lodgectl/options.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <map>
#include <span>

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
    {"each-line", "FILE", "call: once for each line of a file (-: standard input)", true},
    {"prefix", "PREFIX", "store list, config list: only keys that begin so", true},
    {"limit", "N", "store list, config list, names: at most so many (1000)", true},
    {"shared", "", "names: the shared ones instead of the unique ones", true},
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
    return one.name == name || (name == "h" && one.name == "help");
  });
  return found == std::end(known) ? nullptr : found;
}

Error no_option(std::string_view dashes, std::string_view name) {
  std::vector<std::string_view> names;
  for (const Known& one : known) names.push_back(one.name);
  const std::string_view near = closest(name, names);
  return wrong("no option " + ticked(std::string(dashes) + std::string(name)) +
               (near.empty() ? "; see lodgectl --help" : "; did you mean " + ticked("--" + std::string(near)) + "?"));
}

/// -5 and -.5 are words, and so is -, which stands for standard input.
bool is_option(std::string_view word) {
  return word.size() > 1 && word[0] == '-' && word[1] != '.' && (word[1] < '0' || word[1] > '9');
}

/// What was given: words, and options with their values, of which the last counts.
struct Given {
  std::vector<std::string> words;
  std::map<std::string_view, std::string> values;  ///< by option; a switch: empty
};

/// Takes what may be an option's value off the front of the words that are left.
Result<std::string> value_of(const Known& option, std::span<const char* const>& left) {
  // Another option in its place means that it was forgotten.
  if (left.empty() || (is_option(left.front()) && find_option(std::string_view(left.front()).substr(2)) != nullptr)) {
    return wrong("--" + std::string(option.name) + " needs a value: " + written(option));
  }
  std::string value = left.front();
  left = left.subspan(1);
  return value;
}

Status take_option(std::string_view word, std::span<const char* const>& left, Given& given) {
  const std::string_view dashes = word.substr(0, word.starts_with("--") ? 2 : 1);
  const std::size_t equals = std::min(word.find('='), word.size());
  const std::string_view name = word.substr(dashes.size(), equals - dashes.size());
  const Known* const option = dashes.size() == 2 || name == "h" ? find_option(name) : nullptr;
  if (option == nullptr) return no_option(dashes, name);
  const bool has_value = equals < word.size();
  if (option->value.empty()) {
    if (has_value) return wrong("--" + std::string(name) + " takes no value, and was given " + ticked(word));
    given.values[option->name] = "";
    return {};
  }
  Result<std::string> value = has_value ? std::string(word.substr(equals + 1)) : value_of(*option, left);
  if (!value) return std::move(value).error();
  given.values[option->name] = *std::move(value);
  return {};
}

Result<Given> take_apart(std::span<const char* const> left) {
  Given given;
  bool only_words = false;
  while (!left.empty()) {
    const std::string_view word = left.front();
    left = left.subspan(1);
    if (only_words || !is_option(word)) {
      given.words.emplace_back(word);
    } else if (word == "--") {
      only_words = true;
    } else if (Status taken = take_option(word, left, given); !taken) {
      return std::move(taken).error();
    }
  }
  return given;
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
  explicit Values(const Given& given) : given_(given) {}

  [[nodiscard]] bool flag(std::string_view name) const { return given_.values.contains(name); }

  void text(std::string_view name, std::string& value) {
    const auto found = given_.values.find(name);
    if (found != given_.values.end()) value = found->second;
  }

  /// A text that may not be empty: a variable of a script that is not set is no path.
  void path(std::string_view name, std::string& value) {
    text(name, value);
    if (flag(name) && value.empty()) fail(name, "an empty value; it needs a path");
  }

  template <typename Number>
  void number(std::string_view name, double least, double most, Number& value) {
    constexpr bool whole = std::is_integral_v<Number>;
    const auto found = given_.values.find(name);
    if (found == given_.values.end()) return;
    const std::string& word = found->second;
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
  void fail(std::string_view name, const std::string& why) {
    if (error.empty()) error = "--" + std::string(name) + ": " + why;
  }

  const Given& given_;
};

std::filesystem::path usual_socket() {
  const char* socket = std::getenv("LODGE_SOCKET");  // NOLINT(concurrency-mt-unsafe): there are no threads yet
  return socket != nullptr && *socket != '\0' ? std::filesystem::path(socket)
                                              : control::default_socket(control::process_environment());
}

}  // namespace

Result<Options> read_options(int count, const char* const* words) {
  const Result<Given> given = take_apart({words + 1, static_cast<std::size_t>(std::max(count, 1) - 1)});
  if (!given) return given.error();
  Options options;
  Values values(*given);
  std::string socket;
  values.path("socket", socket);
  options.json = values.flag("json");
  options.help = values.flag("help");
  options.version = values.flag("version");
  options.async = values.flag("async");
  options.shared = values.flag("shared");
  values.path("each-line", options.each_line);
  values.text("prefix", options.prefix);
  values.number("timeout", 1, 3'600'000, options.timeout_ms);
  values.number("limit", 1, 1'000'000'000, options.limit);
  values.number("connections", 1, 1000, options.connections);
  values.number("depth", 1, 10'000, options.depth);
  values.number("seconds", 0.01, 3600, options.seconds);
  if (!values.error.empty()) return wrong(values.error);
  options.socket = socket.empty() ? usual_socket() : std::filesystem::path(socket);
  for (const Known& one : known) {
    if (one.of_verb && values.flag(one.name)) options.given.emplace_back(one.name);
  }
  options.words = given->words;
  return options;
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
