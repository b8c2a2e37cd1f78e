// Group `sdk`: what a plugin costs its author and its host. The seconds are the compiler's, on the wall.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/clock.hpp"
#include "figure.hpp"
#include "platform/process.hpp"

namespace lodge::bench {
namespace {

namespace fs = std::filesystem;

/// The standard headers that <lodge/plugin.hpp> includes: what no C++ layer over them can be cheaper than.
constexpr const char* standard_headers = R"(
#include <algorithm>
#include <array>
#include <atomic>
#include <concepts>
#include <coroutine>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <variant>
#include <vector>
)";

const fs::path greeter = fs::path(SOURCE_DIR) / "plugins/greeter/greeter.cpp";
const std::string plugin_map = std::string(SOURCE_DIR) + "/sdk/cmake/plugin.map";

void run(const std::string& program, const std::vector<std::string>& args) {
  const auto child =
      platform::run_child({.program = program, .args = args, .timeout_ns = 120'000'000'000}, SystemClock());
  if (child && child->status.success()) return;
  std::fprintf(stderr, "bench_sdk: %s failed\n%s\n", program.c_str(), child ? child->output.c_str() : "");
  std::exit(70);
}

/// Compiles as lodge_add_plugin does for a release; answers the seconds it took.
double compile_s(const fs::path& source, const fs::path& out, std::vector<std::string> more) {
  std::vector<std::string> args{"-std=c++20",
                                "-O2",
                                "-DNDEBUG",
                                "-fPIC",
                                "-fvisibility=hidden",
                                "-I" + std::string(SOURCE_DIR) + "/sdk/include",
                                source.string(),
                                "-o",
                                out.string()};
  args.insert(args.end(), more.begin(), more.end());
  const auto begin = std::chrono::steady_clock::now();
  run(COMPILER, args);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double kib(const fs::path& file) { return static_cast<double>(fs::file_size(file)) / 1024; }

/// The size of a plugin, built for release and stripped.
double stripped_kib(const fs::path& plugin, const fs::path& scratch) {
  run("/usr/bin/strip", {"-o", (scratch / "stripped.so").string(), plugin.string()});
  return kib(scratch / "stripped.so");
}

int measure(int argc, char** argv) {
  Figures figures(argc, argv);
  const fs::path scratch = fs::temp_directory_path() / ("lodge-bench-sdk-" + std::to_string(::getpid()));
  fs::create_directories(scratch);
  const fs::path standard = scratch / "standard.cpp", include = scratch / "include.cpp";
  std::ofstream(standard) << standard_headers;
  std::ofstream(include) << "#include <lodge/plugin.hpp>\n";
  const fs::path object = scratch / "object.o", library = scratch / "greeter.so";
  const Contender headers{"the standard headers it includes", [&] { return compile_s(standard, object, {"-c"}); }};
  figures.compare("sdk.include", "s", Better::less, [&] { return compile_s(include, object, {"-c"}); }, {headers});
  figures.compare("sdk.build.greeter", "s", Better::less,
                  [&] {
                    return compile_s(greeter, library, {"-shared", "-Wl,--version-script=" + plugin_map});
                  },
                  {headers});
  figures.compare("sdk.size.greeter", "KiB", Better::less, [&] { return stripped_kib(library, scratch); },
                  {{"a plugin in C (tokenizer)", [&] { return stripped_kib(TOKENIZER, scratch); }}});
  fs::remove_all(scratch);
  return 0;
}

}  // namespace
}  // namespace lodge::bench

int main(int argc, char** argv) { return lodge::bench::measure(argc, argv); }
