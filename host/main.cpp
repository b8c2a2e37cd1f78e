// lodged: the host process.
#include <lodge/descriptor.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
// Commas belong to the words that people type, [1,2] and a = ["b", "c"]; NUL is in none.
#define CXXOPTS_VECTOR_DELIMITER '\0'
#include <cxxopts.hpp>
#include <exception>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "base/counted.hpp"
#include "base/log.hpp"
#include "base/log_ring.hpp"
#include "control/config_file.hpp"
#include "control/host.hpp"
#include "platform/crash_line.hpp"
#include "plugin/crash_context.hpp"

namespace {

using lodge::control::ExitCode;
using lodge::control::status_of;

/// Each finding under the program's name; lines that belong to the one above are indented, and stay as they are.
int complain(ExitCode exit, const std::string& message) {
  std::istringstream lines(message);
  for (std::string line; std::getline(lines, line);) {
    std::fprintf(stderr, "%s%s\n", line.starts_with(' ') ? "" : "lodged: ", line.c_str());
  }
  return status_of(exit);
}

cxxopts::Options command_line() {
  cxxopts::Options options("lodged", "lodged: runs services from plugins.\n");
  options.add_options()                                                                                               //
      ("c,config", "the configuration file; without it, defaults", cxxopts::value<std::string>(), "FILE")             //
      ("set", "override one value of it, again and again", cxxopts::value<std::vector<std::string>>(), "PATH=VALUE")  //
      ("check", "tell whether the configuration is good, and do not run")                                             //
      ("version", "show the version")                                                                                 //
      ("h,help", "show this");
  return options;
}

// The only randomness there is: below this file all is a function of what it is given.
std::uint64_t random_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

void configure_log(const lodge::control::LogSection& section) {
  const bool human = section.format == lodge::control::LogFormat::human ||
                     (section.format == lodge::control::LogFormat::automatic && isatty(STDERR_FILENO) == 1);
  lodge::log::configure(human ? lodge::log::Format::human : lodge::log::Format::json, section.level);
  lodge::log::ring().set_bytes_max(section.kept_bytes_max);
  for (const auto& [module, level] : section.modules) lodge::log::set_level(module, level);
}

int run(const lodge::control::ConfigOutcome& outcome, const lodge::control::ConfigSource& source, bool only_check) {
  const lodge::control::HostConfig& config = outcome.config;
  if (!outcome.services_known) return complain(ExitCode::config, lodge::control::report_of(outcome.problems));
  configure_log(config.log);
  // Never destroyed: a thread that a plugin has left behind may come with its host pointer until the process ends.
  static lodge::control::Host& host =
      *new lodge::control::Host(config, source, lodge::HashSeed{random_seed()}, random_seed());
  // With problems there is nothing to run, but more to find.
  const auto failure = only_check || !outcome.problems.empty() ? host.check(outcome.problems) : host.run();
  if (failure) return complain(failure->exit, failure->message);
  if (only_check) {
    std::printf("lodged: the configuration is good (%s)\n", lodge::counted(config.services.size(), "service").c_str());
  }
  return status_of(ExitCode::ok);
}

int main_with(int argc, const char* const* argv) {
  cxxopts::Options options = command_line();
  const cxxopts::ParseResult given = options.parse(argc, argv);
  if (given.count("help") > 0) {
    std::printf("%s", options.help().c_str());
    return status_of(ExitCode::ok);
  }
  if (given.count("version") > 0) {
    std::printf("lodged %s\n", LODGE_SDK_VERSION);
    return status_of(ExitCode::ok);
  }
  if (!given.unmatched().empty()) {
    return complain(ExitCode::usage, "unknown argument " + given.unmatched().front() + "; see lodged --help");
  }
  lodge::control::ConfigSource source{
      .file = std::nullopt, .overrides = {}, .environment = lodge::control::process_environment()};
  if (given.count("config") > 0) source.file = given["config"].as<std::string>();
  if (given.count("set") > 0) source.overrides = given["set"].as<std::vector<std::string>>();
  const lodge::Result<lodge::control::ConfigOutcome> outcome = lodge::control::read_config_with_problems(source);
  if (!outcome) {
    return complain(lodge::control::exit_code_of_config_error(outcome.error().code), outcome.error().message);
  }
  return run(*outcome, source, given.count("check") > 0);
}

// Ends the process the way it wants to end. Whoever else ends it by exit() is plugin code, which would look like an
// orderly stop: that is a crash, and named as one.
std::atomic<bool> orderly{false};

void refuse_exit() {
  if (!orderly.load()) lodge::platform::crash_with_line("plugin code called exit");
}

int guarded_main(int argc, char** argv) {
  // A peer that has gone is noticed by the write that fails.
  std::signal(SIGPIPE, SIG_IGN);
  // So is a limit on the size of files.
  std::signal(SIGXFSZ, SIG_IGN);
  lodge::platform::install_crash_line(lodge::plugin::describe_crash);
  try {
    return main_with(argc, argv);
  } catch (const cxxopts::exceptions::exception& error) {
    return complain(ExitCode::usage, std::string(error.what()) + "; see lodged --help");
  } catch (const std::exception& error) {
    return complain(ExitCode::os_error, error.what());
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::atexit(refuse_exit);
  const int status = guarded_main(argc, argv);
  orderly.store(true);
  return status;
}
