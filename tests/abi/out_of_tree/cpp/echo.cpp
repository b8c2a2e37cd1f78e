// echo/1 answers its argument, and holds what an ordinary build of a C++ library would export: a template's static,
// which is a unique symbol, and inline functions.
#include <lodge/lodge.h>

#include <map>
#include <string>

namespace {

std::int32_t echo(void*, const lodge_call* call, lodge_writer* out) {
  return lodge_write(out, call->args.data, call->args.size);
}

constexpr lodge_callback callbacks[] = {{"echo", echo, 1, LODGE_FUNCTION, nullptr, nullptr, nullptr}};

}  // namespace

template <typename T>
struct Counted {
  static inline std::map<T, int> seen;
};
int count(const std::string& word) { return ++Counted<std::string>::seen[word]; }

const lodge_plugin* lodge_plugin_v1() {
  static const lodge_plugin plugin = {sizeof(lodge_plugin),
                                      LODGE_ABI,
                                      0,
                                      LODGE_SDK_VERSION,
                                      "cpp-echo",
                                      "1.0.0",
                                      "Answers its argument",
                                      nullptr,
                                      {nullptr, 0, 0},
                                      {nullptr, 0, 0},
                                      {nullptr, 0, 0},
                                      {callbacks, 1, sizeof(lodge_callback)},
                                      nullptr};
  return &plugin;
}
