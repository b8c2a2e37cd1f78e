#include "lodgectl/new_plugin.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <span>
#include <system_error>

#include "base/closest.hpp"
#include "lodgectl/templates.hpp"

namespace lodge::ctl {
namespace {

namespace fs = std::filesystem;

/// Targets that CMake or its generators make themselves.
constexpr std::string_view names_of_cmake[] = {"all",
                                               "cache",
                                               "clean",
                                               "codegen",
                                               "depend",
                                               "edit_cache",
                                               "experimental",
                                               "continuous",
                                               "help",
                                               "install",
                                               "list_install_components",
                                               "nightly",
                                               "package",
                                               "package_source",
                                               "preinstall",
                                               "rebuild_cache",
                                               "test",
                                               "uninstall"};
constexpr std::string_view names_of_host[] = {"base", "control", "lodge"};

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_name(std::string_view name) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; };
  return !name.empty() && name.size() <= 64 && name.front() >= 'a' && name.front() <= 'z' &&
         std::all_of(name.begin(), name.end(), fits);
}

/// How people write the languages, and what they are called here.
struct Spelling {
  std::string_view word;
  std::string_view lang;
};
constexpr Spelling spellings[] = {{"c", "c"},   {"cpp", "cpp"}, {"c++", "cpp"},       {"cxx", "cpp"},  {"cc", "cpp"},
                                  {"c99", "c"}, {"c11", "c"},   {"cplusplus", "cpp"}, {"c++20", "cpp"}};

/// Quoted for a shell where it has to be.
std::string shell_word(const std::string& text) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+=:@%";
  if (!text.empty() && text.find_first_not_of(plain) == std::string::npos) return text;
  std::string out = "'";
  for (const char letter : text) out += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
  return out + "'";
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

std::string filled(const NewPlugin& plugin, std::string_view given) {
  std::string text(given);
  replace_all(text, "@NAME@", plugin.name);
  replace_all(text, "@LANG@", plugin.lang);
  replace_all(text, "@BUILD@", plugin.build);
  return text;
}

std::string file_name(const NewPlugin& plugin, std::string_view given) {
  constexpr std::string_view stands_for = "plugin";
  return given.starts_with(stands_for) ? plugin.name + std::string(given.substr(stands_for.size()))
                                       : std::string(given);
}

Code code_of(const std::error_code& why) {
  const bool forbidden = why == std::errc::permission_denied || why == std::errc::operation_not_permitted ||
                         why == std::errc::read_only_file_system;
  return forbidden ? Code::PERMISSION_DENIED : Code::RESOURCE_EXHAUSTED;
}

Status write_file(const fs::path& path, const std::string& text) {
  errno = 0;
  std::ofstream file(path);
  if ((file << text).flush()) return {};
  // Nothing stands between this and the system call that failed.
  const std::error_code why(errno == 0 ? EIO : errno, std::generic_category());
  return Error{code_of(why), "cannot write " + path.string() + ": " + why.message()};
}

Status make_folder(const fs::path& folder) {
  std::error_code failed;
  const bool there = fs::exists(fs::symlink_status(folder, failed));
  if (!there && fs::create_directory(folder, failed)) return {};
  if (there || !failed) {
    return Error{Code::ALREADY_EXISTS, "cannot make the folder " + folder.string() +
                                           ": it is there already; choose another name, or remove it"};
  }
  return Error{code_of(failed), "cannot make the folder " + folder.string() + ": " + failed.message() +
                                    "; run it in a folder of your own, with room on its disk"};
}

}  // namespace

Status check_new_name(std::string_view name) {
  const std::string shown = "`" + std::string(name) + "`";
  if (!is_name(name)) {
    return Error{Code::INVALID_ARGUMENT,
                 shown + " is no name for a plugin: [a-z][a-z0-9_-]*, at most 64 bytes, as in `word_count`"};
  }
  const bool of_cmake = is_one_of(name, names_of_cmake);
  if (!of_cmake && !is_one_of(name, names_of_host)) return {};
  return Error{
      Code::INVALID_ARGUMENT,
      shown + (of_cmake ? " is a target that CMake keeps for itself" : " is what the host calls something of its own") +
          "; choose another name, as in `my_" + std::string(name) + "`"};
}

Status check_new_lang(std::string_view lang) {
  if (lang == "c" || lang == "cpp") return {};
  std::vector<std::string_view> words;
  for (const Spelling& each : spellings) words.push_back(each.word);
  const std::string_view near = closest(lang, words);
  std::string question;
  for (const Spelling& each : spellings) {
    if (each.word == lang || each.word == near) question = "; did you mean `" + std::string(each.lang) + "`?";
    if (each.word == lang) break;
  }
  return Error{Code::INVALID_ARGUMENT, "no language `" + std::string(lang) + "`" + question + " (there are: c, cpp)"};
}

bool holds_sdk(const fs::path& prefix) {
  constexpr std::string_view config = "cmake/lodge/lodge-config.cmake";
  std::error_code none;
  for (const std::string_view lib : {"lib", "lib64", "share"}) {
    if (fs::exists(prefix / lib / config, none)) return true;
  }
  // Debian's lib/x86_64-linux-gnu.
  fs::directory_iterator at(prefix / "lib", none);
  for (const fs::directory_iterator end; !none && at != end; at.increment(none)) {
    if (std::error_code ignored; fs::exists(at->path() / config, ignored)) return true;
  }
  return false;
}

fs::path find_sdk(const fs::path& program, const fs::path& home) {
  if (fs::path own = program.parent_path().parent_path(); !own.empty() && holds_sdk(own)) return own;
  if (fs::path local = home / ".local"; !home.empty() && holds_sdk(local)) return local;
  return {};
}

std::string build_command(const fs::path& prefix) {
  const bool found_alone = prefix.empty() || prefix == "/usr" || prefix == "/usr/local";
  return "cmake -B build" + (found_alone ? "" : " -DCMAKE_PREFIX_PATH=" + shell_word(prefix.string())) +
         " && cmake --build build && ctest --test-dir build --output-on-failure";
}

Result<std::vector<std::string>> write_plugin(const NewPlugin& plugin, const fs::path& into) {
  const fs::path folder = into / plugin.name;
  if (Status made = make_folder(folder); !made) return std::move(made).error();
  std::vector<std::string> files;
  for (const Template& each : templates()) {
    if (each.lang != plugin.lang && each.lang != "both") continue;
    const std::string& file = files.emplace_back(file_name(plugin, each.file));
    Status written = write_file(folder / file, filled(plugin, each.text));
    if (written) continue;
    Error error = std::move(written).error();
    std::error_code left;
    fs::remove_all(folder, left);
    error.message += left ? "; what was written is left in " + folder.string() + ": " + left.message()
                          : "; make room or choose another place, and try again: nothing was left behind";
    return error;
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace lodge::ctl
