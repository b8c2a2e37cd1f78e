#include "lodgectl/options.hpp"

#include <cstdlib>
// Commas belong to the words that people type, [1,2] and a = ["b", "c"]; NUL is in none.
#define CXXOPTS_VECTOR_DELIMITER '\0'
#include <cxxopts.hpp>

#include "base/closest.hpp"
#include "control/config_file.hpp"

namespace lodge::ctl {
namespace {

// Stands before a word that is a negative number, so that cxxopts does not take it for an option.
constexpr char not_an_option = '\x01';

/// One option as cxxopts and the help know it.
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
    {"prefix", "PREFIX", "store list: only keys that begin so", true},
    {"limit", "N", "store list, names: at most so many (1000)", true},
    {"shared", "", "names: the shared ones instead of the unique ones", true},
    {"connections", "N", "bench: connections (1)", true},
    {"depth", "N", "bench: calls under way on each connection (1)", true},
    {"seconds", "S", "bench: how long (3)", true},
};

bool negative_number(std::string_view word) {
  return word.size() > 1 && word[0] == '-' && ((word[1] >= '0' && word[1] <= '9') || word[1] == '.');
}

std::vector<std::string> guarded(int count, const char* const* words) {
  std::vector<std::string> out;
  for (int at = 0; at < count; ++at) {
    const std::string word = words[at];
    out.push_back(negative_number(word) ? not_an_option + word : word);
  }
  return out;
}

cxxopts::Options parser() {
  cxxopts::Options options("lodgectl");
  auto add = options.add_options();
  for (const Known& one : known) {
    if (one.value.empty()) {
      add(std::string(one.name), "", cxxopts::value<bool>());
    } else {
      add(std::string(one.name), "", cxxopts::value<std::string>());
    }
  }
  add("words", "", cxxopts::value<std::vector<std::string>>());
  options.parse_positional({"words"});
  return options;
}

std::string wrong_option(std::string_view word) {
  std::vector<std::string_view> names;
  for (const Known& one : known) names.push_back(one.name);
  while (!word.empty() && word.front() == '-') word.remove_prefix(1);
  const std::string_view near = closest(word, names);
  return "no option `--" + std::string(word) + "`" +
         (near.empty() ? std::string() : "; did you mean `--" + std::string(near) + "`?");
}

/// Reads values out of what cxxopts found; keeps the first error.
class Values {
 public:
  explicit Values(const cxxopts::ParseResult& found) : found_(found) {}

  [[nodiscard]] bool flag(const std::string& name) const { return found_.count(name) > 0; }

  void text(const std::string& name, std::string& value) const {
    if (flag(name)) value = found_[name].as<std::string>();
  }

  template <typename Number>
  void number(const std::string& name, double least, double most, Number& value) {
    if (!flag(name)) return;
    const std::string& word = found_[name].as<std::string>();
    char* end = nullptr;
    const double read = std::strtod(word.c_str(), &end);
    const bool whole = std::is_floating_point_v<Number> || read == static_cast<double>(static_cast<std::int64_t>(read));
    if (word.empty() || *end != '\0' || !(read >= least && read <= most) || !whole) {
      error = "--" + name + ": `" + word + "` is not a number from " + plain(least) + " to " + plain(most);
    } else {
      value = static_cast<Number>(read);
    }
  }

  std::string error;

 private:
  static std::string plain(double number) {
    std::string text = std::to_string(number);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text;
  }

  const cxxopts::ParseResult& found_;
};

std::filesystem::path usual_socket() {
  const char* socket = std::getenv("LODGE_SOCKET");  // NOLINT(concurrency-mt-unsafe): there are no threads yet
  return socket != nullptr && *socket != '\0' ? std::filesystem::path(socket)
                                              : control::default_socket(control::process_environment());
}

Result<Options> options_from(const cxxopts::ParseResult& found) {
  Options options;
  Values values(found);
  std::string socket;
  values.text("socket", socket);
  options.socket = socket.empty() ? usual_socket() : std::filesystem::path(socket);
  options.json = values.flag("json");
  options.help = values.flag("help");
  options.version = values.flag("version");
  options.async = values.flag("async");
  options.shared = values.flag("shared");
  values.text("each-line", options.each_line);
  values.text("prefix", options.prefix);
  values.number("timeout", 1, 3'600'000, options.timeout_ms);
  values.number("limit", 1, 1'000'000'000, options.limit);
  values.number("connections", 1, 1000, options.connections);
  values.number("depth", 1, 10'000, options.depth);
  values.number("seconds", 0.01, 3600, options.seconds);
  if (!values.error.empty()) return Error{Code::INVALID_ARGUMENT, values.error};
  for (const Known& one : known) {
    if (one.of_verb && values.flag(std::string(one.name))) options.given.emplace_back(one.name);
  }
  if (values.flag("words")) options.words = found["words"].as<std::vector<std::string>>();
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
    return options_from(parser().parse(static_cast<int>(pointers.size()), pointers.data()));
  } catch (const cxxopts::exceptions::no_such_option& error) {
    const std::string what = error.what();  // Option ‘x’ does not exist
    const auto open = what.find("\u2018");
    const auto close = what.find("\u2019");
    if (open == std::string::npos || close == std::string::npos) return Error{Code::INVALID_ARGUMENT, what};
    return Error{Code::INVALID_ARGUMENT, wrong_option(what.substr(open + 3, close - open - 3))};
  } catch (const cxxopts::exceptions::exception& error) {
    return Error{Code::INVALID_ARGUMENT, error.what()};
  }
}

std::string options_help() {
  std::string text;
  for (const Known& one : known) {
    std::string option = "  --" + std::string(one.name);
    if (!one.value.empty()) option += " " + std::string(one.value);
    option.resize(std::max<std::size_t>(option.size() + 1, 24), ' ');
    text += option + std::string(one.help) + "\n";
  }
  return text;
}

}  // namespace lodge::ctl
