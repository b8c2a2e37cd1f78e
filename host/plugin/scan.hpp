// Reading a plugin's descriptor without running its code in this process.
#pragma once

#include <cstdint>
#include <string>

#include "base/status.hpp"
#include "plugin/descriptor.hpp"
#include "plugin/file_image.hpp"

namespace lodge::plugin {

struct ScanOptions {
  std::string describe_program;  ///< path of lodge-describe; see `find_describe_program`
  std::int64_t timeout_ms = 5000;
};

/// What constructors and the entry of a plugin may take of memory while its descriptor is read.
constexpr std::uint64_t describe_memory_bytes_max = std::uint64_t{1} << 30;

/// Where lodge-describe lies: beside this process's program (a build tree), else in ../libexec/lodge (installed). The
/// latter where there is neither: running it will then say so.
[[nodiscard]] std::string find_describe_program();

/// The descriptor of the plugin in `path`. Loading a shared object runs its constructors, so a child process does it:
/// one that crashes, hangs, exits or takes memory without end costs an error. Does not check who owns the file. Every
/// error begins with the path and ends with a remedy. INVALID_ARGUMENT: the file is no plugin, or misbehaves while it
/// is loaded; NOT_FOUND; FAILED_PRECONDITION: a library that it needs is missing; UNAVAILABLE: the program cannot be
/// run. Blocks. Thread-safe.
[[nodiscard]] Result<Descriptor> describe_file(const std::string& path, const ScanOptions& options);

/// The same, of a file that has been read already.
[[nodiscard]] Result<Descriptor> describe_image(const FileImage& image, const ScanOptions& options);

}  // namespace lodge::plugin
