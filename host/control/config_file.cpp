#include "control/config_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <system_error>

#include "control/config_sections.hpp"

namespace lodge::control {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t files_max = 1000;

fs::path from_environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): at start, before there are threads
  return value == nullptr ? fs::path() : fs::path(value);
}

/// The first part of the machine's name, as far as a host's name may have it.
std::string cleaned_name(std::string_view hostname) {
  std::string name;
  for (const char letter : hostname.substr(0, hostname.find('.'))) {
    const char lower = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    name += valid_host_name(std::string_view(&lower, 1)) ? lower : '-';
  }
  const auto first = name.find_first_not_of('-');
  if (first == std::string::npos) return "node";
  name = name.substr(first, std::min<std::size_t>(63, name.find_last_not_of('-') - first + 1));
  return name;
}

fs::path default_data_dir(const Environment& environment) {
  if (!environment.xdg_state_home.empty()) return environment.xdg_state_home / "lodge";
  if (environment.root || environment.home.empty()) return "/var/lib/lodge";
  return environment.home / ".local/state/lodge";
}

HostSection default_host(const Environment& environment, const fs::path& directory) {
  HostSection host;
  host.name = cleaned_name(environment.hostname);
  host.data_dir = default_data_dir(environment);
  host.socket = default_socket(environment);
  host.run_dir = host.socket.parent_path();
  std::error_code error;
  const fs::path beside = (directory / "plugins").lexically_normal();
  host.plugin_dirs.push_back(fs::is_directory(beside, error) ? beside : environment.install_plugin_dir);
  return host;
}

/// The whole of a file, or somewhat more than a configuration may have of it. Errors call it `shown`.
Result<std::string> read_text_file(const fs::path& file, const std::string& shown) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (status.type() == fs::file_type::not_found) {
    return Error{Code::NOT_FOUND, shown + ": there is no such file"};
  }
  if (fs::is_directory(status)) return Error{Code::NOT_FOUND, shown + ": is a directory, not a file"};
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    const std::string reason = std::error_code(errno, std::generic_category()).message();
    return Error{Code::PERMISSION_DENIED, shown + ": cannot be read: " + reason};
  }
  std::string text(config_bytes_max + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

/// The names of the *.toml files of a directory, in order; none: there is no such directory.
Result<std::vector<fs::path>> drop_ins(const fs::path& directory) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::directory_iterator at(directory, error);
  if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory) return files;
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (at->path().extension() != ".toml" || name.front() == '.') continue;
    files.emplace_back(name);
    if (files.size() > files_max) {
      return Error{Code::INVALID_ARGUMENT, directory.string() + ": more than " + std::to_string(files_max) + " files"};
    }
  }
  if (error) return Error{Code::PERMISSION_DENIED, directory.string() + ": cannot be read: " + error.message()};
  std::sort(files.begin(), files.end());
  return files;
}

/// The services that an earlier file has already, as problems of the later one.
void refuse_second_services(const ConfigNode& tree, const ConfigNode& update, std::vector<Problem>& problems) {
  const ConfigNode* there = tree.find("service");
  const ConfigNode* more = update.find("service");
  if (there == nullptr || more == nullptr || more->table() == nullptr || there->table() == nullptr) return;
  for (const ConfigEntry& entry : *more->table()) {
    for (const ConfigEntry& first : *there->table()) {
      if (first.key != entry.key) continue;
      problems.push_back({entry.place, "service `" + entry.key + "` is configured already at " +
                                           first.place.line_only() + "; keep one of them"});
    }
  }
}

class TreeReader {
 public:
  /// False: the file could not be read at all, which stands in `failure`.
  bool add_file(const fs::path& file, const std::string& shown, const fs::path& directory) {
    Result<std::string> toml = read_text_file(file, shown);
    if (!toml) {
      failure = toml.error();
      return false;
    }
    add_text(*toml, shown, directory);
    return true;
  }

  void add_text(const std::string& toml, const std::string& shown, const fs::path& directory) {
    ConfigNode update = parse_config_text(toml, source(shown, directory, true), problems);
    refuse_second_services(tree, update, problems);
    merge_config(tree, std::move(update));
  }

