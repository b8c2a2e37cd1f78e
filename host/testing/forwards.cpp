#include "testing/forwards.hpp"

#include <memory>
#include <string>
#include <utility>

#include "base/bytes.hpp"

namespace lodge::testing {

namespace {

using plugin::HostContext;

template <typename Table>
const Table& real() {
  return *real_table<Table>.load();
}

std::string quoted(std::string_view text) { return "`" + std::string(text) + "`"; }

/// "10 ms", "1500 us": the largest unit that is exact.
std::string time_text(std::int64_t ns) {
  constexpr std::pair<std::int64_t, const char*> units[] = {{1'000'000'000, " s"}, {1'000'000, " ms"}, {1'000, " us"}};
  for (const auto& [size, name] : units) {
    if (ns % size == 0) return std::to_string(ns / size) + name;
  }
  return std::to_string(ns) + " ns";
}

/// Notes what `open(handle)` gave to the plugin.
template <typename Open>
std::int32_t open_noted(Holdings& holdings, const lodge_host* host, Leak::Kind kind, std::string_view interface_id,
                        std::string what, lodge_handle* handle, const Open& open) {
  const std::int32_t code = open();
  if (code != LODGE_OK) return code;
  const Holdings::Id id = holdings.opened(HostContext::from(host), kind, interface_id, std::move(what));
  holdings.known_as(id, *handle);
  return code;
}

/// A timer's function, between the host and the plugin.
struct Firing {
  Holdings& holdings;
  lodge_timer_fn fn;
  void* user;
  bool once;
  Holdings::Id id;

  static void run(void* self, lodge_handle timer) {
    // A copy: where the plugin ends its timer from within, this goes.
    const Firing firing = *static_cast<Firing*>(self);
    if (firing.once) firing.holdings.over(firing.id);
    firing.fn(firing.user, timer);
  }
};

/// Who waits for the answer to a call that was started, likewise.
struct Completion {
  Holdings& holdings;
  lodge_done_fn done;
  void* user;
  Holdings::Id id;

