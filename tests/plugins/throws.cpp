// C++ without the SDK's trampolines: exceptions that leave the plugin.
#include <lodge/lodge.h>

#include <stdexcept>
#include <thread>

namespace {

[[noreturn]] void fail() { throw std::runtime_error("thrown across the border"); }

template <typename Table>
const Table& table(void* self, std::string_view id) {
  const auto* host = static_cast<const lodge_host*>(self);
  return *static_cast<const Table*>(host->query(host, id.data(), id.size()));
}
const lodge_host* host_of(void* self) { return static_cast<const lodge_host*>(self); }

std::int32_t plain(void*, const lodge_call*, lodge_writer*) { fail(); }

std::int32_t in_timer(void* self, const lodge_call*, lodge_writer*) {
  lodge_handle timer = 0;
  const auto fire = [](void*, lodge_handle) { fail(); };
  return table<lodge_timer_v1>(self, LODGE_TIMER_V1).start(host_of(self), 0, 0, fire, nullptr, &timer);
}

std::int32_t in_watch(void* self, const lodge_call*, lodge_writer*) {
  const auto& store = table<lodge_store_v1>(self, LODGE_STORE_V1);
  lodge_handle watch = 0;
  const std::uint8_t key = 1;
  const auto told = [](void*, const lodge_watch_event*) { fail(); };
  (void)store.watch(host_of(self), &key, 1, LODGE_WATCH_KEY, told, nullptr, &watch);
  return store.put(host_of(self), &key, 1, &key, 1, 0);
}

std::int32_t in_completion(void* self, const lodge_call*, lodge_writer*) {
  const auto& calls = table<lodge_call_v1>(self, LODGE_CALL_V1);
  lodge_handle target = 0;
  (void)calls.resolve(host_of(self), "nobody", 6, "f", 1, 0, &target);
  const auto done = [](void*, std::int32_t, std::int32_t, const lodge_slice*) { fail(); };
  return calls.start(host_of(self), target, nullptr, 0, nullptr, done, nullptr, nullptr);
}

// Through the host's own code, into a handler of the plugin's: it does not get that far.
std::int32_t in_visitor(void* self, const lodge_call*, lodge_writer*) {
  const auto& store = table<lodge_store_v1>(self, LODGE_STORE_V1);
  const std::uint8_t key = 1;
  const auto visit = [](void*, const lodge_slice*, const lodge_slice*) -> std::int32_t { fail(); };
  (void)store.put(host_of(self), &key, 1, &key, 1, 0);
  try {
    return store.scan(host_of(self), nullptr, 0, visit, nullptr);
  } catch (const std::runtime_error&) {
    return LODGE_DONE;
  }
}

// The same through a call of another plugin's function.
std::int32_t in_callee(void* self, const lodge_call* call, lodge_writer* out) {
  const auto& calls = table<lodge_call_v1>(self, LODGE_CALL_V1);
  lodge_handle target = 0;
  (void)calls.resolve(host_of(self), static_cast<const char*>(call->service.data), call->service.size, "plain", 5, 0,
                      &target);
  try {
    return calls.call(host_of(self), target, nullptr, 0, nullptr, out, nullptr);
  } catch (const std::runtime_error&) {
    return LODGE_DONE;
  }
}

std::int32_t in_thread(void* self, const lodge_call*, lodge_writer*) {
  std::thread([self] {
    (void)table<lodge_timer_v1>(self, LODGE_TIMER_V1).now(host_of(self));
    fail();
  }).detach();
  return LODGE_DONE;
}

std::int32_t create(const lodge_host* host, void** self, lodge_writer*) {
  *self = const_cast<lodge_host*>(host);
  return LODGE_OK;
}

std::int32_t start(void*, lodge_writer*) {
#if defined(START_THROWS)
  fail();
#else
  return LODGE_OK;
#endif
}

constexpr lodge_callback function(const char* name, lodge_callback_fn fn, std::uint32_t flags = 0) {
  return {name, fn, 0, LODGE_FUNCTION | flags, nullptr, nullptr, "Throws"};
}

constexpr const char* needs[] = {LODGE_CALL_V1, LODGE_STORE_V1, LODGE_TIMER_V1};
constexpr lodge_callback callbacks[] = {
    function("plain", plain),         function("quick", plain, LODGE_QUICK),    function("in_timer", in_timer),
    function("in_watch", in_watch),   function("in_completion", in_completion), function("in_visitor", in_visitor),
    function("in_callee", in_callee), function("in_thread", in_thread),
};
constexpr lodge_hooks hooks{
    sizeof(lodge_hooks), create, nullptr, nullptr, start, nullptr, nullptr, nullptr, nullptr, nullptr, 0, 0};
constexpr lodge_plugin plugin{sizeof(lodge_plugin),
                              LODGE_ABI,
                              0,
                              LODGE_SDK_VERSION,
                              OWN_NAME,
                              "1.0.0",
                              "Throws what nobody can catch",
                              nullptr,
                              {},
                              {needs, std::size(needs), sizeof needs[0]},
                              {},
                              {callbacks, std::size(callbacks), sizeof callbacks[0]},
                              &hooks,
                              nullptr};

}  // namespace

const lodge_plugin* lodge_plugin_v1() { return &plugin; }