  void add_override(const std::string& text, const fs::path& directory) {
    const auto equals = text.find('=');
    const std::string path = text.substr(0, equals);
    const auto from = source("--set " + path, directory, false);
    if (equals == std::string::npos || equals == 0) {
      problems.push_back({{from, 0, 0}, "not of the form path=value, like limits.depth_max=32"});
      return;
    }
    std::vector<Problem> wrong;
    ConfigNode update = parse_config_text(text, from, wrong);
    const std::string word = text.substr(equals + 1);
    if (!wrong.empty() && word.find_first_of("'\"[]{}\n\r") == std::string::npos) {
      wrong.clear();  // a shell eats quotes: what is no value of TOML is taken as text
      update = parse_config_text(path + "='" + word + "'", from, wrong);
    }
    problems.insert(problems.end(), wrong.begin(), wrong.end());
    merge_config(tree, std::move(update));
  }

  ConfigNode tree;
  std::vector<Problem> problems;
  Error failure;

 private:
  std::shared_ptr<const ConfigText> source(std::string name, const fs::path& directory, bool lines) {
    return std::make_shared<const ConfigText>(ConfigText{std::move(name), directory, order_++, lines});
  }

  std::uint32_t order_ = 0;
};

Result<ConfigOutcome> read(const ConfigSource& source) {
  const fs::path& current = source.environment.current_dir;
  fs::path directory = current;
  TreeReader reader;
  if (source.file) {
    directory = (current / *source.file).lexically_normal().parent_path();
    if (!reader.add_file(current / *source.file, source.file->string(), directory)) return reader.failure;
    const fs::path more = directory / "lodged.d";
    const auto names = drop_ins(more);
    if (!names) return names.error();
    for (const fs::path& name : *names) {
      // Shown as the user wrote the main file, so that places in both look alike.
      const fs::path shown = source.file->parent_path() / "lodged.d" / name;
      if (!reader.add_file(more / name, shown.string(), directory)) return reader.failure;
    }
  } else if (!source.text.empty()) {
    reader.add_text(source.text, "lodged.toml", directory);
  }
  for (const std::string& text : source.overrides) reader.add_override(text, current);

  ConfigOutcome out;
  out.config.host = default_host(source.environment, directory);
  const bool all_of_the_text = reader.problems.empty();
  const bool host_known = read_sections(reader.tree, out.config, reader.problems);
  out.services_known = all_of_the_text && host_known;
  out.problems = std::move(reader.problems);
  sort_problems(out.problems);
  return out;
}

}  // namespace

fs::path default_socket(const Environment& environment) {
  if (!environment.xdg_runtime_dir.empty()) return environment.xdg_runtime_dir / "lodge/lodged.sock";
  if (environment.root) return "/run/lodge/lodged.sock";
  return default_data_dir(environment) / "lodged.sock";
}

Environment process_environment() {
  Environment environment;
  std::array<char, 256> hostname{};
  if (gethostname(hostname.data(), hostname.size() - 1) == 0) environment.hostname = hostname.data();
  environment.root = geteuid() == 0;
  environment.home = from_environment("HOME");
  environment.xdg_state_home = from_environment("XDG_STATE_HOME");
  environment.xdg_runtime_dir = from_environment("XDG_RUNTIME_DIR");
  std::error_code error;
  if (fs::path current = fs::current_path(error); !error) environment.current_dir = current;
  if (const fs::path self = fs::read_symlink("/proc/self/exe", error); !error) {
    environment.install_plugin_dir = (self.parent_path() / "../lib/lodge/plugins").lexically_normal();
  }
  return environment;
}

Result<ConfigOutcome> read_config_with_problems(const ConfigSource& source) {
  try {
    return read(source);
  } catch (const std::exception& error) {  // memory, or a path that the library cannot represent
    return Error{Code::INTERNAL, "configuration cannot be read: " + std::string(error.what())};
  }
}

Result<HostConfig> read_config(const ConfigSource& source) {
  Result<ConfigOutcome> outcome = read_config_with_problems(source);
  if (!outcome) return std::move(outcome).error();
  if (!outcome->problems.empty()) return Error{Code::INVALID_ARGUMENT, report_of(outcome->problems)};
  return std::move(outcome->config);
}

std::vector<std::string> known_config_keys() { return section_keys(); }

}  // namespace lodge::control
