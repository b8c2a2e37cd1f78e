#include "plugin/scan.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "base/clock.hpp"
#include "platform/process.hpp"
#include "plugin/describe_report.hpp"
#include "plugin/elf_check.hpp"

namespace lodge::plugin {

namespace {

constexpr std::string_view program_name = "lodge-describe";
constexpr std::size_t report_bytes_max = std::size_t{8} << 20;

Error misbehaved(const std::string& path, const ScanOptions& options, std::string_view what, std::string_view remedy) {
  return {Code::INVALID_ARGUMENT,
          fmt::format("{}: {} while it was loaded: a constructor or lodge_plugin_v1 does it. {}; to see it: {} {}",
                      path, what, remedy, options.describe_program, path)};
}

Result<Descriptor> judge(const std::string& path, const ScanOptions& options, const platform::ChildResult& child) {
  if (child.left_others) {
    return misbehaved(path, options, "left a process behind",
                      "What forks there forks the host; start processes in the hook `start`, by posix_spawn, and end "
                      "them in `stop`");
  }
  if (child.too_much) {
    return misbehaved(path, options, "wrote into descriptor 3 without end",
                      "A plugin writes to what it has opened itself, and in its hooks");
  }
  if (child.timed_out) {
    return misbehaved(path, options, fmt::format("hung for {} s", static_cast<double>(options.timeout_ms) / 1000),
                      "Move that work to the hooks `create` or `start`");
  }
  if (child.status.signal != 0 && child.memory_bytes_most > describe_memory_bytes_max / 2) {
    return misbehaved(path, options, fmt::format("took memory until it crashed ({})", child.status.text()),
                      fmt::format("It may take {} MiB there; take memory in the hooks `create` or `start`",
                                  describe_memory_bytes_max >> 20));
  }
  if (child.status.signal != 0) {
    return misbehaved(path, options, fmt::format("crashed ({})", child.status.text()),
                      "Mend it, or take the file out of the plugin directory");
  }
  if (!child.status.success() || child.result.empty()) {
    return misbehaved(path, options, fmt::format("ended the process (exit status {})", child.status.code),
                      "A plugin must not call exit");
  }
  Result<Descriptor> described = decode_report(child.result);
  if (!described) described.error().message = fmt::format("{}: {}", path, described.error().message);
  return described;
}

}  // namespace

std::string find_describe_program() {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::path folder = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  const fs::path beside = folder / program_name;
  if (fs::exists(beside, ignored)) return beside;
  return (folder.parent_path() / "libexec/lodge" / program_name).string();
}

Result<Descriptor> describe_file(const std::string& path, const ScanOptions& options) {
  const Result<FileImage> image = read_file_image(path);
  if (!image) return image.error();
  return describe_image(*image, options);
}

Result<Descriptor> describe_image(const FileImage& image, const ScanOptions& options) {
  const std::string& path = image.path;
  if (const Result<ElfFacts> facts = check_elf(image.content); !facts) {
    return Error{facts.error().code, fmt::format("{}: {}", path, facts.error().message)};
  }
  // A path without a slash would be looked for among the installed libraries.
  std::error_code failed;
  const std::string absolute = std::filesystem::absolute(path, failed).string();
  platform::ChildOptions child_options;
  child_options.program = options.describe_program;
  child_options.args = {absolute};
  child_options.timeout_ns = options.timeout_ms * 1'000'000;
  child_options.result_bytes_max = report_bytes_max;
  const Result<platform::ChildResult> child = platform::run_child(child_options, SystemClock());
  if (!child) {
    return Error{Code::UNAVAILABLE,
                 fmt::format("{}: {}; it is installed with the host, in libexec/lodge", path, child.error().message)};
  }
  return judge(path, options, *child);
}

}  // namespace lodge::plugin
