// Changes in a directory, as the kernel tells of them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/loop.hpp"
#include "base/status.hpp"

namespace lodge {

/// All of it on the thread that runs the loop, or before it runs. Goes before the loop does.
class DirectoryWatch {
 public:
  /// The name of a file in the directory that has come, changed or gone; empty: which one is not known. Several changes
  /// may come as one.
  using Changed = std::function<void(std::string_view name)>;

  /// NOT_FOUND: there is no such directory. RESOURCE_EXHAUSTED: the system has no more watches.
  [[nodiscard]] static Result<std::unique_ptr<DirectoryWatch>> open(Loop& loop, const std::string& path,
                                                                    Changed changed);
  ~DirectoryWatch();
  DirectoryWatch(const DirectoryWatch&) = delete;
  DirectoryWatch& operator=(const DirectoryWatch&) = delete;

 private:
  struct Handle;
  explicit DirectoryWatch(Handle* handle) : handle_(handle) {}

  Handle* const handle_;  ///< libuv frees it, once it has closed it
};

}  // namespace lodge
