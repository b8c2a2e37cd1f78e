// `lodgectl new`: a plugin to begin with.
#include <cstdlib>

#include "lodgectl/new_plugin.hpp"
#include "lodgectl/verb.hpp"
#include "platform/executable_path.hpp"

namespace lodge::ctl {
namespace {

namespace fs = std::filesystem;
using wire::Value;

/// That of --sdk, or the one that is found. INVALID_ARGUMENT: --sdk names a folder that holds none.
Result<fs::path> sdk_prefix(const std::string& given) {
  if (given.empty()) {
    const auto self = platform::executable_path();
    const char* const home = std::getenv("HOME");  // NOLINT(concurrency-mt-unsafe): there are no threads
    return find_sdk(self ? *self : fs::path(), home == nullptr ? "" : home);
  }
  std::error_code failed;
  const fs::path prefix = fs::absolute(given, failed).lexically_normal();
  if (!failed && holds_sdk(prefix)) return prefix;
  return Error{Code::INVALID_ARGUMENT, "--sdk: no SDK is installed in " + given +
                                           "; it is the folder above include/lodge and lib/cmake/lodge, which `cmake "
                                           "--install BUILD --prefix DIR` makes of DIR"};
}

void print_new(Output& output, const NewPlugin& plugin, const std::vector<std::string>& files) {
  const std::string command = "cd " + plugin.name + " && " + plugin.build;
  if (!output.json()) return output.line(command);
  output.value(Value::map({{"name", plugin.name},
                           {"lang", plugin.lang},
                           {"files", Value::List(files.begin(), files.end())},
                           {"command", command}}));
}

ExitCode make_new(Session& session, const Verb& /*verb*/, Words words) {
  const Options& options = session.options();
  for (const Status& checked : {check_new_name(words[0]), check_new_lang(options.lang)}) {
    if (!checked) return session.wrong_usage(checked.error().message);
  }
  const Result<fs::path> prefix = sdk_prefix(options.sdk);
  if (!prefix) return session.wrong_usage(prefix.error().message);
  const NewPlugin plugin{.name = words[0], .lang = options.lang, .build = build_command(*prefix)};
  const auto files = write_plugin(plugin, "");
  if (!files) {
    static_cast<void>(session.failed(files.error()));
    return ExitCode::cannot_create;
  }
  print_new(session.output(), plugin, *files);
  return ExitCode::ok;
}

constexpr Verb verbs[] = {
    {"new", "NAME", "writes a plugin to begin with into the folder NAME; prints the command that builds and tests it",
     1, 1, "lang sdk", make_new},
};

}  // namespace

std::span<const Verb> new_verbs() { return verbs; }

}  // namespace lodge::ctl
