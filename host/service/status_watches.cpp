#include "service/status_watches.hpp"

#include <optional>
#include <utility>

#include "base/bytes.hpp"
#include "wire/value.hpp"

namespace lodge::service {

namespace {

using wire::Value;

// What a watch's queue holds: [running, admin, since, reason, last error].
Bytes packed(const Lifecycle::State& state) {
  return Value(Value::List{static_cast<int>(state.running), static_cast<int>(state.admin), state.since_wall_ns,
                           state.reason, state.last_error ? state.last_error->text() : ""})
      .pack();
}

void tell_of(const lodge_watch_event& event, const StatusWatches::Tell& tell) {
  if (event.what == LODGE_WATCH_LOST) return tell(nullptr);
  const Result<Value> value = Value::unpack(view_of(event.value));
  const Value::List& fields = *value.value().as_list();
  const lodge_service_status status{.struct_size = sizeof status,
                                    .name = event.key,
                                    .running = static_cast<std::uint32_t>(*fields[0].as_int()),
                                    .admin = static_cast<std::uint32_t>(*fields[1].as_int()),
                                    .since_ns = *fields[2].as_int(),
                                    .reason = slice_of(std::string_view(*fields[3].as_text())),
                                    .last_error = slice_of(std::string_view(*fields[4].as_text()))};
  tell(&status);
}

}  // namespace

lodge_service_status status_of(std::string_view name, const Lifecycle::State& state, std::string& error) {
  if (state.last_error) error = state.last_error->text();
  return {.struct_size = sizeof(lodge_service_status),
          .name = slice_of(name),
          .running = static_cast<std::uint32_t>(state.running),
          .admin = static_cast<std::uint32_t>(state.admin),
          .since_ns = state.since_wall_ns,
          .reason = slice_of(std::string_view(state.reason)),
          .last_error = slice_of(std::string_view(error))};
}

lodge_handle StatusWatches::add(std::string_view service, std::uint64_t owner, Tell tell) {
  return hub_.add(view_of(service), service.empty(), owner,
                  [tell = std::move(tell)](const lodge_watch_event& event) { tell_of(event, tell); });
}

void StatusWatches::publish(std::string_view service, const Lifecycle::State& state) {
  if (!hub_.any()) return;
  WatchHub::Wake wake;
  hub_.publish(LODGE_WATCH_PUT, view_of(service), packed(state), wake);
}

}  // namespace lodge::service
