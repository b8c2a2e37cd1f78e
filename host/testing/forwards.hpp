// From an intercepted function to the real one. Most are just called; where a plugin comes to hold something of the
// host's, or lets go of it, that is noted.
#pragma once

#include <lodge/lodge.h>

#include <atomic>
#include <cstdint>
#include <string_view>

#include "testing/holdings.hpp"

namespace lodge::testing {

/// An interface's id, and its real table: the same one in every host of this process.
template <typename Table>
inline constexpr std::string_view interface_of;
template <typename Table>
inline std::atomic<const Table*> real_table{nullptr};

/// A function's name, as its table has it.
template <auto member>
inline constexpr std::string_view name_of;

/// One function of a table.
template <auto member>
struct Tag {};

template <typename Table, typename R, typename... Args, R (*Table::*member)(const lodge_host*, Args...)>
R forward(Tag<member>, Holdings&, const lodge_host* host, Args... args) {
  return (real_table<Table>.load()->*member)(host, args...);
}

std::int32_t forward(Tag<&lodge_call_v1::resolve>, Holdings& holdings, const lodge_host* host, const char* service,
                     std::size_t service_size, const char* name, std::size_t name_size, std::uint32_t arity,
                     lodge_handle* target);
std::int32_t forward(Tag<&lodge_call_v1::start>, Holdings& holdings, const lodge_host* host, lodge_handle target,
                     const std::uint8_t* args, std::size_t args_size, const lodge_call_options* options,
                     lodge_done_fn done, void* user, lodge_handle* pending);
std::int32_t forward(Tag<&lodge_call_v1::defer>, Holdings& holdings, const lodge_host* host, const lodge_call* call,
                     lodge_handle* ticket);
std::int32_t forward(Tag<&lodge_call_v1::complete>, Holdings& holdings, const lodge_host* host, lodge_handle ticket,
                     std::int32_t verdict, const std::uint8_t* data, std::size_t size);
std::int32_t forward(Tag<&lodge_timer_v1::start>, Holdings& holdings, const lodge_host* host, std::int64_t delay_ns,
                     std::int64_t period_ns, lodge_timer_fn fn, void* user, lodge_handle* timer);
std::int32_t forward(Tag<&lodge_timer_v1::cancel>, Holdings& holdings, const lodge_host* host, lodge_handle timer);
std::int32_t forward(Tag<&lodge_names_v1::open_owner>, Holdings& holdings, const lodge_host* host, const char* label,
                     std::size_t label_size, lodge_handle* owner);
std::int32_t forward(Tag<&lodge_names_v1::close_owner>, Holdings& holdings, const lodge_host* host, lodge_handle owner);
std::int32_t forward(Tag<&lodge_store_v1::watch>, Holdings& holdings, const lodge_host* host, const std::uint8_t* key,
                     std::size_t key_size, std::uint32_t mode, lodge_watch_fn fn, void* user, lodge_handle* watch);
std::int32_t forward(Tag<&lodge_store_v1::unwatch>, Holdings& holdings, const lodge_host* host, lodge_handle watch);
std::int32_t forward(Tag<&lodge_names_v1::watch>, Holdings& holdings, const lodge_host* host, std::uint32_t shared,
                     const std::uint8_t* name, std::size_t name_size, std::uint32_t mode, lodge_watch_fn fn, void* user,
                     lodge_handle* watch);
std::int32_t forward(Tag<&lodge_names_v1::unwatch>, Holdings& holdings, const lodge_host* host, lodge_handle watch);
std::int32_t forward(Tag<&lodge_config_v1::watch>, Holdings& holdings, const lodge_host* host, const char* domain,
                     std::size_t domain_size, const std::uint8_t* key, std::size_t key_size, std::uint32_t mode,
                     lodge_watch_fn fn, void* user, lodge_handle* watch);
std::int32_t forward(Tag<&lodge_config_v1::unwatch>, Holdings& holdings, const lodge_host* host, lodge_handle watch);
std::int32_t forward(Tag<&lodge_service_v1::watch>, Holdings& holdings, const lodge_host* host, const char* name,
                     std::size_t name_size, lodge_service_watch_fn fn, void* user, lodge_handle* watch);
std::int32_t forward(Tag<&lodge_service_v1::unwatch>, Holdings& holdings, const lodge_host* host, lodge_handle watch);
std::int32_t forward(Tag<&lodge_trace_v1::begin>, Holdings& holdings, const lodge_host* host,
                     const lodge_span_parent* parent, const char* name, std::size_t name_size, lodge_handle* span,
                     lodge_trace* context);
std::int32_t forward(Tag<&lodge_trace_v1::end>, Holdings& holdings, const lodge_host* host, lodge_handle span,
                     std::int32_t code, const char* text, std::size_t text_size);
std::int32_t forward(Tag<&lodge_trace_v1::discard>, Holdings& holdings, const lodge_host* host, lodge_handle span);

#define LODGE_TESTING_FUNCTION(table, function) \
  template <>                                   \
  inline constexpr std::string_view name_of<&table::function> = #function;

template <>
inline constexpr std::string_view interface_of<lodge_call_v1> = LODGE_CALL_V1;
LODGE_TESTING_FUNCTION(lodge_call_v1, resolve)
LODGE_TESTING_FUNCTION(lodge_call_v1, call)
LODGE_TESTING_FUNCTION(lodge_call_v1, start)
LODGE_TESTING_FUNCTION(lodge_call_v1, cancel)
LODGE_TESTING_FUNCTION(lodge_call_v1, defer)
LODGE_TESTING_FUNCTION(lodge_call_v1, complete)
LODGE_TESTING_FUNCTION(lodge_call_v1, awaited)
LODGE_TESTING_FUNCTION(lodge_call_v1, ticket_awaited)

template <>
inline constexpr std::string_view interface_of<lodge_child_v1> = LODGE_CHILD_V1;
LODGE_TESTING_FUNCTION(lodge_child_v1, start)
LODGE_TESTING_FUNCTION(lodge_child_v1, stop)
LODGE_TESTING_FUNCTION(lodge_child_v1, exit)
LODGE_TESTING_FUNCTION(lodge_child_v1, supervise)
LODGE_TESTING_FUNCTION(lodge_child_v1, list)

template <>
inline constexpr std::string_view interface_of<lodge_service_v1> = LODGE_SERVICE_V1;
LODGE_TESTING_FUNCTION(lodge_service_v1, status)
LODGE_TESTING_FUNCTION(lodge_service_v1, info)
LODGE_TESTING_FUNCTION(lodge_service_v1, want)
LODGE_TESTING_FUNCTION(lodge_service_v1, change)
LODGE_TESTING_FUNCTION(lodge_service_v1, create)
LODGE_TESTING_FUNCTION(lodge_service_v1, remove)
LODGE_TESTING_FUNCTION(lodge_service_v1, fail)
LODGE_TESTING_FUNCTION(lodge_service_v1, watch)
LODGE_TESTING_FUNCTION(lodge_service_v1, unwatch)

template <>
inline constexpr std::string_view interface_of<lodge_store_v1> = LODGE_STORE_V1;
LODGE_TESTING_FUNCTION(lodge_store_v1, get)
LODGE_TESTING_FUNCTION(lodge_store_v1, put)
LODGE_TESTING_FUNCTION(lodge_store_v1, put_new)
LODGE_TESTING_FUNCTION(lodge_store_v1, remove)
LODGE_TESTING_FUNCTION(lodge_store_v1, take)
LODGE_TESTING_FUNCTION(lodge_store_v1, compare_and_put)
LODGE_TESTING_FUNCTION(lodge_store_v1, increment)
LODGE_TESTING_FUNCTION(lodge_store_v1, append)
LODGE_TESTING_FUNCTION(lodge_store_v1, update)
LODGE_TESTING_FUNCTION(lodge_store_v1, scan)
LODGE_TESTING_FUNCTION(lodge_store_v1, size)
LODGE_TESTING_FUNCTION(lodge_store_v1, watch)
LODGE_TESTING_FUNCTION(lodge_store_v1, unwatch)

template <>
inline constexpr std::string_view interface_of<lodge_names_v1> = LODGE_NAMES_V1;
LODGE_TESTING_FUNCTION(lodge_names_v1, open_owner)
LODGE_TESTING_FUNCTION(lodge_names_v1, close_owner)
LODGE_TESTING_FUNCTION(lodge_names_v1, register_name)
LODGE_TESTING_FUNCTION(lodge_names_v1, unregister)
LODGE_TESTING_FUNCTION(lodge_names_v1, whereis)
LODGE_TESTING_FUNCTION(lodge_names_v1, store)
LODGE_TESTING_FUNCTION(lodge_names_v1, unstore)
LODGE_TESTING_FUNCTION(lodge_names_v1, values)
LODGE_TESTING_FUNCTION(lodge_names_v1, count)
LODGE_TESTING_FUNCTION(lodge_names_v1, send)
LODGE_TESTING_FUNCTION(lodge_names_v1, watch)
LODGE_TESTING_FUNCTION(lodge_names_v1, unwatch)

template <>
inline constexpr std::string_view interface_of<lodge_config_v1> = LODGE_CONFIG_V1;
LODGE_TESTING_FUNCTION(lodge_config_v1, own)
LODGE_TESTING_FUNCTION(lodge_config_v1, get)
LODGE_TESTING_FUNCTION(lodge_config_v1, put)
LODGE_TESTING_FUNCTION(lodge_config_v1, put_new)
LODGE_TESTING_FUNCTION(lodge_config_v1, remove)
LODGE_TESTING_FUNCTION(lodge_config_v1, increment)
LODGE_TESTING_FUNCTION(lodge_config_v1, add)
LODGE_TESTING_FUNCTION(lodge_config_v1, update)
LODGE_TESTING_FUNCTION(lodge_config_v1, scan)
LODGE_TESTING_FUNCTION(lodge_config_v1, watch)
LODGE_TESTING_FUNCTION(lodge_config_v1, unwatch)

template <>
inline constexpr std::string_view interface_of<lodge_log_v1> = LODGE_LOG_V1;
LODGE_TESTING_FUNCTION(lodge_log_v1, enabled)
LODGE_TESTING_FUNCTION(lodge_log_v1, write)

template <>
inline constexpr std::string_view interface_of<lodge_timer_v1> = LODGE_TIMER_V1;
LODGE_TESTING_FUNCTION(lodge_timer_v1, now)
LODGE_TESTING_FUNCTION(lodge_timer_v1, wall)
LODGE_TESTING_FUNCTION(lodge_timer_v1, start)
LODGE_TESTING_FUNCTION(lodge_timer_v1, cancel)

template <>
inline constexpr std::string_view interface_of<lodge_metric_v1> = LODGE_METRIC_V1;
LODGE_TESTING_FUNCTION(lodge_metric_v1, open)
LODGE_TESTING_FUNCTION(lodge_metric_v1, add)
LODGE_TESTING_FUNCTION(lodge_metric_v1, set)
LODGE_TESTING_FUNCTION(lodge_metric_v1, observe)

template <>
inline constexpr std::string_view interface_of<lodge_trace_v1> = LODGE_TRACE_V1;
LODGE_TESTING_FUNCTION(lodge_trace_v1, wanted)
LODGE_TESTING_FUNCTION(lodge_trace_v1, begin)
LODGE_TESTING_FUNCTION(lodge_trace_v1, set)
LODGE_TESTING_FUNCTION(lodge_trace_v1, event)
LODGE_TESTING_FUNCTION(lodge_trace_v1, end)
LODGE_TESTING_FUNCTION(lodge_trace_v1, discard)
LODGE_TESTING_FUNCTION(lodge_trace_v1, listened)
LODGE_TESTING_FUNCTION(lodge_trace_v1, tell)

#undef LODGE_TESTING_FUNCTION

}  // namespace lodge::testing