  static void run(void* self, std::int32_t code, std::int32_t executed, const lodge_slice* reply) {
    const Completion completion = *static_cast<Completion*>(self);
    completion.holdings.over(completion.id);
    completion.done(completion.user, code, executed, reply);
  }
};

}  // namespace

std::int32_t forward(Tag<&lodge_call_v1::resolve>, Holdings& holdings, const lodge_host* host, const char* service,
                     std::size_t service_size, const char* name, std::size_t name_size, std::uint32_t arity,
                     lodge_handle* target) {
  const std::int32_t code = real<lodge_call_v1>().resolve(host, service, service_size, name, name_size, arity, target);
  if (code == LODGE_OK) {
    holdings.name_target(
        *target, std::string(service, service_size) + "." + std::string(name, name_size) + "/" + std::to_string(arity));
  }
  return code;
}

std::int32_t forward(Tag<&lodge_call_v1::start>, Holdings& holdings, const lodge_host* host, lodge_handle target,
                     const std::uint8_t* args, std::size_t args_size, const lodge_call_options* options,
                     lodge_done_fn done, void* user, lodge_handle* pending) {
  if (done == nullptr) {
    return real<lodge_call_v1>().start(host, target, args, args_size, options, done, user, pending);
  }
  const auto completion = std::make_shared<Completion>(Completion{holdings, done, user, 0});
  completion->id =
      holdings.opened(HostContext::from(host), Leak::Kind::call, LODGE_CALL_V1,
                      "a call that it had started unanswered: " + holdings.target_name(target), completion);
  const std::int32_t code =
      real<lodge_call_v1>().start(host, target, args, args_size, options, &Completion::run, completion.get(), pending);
  if (code != LODGE_OK) holdings.over(completion->id);
  return code;
}

std::int32_t forward(Tag<&lodge_call_v1::defer>, Holdings& holdings, const lodge_host* host, const lodge_call* call,
                     lodge_handle* ticket) {
  const std::int32_t code = real<lodge_call_v1>().defer(host, call, ticket);
  // Only now is it known that `call` is what it seems to be.
  if (code != LODGE_OK) return code;
  const Holdings::Id id = holdings.opened(HostContext::from(host), Leak::Kind::ticket, LODGE_CALL_V1,
                                          std::string(text_of(call->name)) + "/" + std::to_string(call->arity) +
                                              " without an answer: its ticket was never completed");
  holdings.known_as(id, *ticket);
  return code;
}

std::int32_t forward(Tag<&lodge_call_v1::complete>, Holdings& holdings, const lodge_host* host, lodge_handle ticket,
                     std::int32_t verdict, const std::uint8_t* data, std::size_t size) {
  const std::int32_t code = real<lodge_call_v1>().complete(host, ticket, verdict, data, size);
  // A ticket that came too late was not forgotten; after an impossible answer it lives on.
  if (code == LODGE_OK || code == LODGE_STALE) {
    holdings.over(HostContext::from(host), Leak::Kind::ticket, LODGE_CALL_V1, ticket);
  }
  return code;
}

std::int32_t forward(Tag<&lodge_timer_v1::start>, Holdings& holdings, const lodge_host* host, std::int64_t delay_ns,
                     std::int64_t period_ns, lodge_timer_fn fn, void* user, lodge_handle* timer) {
  if (fn == nullptr) return real<lodge_timer_v1>().start(host, delay_ns, period_ns, fn, user, timer);
  const auto firing = std::make_shared<Firing>(Firing{holdings, fn, user, period_ns == 0, 0});
  const std::string what =
      period_ns == 0 ? "a timer that had yet to fire" : "a timer running, every " + time_text(period_ns);
  firing->id = holdings.opened(HostContext::from(host), Leak::Kind::timer, LODGE_TIMER_V1, what, firing);
  const std::int32_t code = real<lodge_timer_v1>().start(host, delay_ns, period_ns, &Firing::run, firing.get(), timer);
  if (code == LODGE_OK) {
    holdings.known_as(firing->id, *timer);
  } else {
    holdings.over(firing->id);
  }
  return code;
}

std::int32_t forward(Tag<&lodge_timer_v1::cancel>, Holdings& holdings, const lodge_host* host, lodge_handle timer) {
  const std::int32_t code = real<lodge_timer_v1>().cancel(host, timer);
  holdings.over(HostContext::from(host), Leak::Kind::timer, LODGE_TIMER_V1, timer);
  return code;
}

std::int32_t forward(Tag<&lodge_names_v1::open_owner>, Holdings& holdings, const lodge_host* host, const char* label,
                     std::size_t label_size, lodge_handle* owner) {
  return open_noted(holdings, host, Leak::Kind::owner, LODGE_NAMES_V1,
                    "the owner " + quoted({label, label == nullptr ? 0 : label_size}) + " of names open", owner,
                    [&] { return real<lodge_names_v1>().open_owner(host, label, label_size, owner); });
}

std::int32_t forward(Tag<&lodge_names_v1::close_owner>, Holdings& holdings, const lodge_host* host,
                     lodge_handle owner) {
  const std::int32_t code = real<lodge_names_v1>().close_owner(host, owner);
  holdings.over(HostContext::from(host), Leak::Kind::owner, LODGE_NAMES_V1, owner);
  return code;
}

std::int32_t forward(Tag<&lodge_store_v1::watch>, Holdings& holdings, const lodge_host* host, const std::uint8_t* key,
                     std::size_t key_size, std::uint32_t mode, lodge_watch_fn fn, void* user, lodge_handle* watch) {
  return open_noted(holdings, host, Leak::Kind::watch, LODGE_STORE_V1, "a watch of the store open", watch,
                    [&] { return real<lodge_store_v1>().watch(host, key, key_size, mode, fn, user, watch); });
}

std::int32_t forward(Tag<&lodge_store_v1::unwatch>, Holdings& holdings, const lodge_host* host, lodge_handle watch) {
  const std::int32_t code = real<lodge_store_v1>().unwatch(host, watch);
  holdings.over(HostContext::from(host), Leak::Kind::watch, LODGE_STORE_V1, watch);
  return code;
}

std::int32_t forward(Tag<&lodge_names_v1::watch>, Holdings& holdings, const lodge_host* host, std::uint32_t shared,
                     const std::uint8_t* name, std::size_t name_size, std::uint32_t mode, lodge_watch_fn fn, void* user,
                     lodge_handle* watch) {
  return open_noted(holdings, host, Leak::Kind::watch, LODGE_NAMES_V1, "a watch of names open", watch,
                    [&] { return real<lodge_names_v1>().watch(host, shared, name, name_size, mode, fn, user, watch); });
}

std::int32_t forward(Tag<&lodge_names_v1::unwatch>, Holdings& holdings, const lodge_host* host, lodge_handle watch) {
  const std::int32_t code = real<lodge_names_v1>().unwatch(host, watch);
  holdings.over(HostContext::from(host), Leak::Kind::watch, LODGE_NAMES_V1, watch);
  return code;
}

std::int32_t forward(Tag<&lodge_config_v1::watch>, Holdings& holdings, const lodge_host* host, const char* domain,
                     std::size_t domain_size, const std::uint8_t* key, std::size_t key_size, std::uint32_t mode,
                     lodge_watch_fn fn, void* user, lodge_handle* watch) {
  return open_noted(
      holdings, host, Leak::Kind::watch, LODGE_CONFIG_V1, "a watch of node configuration open", watch,
      [&] { return real<lodge_config_v1>().watch(host, domain, domain_size, key, key_size, mode, fn, user, watch); });
}

std::int32_t forward(Tag<&lodge_config_v1::unwatch>, Holdings& holdings, const lodge_host* host, lodge_handle watch) {
  const std::int32_t code = real<lodge_config_v1>().unwatch(host, watch);
  holdings.over(HostContext::from(host), Leak::Kind::watch, LODGE_CONFIG_V1, watch);
  return code;
}

std::int32_t forward(Tag<&lodge_service_v1::watch>, Holdings& holdings, const lodge_host* host, const char* name,
                     std::size_t name_size, lodge_service_watch_fn fn, void* user, lodge_handle* watch) {
  return open_noted(holdings, host, Leak::Kind::watch, LODGE_SERVICE_V1, "a watch of services open", watch,
                    [&] { return real<lodge_service_v1>().watch(host, name, name_size, fn, user, watch); });
}

std::int32_t forward(Tag<&lodge_service_v1::unwatch>, Holdings& holdings, const lodge_host* host, lodge_handle watch) {
  const std::int32_t code = real<lodge_service_v1>().unwatch(host, watch);
  holdings.over(HostContext::from(host), Leak::Kind::watch, LODGE_SERVICE_V1, watch);
  return code;
}

std::int32_t forward(Tag<&lodge_trace_v1::begin>, Holdings& holdings, const lodge_host* host,
                     const lodge_span_parent* parent, const char* name, std::size_t name_size, lodge_handle* span,
                     lodge_trace* context) {
  const std::int32_t code = real<lodge_trace_v1>().begin(host, parent, name, name_size, span, context);
  // Where nobody keeps it there is nothing to end.
  if (code != LODGE_OK || *span == 0) return code;
  const Holdings::Id id = holdings.opened(HostContext::from(host), Leak::Kind::span, LODGE_TRACE_V1,
                                          "the span " + quoted({name, name_size}) + " open");
  holdings.known_as(id, *span);
  return code;
}

std::int32_t forward(Tag<&lodge_trace_v1::end>, Holdings& holdings, const lodge_host* host, lodge_handle span,
                     std::int32_t code, const char* text, std::size_t text_size) {
  const std::int32_t ended = real<lodge_trace_v1>().end(host, span, code, text, text_size);
  holdings.over(HostContext::from(host), Leak::Kind::span, LODGE_TRACE_V1, span);
  return ended;
}

std::int32_t forward(Tag<&lodge_trace_v1::discard>, Holdings& holdings, const lodge_host* host, lodge_handle span) {
  const std::int32_t code = real<lodge_trace_v1>().discard(host, span);
  holdings.over(HostContext::from(host), Leak::Kind::span, LODGE_TRACE_V1, span);
  return code;
}

}  // namespace lodge::testing
