#include "platform/dynamic_library.hpp"

#include <dlfcn.h>

namespace lodge::platform {

Result<DynamicLibrary> DynamicLibrary::open(const std::string& path) {
  void* const handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (handle == nullptr) {
    const char* const why = dlerror();  // NOLINT(concurrency-mt-unsafe): glibc keeps it per thread
    return Error{Code::FAILED_PRECONDITION, why != nullptr ? why : path + ": not loaded"};
  }
  return DynamicLibrary(handle);
}

void* DynamicLibrary::find(const char* symbol) const { return dlsym(handle_, symbol); }

}  // namespace lodge::platform
