#include "base/directory_watch.hpp"

#include <utility>

namespace lodge {

struct DirectoryWatch::Handle {
  uv_fs_event_t watch{};
  Changed changed;

  void close() {
    changed = nullptr;
    uv_close(reinterpret_cast<uv_handle_t*>(&watch),
             [](uv_handle_t* each) { delete static_cast<Handle*>(each->data); });
  }
};

Result<std::unique_ptr<DirectoryWatch>> DirectoryWatch::open(Loop& loop, const std::string& path, Changed changed) {
  auto* const handle = new Handle;
  uv_fs_event_init(loop.raw(), &handle->watch);
  handle->watch.data = handle;
  handle->changed = std::move(changed);
  uv_unref(reinterpret_cast<uv_handle_t*>(&handle->watch));
  const auto told = [](uv_fs_event_t* watch, const char* name, int /*events*/, int /*status*/) {
    // By value: what it does may end this watch.
    const Changed tell = static_cast<Handle*>(watch->data)->changed;
    if (tell) tell(name != nullptr ? name : std::string_view{});
  };
  if (const int error = uv_fs_event_start(&handle->watch, told, path.c_str(), 0); error != 0) {
    handle->close();
    return Error{error == UV_ENOENT || error == UV_ENOTDIR ? Code::NOT_FOUND : Code::RESOURCE_EXHAUSTED,
                 "cannot watch " + path + ": " + uv_strerror(error)};
  }
  return std::unique_ptr<DirectoryWatch>(new DirectoryWatch(handle));
}

DirectoryWatch::~DirectoryWatch() { handle_->close(); }

}  // namespace lodge
