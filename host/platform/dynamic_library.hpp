// Shared objects in this process.
#pragma once

#include <string>

#include "base/status.hpp"

namespace lodge::platform {

/// A shared object that is mapped into the process, for good: thread-locals and statics make unloading a trap.
class DynamicLibrary {
 public:
  /// Maps the file, with all its symbols resolved and none of them visible to others. Runs its constructors.
  /// FAILED_PRECONDITION with the dynamic linker's words. Thread-safe.
  [[nodiscard]] static Result<DynamicLibrary> open(const std::string& path);

  /// nullptr: it has no such symbol.
  [[nodiscard]] void* find(const char* symbol) const;

 private:
  explicit DynamicLibrary(void* handle) : handle_(handle) {}

  void* handle_;
};

}  // namespace lodge::platform
