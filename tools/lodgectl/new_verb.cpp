// `lodgectl new`: a plugin to begin with.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "lodgectl/templates.hpp"
#include "lodgectl/verb.hpp"
#include "platform/executable_path.hpp"

namespace lodge::ctl {
namespace {

namespace fs = std::filesystem;

bool is_name(std::string_view name) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; };
  return !name.empty() && name.size() <= 64 && name.front() >= 'a' && name.front() <= 'z' &&
         std::all_of(name.begin(), name.end(), fits);
}

/// Where the SDK lies that was installed with this program; empty: CMake finds it by itself, or is told.
std::string sdk_prefix() {
  const auto self = platform::executable_path();
  if (!self) return {};
  const fs::path prefix = self->parent_path().parent_path();
  std::error_code none;
  for (fs::recursive_directory_iterator at(prefix / "lib", none), end; !none && at != end; at.increment(none)) {
    if (at.depth() > 3) at.disable_recursion_pending();
    if (at->path().filename() == "lodge-config.cmake") return prefix.string();
  }
  return {};
}

std::string build_command() {
  const std::string prefix = sdk_prefix();
  const bool usual = prefix.empty() || prefix == "/usr" || prefix == "/usr/local";
  return "cmake -B build" + (usual ? "" : " -DCMAKE_PREFIX_PATH=" + prefix) +
         " && cmake --build build && ctest --test-dir build --output-on-failure";
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

struct NewPlugin {
  std::string name;
  std::string lang;
  std::string build;

  [[nodiscard]] std::string filled(std::string_view given) const {
    std::string text(given);
    replace_all(text, "@NAME@", name);
    replace_all(text, "@LANG@", lang);
    replace_all(text, "@BUILD@", build);
    return text;
  }
  [[nodiscard]] std::string file_name(std::string_view given) const {
    constexpr std::string_view stands_for = "plugin";
    return given.starts_with(stands_for) ? name + std::string(given.substr(stands_for.size())) : std::string(given);
  }
};

Status write_all(const NewPlugin& plugin) {
  std::error_code failed;
  if (!fs::create_directory(plugin.name, failed)) {
    const std::string why = failed ? failed.message() : "it is there already; choose another name, or remove it";
    return Error{Code::ALREADY_EXISTS, "cannot make the folder " + plugin.name + ": " + why};
  }
  for (const Template& each : templates()) {
    if (each.lang != plugin.lang && each.lang != "both") continue;
    const fs::path path = fs::path(plugin.name) / plugin.file_name(each.file);
    std::ofstream file(path);
    if (!(file << plugin.filled(each.text)).flush()) {
      return Error{Code::RESOURCE_EXHAUSTED, "cannot write " + path.string() + ": is the disk full?"};
    }
  }
  return {};
}

ExitCode make_new(Session& session, const Verb& /*verb*/, Words words) {
  constexpr std::array<std::string_view, 2> langs = {"c", "cpp"};
  const NewPlugin plugin{.name = words[0], .lang = session.options().lang, .build = build_command()};
  if (!is_name(plugin.name)) {
    return session.wrong_usage("`" + plugin.name +
                               "` is no name for a plugin: [a-z][a-z0-9_-]*, at most 64 bytes, as in `word_count`");
  }
  if (std::find(langs.begin(), langs.end(), plugin.lang) == langs.end()) {
    return session.wrong_usage("no language `" + plugin.lang + "`; there are: c, cpp");
  }
  if (Status written = write_all(plugin); !written) {
    static_cast<void>(session.failed(written.error()));
    return ExitCode::cannot_create;
  }
  session.output().line("cd " + plugin.name + " && " + plugin.build);
  return ExitCode::ok;
}

constexpr Verb verbs[] = {
    {"new", "NAME", "writes a plugin to begin with into the folder NAME; prints the command that builds and tests it",
     1, 1, "lang", make_new},
};

}  // namespace

std::span<const Verb> new_verbs() { return verbs; }

}  // namespace lodge::ctl
