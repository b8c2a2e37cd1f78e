/* The ABI as SDK 0.1 published it, on LP64: every size, offset, signature and code. A plugin built against 0.1 carries
 * these numbers, so this file is never edited; what comes later gets a file of its own. That it compiles is the test of
 * all but the texts. */
#include <lodge/lodge.h>
#include <stdio.h>
#include <string.h>

#define SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), #type " has another size than in SDK 0.1")
#define AT(type, member, offset) \
  _Static_assert(offsetof(type, member) == (offset), #type "." #member " is elsewhere than in SDK 0.1")
#define IS(constant, number) _Static_assert((constant) == (number), #constant " is another number than in SDK 0.1")
/* The member, or the function pointer type, has exactly the type that follows. */
#define MEMBER(type, member, ...)                                            \
  _Static_assert(_Generic(((type*)0)->member, __VA_ARGS__ : 1, default : 0), \
                 #type "." #member " has another type than in SDK 0.1")
#define POINTER(type, ...) \
  _Static_assert(_Generic((type)0, __VA_ARGS__ : 1, default : 0), #type " is another type than in SDK 0.1")

/* types.h */
SIZE(lodge_handle, 8);
SIZE(lodge_slice, 16);
AT(lodge_slice, data, 0);
AT(lodge_slice, size, 8);
SIZE(lodge_writer, 32);
AT(lodge_writer, data, 0);
AT(lodge_writer, size, 8);
AT(lodge_writer, capacity, 16);
AT(lodge_writer, reserve, 24);
MEMBER(lodge_writer, reserve, int32_t (*)(struct lodge_writer*, size_t));
SIZE(lodge_list, 16);
AT(lodge_list, items, 0);
AT(lodge_list, count, 8);
AT(lodge_list, item_size, 12);
SIZE(lodge_trace, 28);
AT(lodge_trace, trace_id, 0);
AT(lodge_trace, span_id, 16);
AT(lodge_trace, flags, 24);
SIZE(lodge_host, 16);
AT(lodge_host, struct_size, 0);
AT(lodge_host, query, 8);
MEMBER(lodge_host, query, const void* (*)(const struct lodge_host*, const char*, size_t));
SIZE(lodge_call, 96);
AT(lodge_call, struct_size, 0);
AT(lodge_call, arity, 8);
AT(lodge_call, flags, 12);
AT(lodge_call, args, 16);
AT(lodge_call, deadline_ns, 32);
AT(lodge_call, service, 40);
AT(lodge_call, name, 56);
AT(lodge_call, caller, 72);
AT(lodge_call, trace, 88);

/* descriptor.h */
POINTER(lodge_callback_fn, int32_t (*)(void*, const lodge_call*, lodge_writer*));
POINTER(lodge_entry_fn, const lodge_plugin* (*)(void));
SIZE(lodge_callback, 48);
AT(lodge_callback, name, 0);
AT(lodge_callback, fn, 8);
AT(lodge_callback, arity, 16);
AT(lodge_callback, flags, 20);
AT(lodge_callback, params, 24);
AT(lodge_callback, result, 32);
AT(lodge_callback, doc, 40);
SIZE(lodge_dependency, 24);
AT(lodge_dependency, name, 0);
AT(lodge_dependency, version, 8);
AT(lodge_dependency, flags, 16);
AT(lodge_dependency, reserved, 20);
SIZE(lodge_setting, 56);
AT(lodge_setting, name, 0);
AT(lodge_setting, type, 8);
AT(lodge_setting, flags, 12);
AT(lodge_setting, default_value, 16);
AT(lodge_setting, doc, 32);
AT(lodge_setting, constraints, 40);
SIZE(lodge_hooks, 88);
AT(lodge_hooks, struct_size, 0);
AT(lodge_hooks, create, 8);
AT(lodge_hooks, destroy, 16);
AT(lodge_hooks, config, 24);
AT(lodge_hooks, start, 32);
AT(lodge_hooks, stop, 40);
AT(lodge_hooks, merge, 48);
AT(lodge_hooks, updated, 56);
AT(lodge_hooks, handover_save, 64);
AT(lodge_hooks, handover_load, 72);
AT(lodge_hooks, flags, 80);
AT(lodge_hooks, reserved, 84);
MEMBER(lodge_hooks, create, int32_t (*)(const lodge_host*, void**, lodge_writer*));
MEMBER(lodge_hooks, destroy, void (*)(void*));
MEMBER(lodge_hooks, config, int32_t (*)(void*, lodge_slice const*, lodge_writer*));
MEMBER(lodge_hooks, start, int32_t (*)(void*, lodge_writer*));
MEMBER(lodge_hooks, stop, int32_t (*)(void*, lodge_writer*));
MEMBER(lodge_hooks, merge, int32_t (*)(void*, lodge_slice const*, lodge_slice const*, lodge_writer*));
MEMBER(lodge_hooks, updated, int32_t (*)(void*, lodge_slice const*, lodge_writer*));
MEMBER(lodge_hooks, handover_save, int32_t (*)(void*, lodge_writer*));
MEMBER(lodge_hooks, handover_load, int32_t (*)(void*, lodge_slice const*, lodge_writer*));
MEMBER(lodge_hooks, flags, uint32_t);
SIZE(lodge_plugin, 136);
AT(lodge_plugin, struct_size, 0);
AT(lodge_plugin, abi, 8);
AT(lodge_plugin, flags, 12);
AT(lodge_plugin, sdk_version, 16);
AT(lodge_plugin, name, 24);
AT(lodge_plugin, version, 32);
AT(lodge_plugin, summary, 40);
AT(lodge_plugin, group, 48);
AT(lodge_plugin, dependencies, 56);
AT(lodge_plugin, needs, 72);
AT(lodge_plugin, settings, 88);
AT(lodge_plugin, callbacks, 104);
AT(lodge_plugin, hooks, 120);
AT(lodge_plugin, sdk_build_id, 128);
IS(LODGE_ABI, 1);
IS(LODGE_FUNCTION, 1);
IS(LODGE_IDEMPOTENT, 2);
IS(LODGE_SERIAL, 4);
IS(LODGE_QUICK, 8);
IS(LODGE_OPTIONAL, 1);
IS(LODGE_TYPE_ANY, 0);
IS(LODGE_TYPE_BOOL, 1);
IS(LODGE_TYPE_INT, 2);
IS(LODGE_TYPE_FLOAT, 3);
IS(LODGE_TYPE_STRING, 4);
IS(LODGE_TYPE_BINARY, 5);
IS(LODGE_TYPE_LIST, 6);
IS(LODGE_TYPE_MAP, 7);
IS(LODGE_REQUIRED, 1);
IS(LODGE_SECRET, 2);

/* call.h */
POINTER(lodge_done_fn, void (*)(void*, int32_t, int32_t, lodge_slice const*));
SIZE(lodge_call_options, 48);
AT(lodge_call_options, struct_size, 0);
AT(lodge_call_options, flags, 8);
AT(lodge_call_options, reserved, 12);
AT(lodge_call_options, timeout_ns, 16);
AT(lodge_call_options, parent, 24);
AT(lodge_call_options, parent_ticket, 32);
AT(lodge_call_options, trace, 40);
SIZE(lodge_call_v1, 64);
AT(lodge_call_v1, resolve, 0);
AT(lodge_call_v1, call, 8);
AT(lodge_call_v1, start, 16);
AT(lodge_call_v1, cancel, 24);
AT(lodge_call_v1, defer, 32);
AT(lodge_call_v1, complete, 40);
AT(lodge_call_v1, awaited, 48);
AT(lodge_call_v1, ticket_awaited, 56);
MEMBER(lodge_call_v1, resolve,
       int32_t (*)(const lodge_host*, const char*, size_t, const char*, size_t, uint32_t, lodge_handle*));
MEMBER(lodge_call_v1, call,
       int32_t (*)(const lodge_host*, lodge_handle, const uint8_t*, size_t, const lodge_call_options*, lodge_writer*,
                   int32_t*));
MEMBER(lodge_call_v1, start,
       int32_t (*)(const lodge_host*, lodge_handle, const uint8_t*, size_t, const lodge_call_options*, lodge_done_fn,
                   void*, lodge_handle*));
MEMBER(lodge_call_v1, cancel, int32_t (*)(const lodge_host*, lodge_handle));
MEMBER(lodge_call_v1, defer, int32_t (*)(const lodge_host*, const lodge_call*, lodge_handle*));
MEMBER(lodge_call_v1, complete, int32_t (*)(const lodge_host*, lodge_handle, int32_t, const uint8_t*, size_t));
MEMBER(lodge_call_v1, awaited, int32_t (*)(const lodge_host*, const lodge_call*));
MEMBER(lodge_call_v1, ticket_awaited, int32_t (*)(const lodge_host*, lodge_handle));
IS(LODGE_CALL_OUTSIDE, 1);
IS(LODGE_CALL_IDEMPOTENT, 2);

/* log.h */
SIZE(lodge_log_v1, 16);
AT(lodge_log_v1, enabled, 0);
AT(lodge_log_v1, write, 8);
MEMBER(lodge_log_v1, enabled, int32_t (*)(const lodge_host*, int32_t));
MEMBER(lodge_log_v1, write, int32_t (*)(const lodge_host*, int32_t, const char*, size_t));
IS(LODGE_LOG_TRACE, 0);
IS(LODGE_LOG_DEBUG, 1);
IS(LODGE_LOG_INFO, 2);
IS(LODGE_LOG_WARN, 3);
IS(LODGE_LOG_ERROR, 4);

/* child.h */
IS(LODGE_CHILD_PERMANENT, 0);
IS(LODGE_CHILD_TRANSIENT, 1);
IS(LODGE_CHILD_TEMPORARY, 2);
IS(LODGE_ONE_FOR_ONE, 0);
IS(LODGE_ONE_FOR_ALL, 1);
SIZE(lodge_child, 96);
AT(lodge_child, struct_size, 0);
AT(lodge_child, name, 8);
AT(lodge_child, restart, 24);
AT(lodge_child, reserved, 28);
AT(lodge_child, start, 32);
AT(lodge_child, stop, 40);
AT(lodge_child, release, 48);
AT(lodge_child, user, 56);
AT(lodge_child, unique_name, 64);
AT(lodge_child, unique_value, 80);
MEMBER(lodge_child, start, int32_t (*)(void*, lodge_handle, lodge_writer*));
MEMBER(lodge_child, stop, void (*)(void*, lodge_handle));
MEMBER(lodge_child, release, void (*)(void*));
SIZE(lodge_child_entry, 80);
AT(lodge_child_entry, struct_size, 0);
AT(lodge_child_entry, child, 8);
AT(lodge_child_entry, name, 16);
AT(lodge_child_entry, restart, 32);
AT(lodge_child_entry, up, 36);
AT(lodge_child_entry, since_ns, 40);
AT(lodge_child_entry, restarts, 48);
AT(lodge_child_entry, last_code, 56);
AT(lodge_child_entry, has_ended, 60);
AT(lodge_child_entry, last_text, 64);
POINTER(lodge_child_visit_fn, int32_t (*)(void*, const lodge_child_entry*));
SIZE(lodge_child_v1, 40);
AT(lodge_child_v1, start, 0);
AT(lodge_child_v1, stop, 8);
AT(lodge_child_v1, exit, 16);
AT(lodge_child_v1, supervise, 24);
AT(lodge_child_v1, list, 32);
MEMBER(lodge_child_v1, start, int32_t (*)(const lodge_host*, const lodge_child*, lodge_writer*, lodge_handle*));
MEMBER(lodge_child_v1, stop, int32_t (*)(const lodge_host*, lodge_handle));
MEMBER(lodge_child_v1, exit, int32_t (*)(const lodge_host*, lodge_handle, int32_t, const char*, size_t));
MEMBER(lodge_child_v1, supervise, int32_t (*)(const lodge_host*, uint32_t, uint32_t, int64_t));
MEMBER(lodge_child_v1, list, int32_t (*)(const lodge_host*, lodge_child_visit_fn, void*));

/* timer.h */
POINTER(lodge_timer_fn, void (*)(void*, lodge_handle));
SIZE(lodge_timer_v1, 32);
AT(lodge_timer_v1, now, 0);
AT(lodge_timer_v1, wall, 8);
AT(lodge_timer_v1, start, 16);
AT(lodge_timer_v1, cancel, 24);
MEMBER(lodge_timer_v1, now, int64_t (*)(const lodge_host*));
MEMBER(lodge_timer_v1, wall, int64_t (*)(const lodge_host*));
MEMBER(lodge_timer_v1, start, int32_t (*)(const lodge_host*, int64_t, int64_t, lodge_timer_fn, void*, lodge_handle*));
MEMBER(lodge_timer_v1, cancel, int32_t (*)(const lodge_host*, lodge_handle));

/* watch.h */
POINTER(lodge_watch_fn, void (*)(void*, const lodge_watch_event*));
SIZE(lodge_watch_event, 48);
AT(lodge_watch_event, struct_size, 0);
AT(lodge_watch_event, what, 8);
AT(lodge_watch_event, reserved, 12);
AT(lodge_watch_event, key, 16);
AT(lodge_watch_event, value, 32);
IS(LODGE_WATCH_PUT, 1);
IS(LODGE_WATCH_GONE, 2);
IS(LODGE_WATCH_LOST, 3);
IS(LODGE_WATCH_KEY, 0);
IS(LODGE_WATCH_PREFIX, 1);

/* store.h */
POINTER(lodge_update_fn, int32_t (*)(void*, lodge_slice const*, lodge_writer*));
POINTER(lodge_visit_fn, int32_t (*)(void*, lodge_slice const*, lodge_slice const*));
SIZE(lodge_store_v1, 104);
AT(lodge_store_v1, get, 0);
AT(lodge_store_v1, put, 8);
AT(lodge_store_v1, put_new, 16);
AT(lodge_store_v1, remove, 24);
AT(lodge_store_v1, take, 32);
AT(lodge_store_v1, compare_and_put, 40);
AT(lodge_store_v1, increment, 48);
AT(lodge_store_v1, append, 56);
AT(lodge_store_v1, update, 64);
AT(lodge_store_v1, scan, 72);
AT(lodge_store_v1, size, 80);
AT(lodge_store_v1, watch, 88);
AT(lodge_store_v1, unwatch, 96);
MEMBER(lodge_store_v1, get, int32_t (*)(const lodge_host*, const uint8_t*, size_t, lodge_writer*));
MEMBER(lodge_store_v1, put, int32_t (*)(const lodge_host*, const uint8_t*, size_t, const uint8_t*, size_t, uint64_t));
MEMBER(lodge_store_v1, put_new,
       int32_t (*)(const lodge_host*, const uint8_t*, size_t, const uint8_t*, size_t, uint64_t));
MEMBER(lodge_store_v1, remove, int32_t (*)(const lodge_host*, const uint8_t*, size_t));
MEMBER(lodge_store_v1, take, int32_t (*)(const lodge_host*, const uint8_t*, size_t, lodge_writer*));
MEMBER(lodge_store_v1, compare_and_put,
       int32_t (*)(const lodge_host*, const uint8_t*, size_t, const lodge_slice*, const uint8_t*, size_t));
MEMBER(lodge_store_v1, increment, int32_t (*)(const lodge_host*, const uint8_t*, size_t, int64_t, int64_t*));
MEMBER(lodge_store_v1, append, int32_t (*)(const lodge_host*, const uint8_t*, size_t, const uint8_t*, size_t, size_t*));
MEMBER(lodge_store_v1, update, int32_t (*)(const lodge_host*, const uint8_t*, size_t, lodge_update_fn, void*));
MEMBER(lodge_store_v1, scan, int32_t (*)(const lodge_host*, const uint8_t*, size_t, lodge_visit_fn, void*));
MEMBER(lodge_store_v1, size, int32_t (*)(const lodge_host*, uint64_t*, uint64_t*));
MEMBER(lodge_store_v1, watch,
       int32_t (*)(const lodge_host*, const uint8_t*, size_t, uint32_t, lodge_watch_fn, void*, lodge_handle*));
MEMBER(lodge_store_v1, unwatch, int32_t (*)(const lodge_host*, lodge_handle));

/* config.h */
SIZE(lodge_config_v1, 88);
AT(lodge_config_v1, own, 0);
AT(lodge_config_v1, get, 8);
AT(lodge_config_v1, put, 16);
AT(lodge_config_v1, put_new, 24);
AT(lodge_config_v1, remove, 32);
AT(lodge_config_v1, increment, 40);
AT(lodge_config_v1, add, 48);
AT(lodge_config_v1, update, 56);
AT(lodge_config_v1, scan, 64);
AT(lodge_config_v1, watch, 72);
AT(lodge_config_v1, unwatch, 80);
MEMBER(lodge_config_v1, own, int32_t (*)(const lodge_host*, lodge_writer*));
MEMBER(lodge_config_v1, get,
       int32_t (*)(const lodge_host*, const char*, size_t, const uint8_t*, size_t, lodge_writer*));
MEMBER(lodge_config_v1, put,
       int32_t (*)(const lodge_host*, const char*, size_t, const uint8_t*, size_t, const uint8_t*, size_t));
MEMBER(lodge_config_v1, put_new,
       int32_t (*)(const lodge_host*, const char*, size_t, const uint8_t*, size_t, const uint8_t*, size_t));
MEMBER(lodge_config_v1, remove, int32_t (*)(const lodge_host*, const char*, size_t, const uint8_t*, size_t));
MEMBER(lodge_config_v1, increment,
       int32_t (*)(const lodge_host*, const char*, size_t, const uint8_t*, size_t, int64_t, int64_t*));
MEMBER(lodge_config_v1, add,
       int32_t (*)(const lodge_host*, const char*, size_t, const uint8_t*, size_t, const uint8_t*, size_t));
MEMBER(lodge_config_v1, update,
       int32_t (*)(const lodge_host*, const char*, size_t, const uint8_t*, size_t, lodge_update_fn, void*));
MEMBER(lodge_config_v1, scan, int32_t (*)(const lodge_host*, const char*, size_t, lodge_visit_fn, void*));
MEMBER(lodge_config_v1, watch,
       int32_t (*)(const lodge_host*, const char*, size_t, const uint8_t*, size_t, uint32_t, lodge_watch_fn, void*,
                   lodge_handle*));
MEMBER(lodge_config_v1, unwatch, int32_t (*)(const lodge_host*, lodge_handle));

/* names.h */
POINTER(lodge_name_visit_fn, int32_t (*)(void*, const lodge_name_entry*));
SIZE(lodge_name_entry, 40);
AT(lodge_name_entry, struct_size, 0);
AT(lodge_name_entry, owner, 8);
AT(lodge_name_entry, value, 24);
SIZE(lodge_names_v1, 96);
AT(lodge_names_v1, open_owner, 0);
AT(lodge_names_v1, close_owner, 8);
AT(lodge_names_v1, register_name, 16);
AT(lodge_names_v1, unregister, 24);
AT(lodge_names_v1, whereis, 32);
AT(lodge_names_v1, store, 40);
AT(lodge_names_v1, unstore, 48);
AT(lodge_names_v1, values, 56);
AT(lodge_names_v1, count, 64);
AT(lodge_names_v1, send, 72);
AT(lodge_names_v1, watch, 80);
AT(lodge_names_v1, unwatch, 88);
MEMBER(lodge_names_v1, open_owner, int32_t (*)(const lodge_host*, const char*, size_t, lodge_handle*));
MEMBER(lodge_names_v1, close_owner, int32_t (*)(const lodge_host*, lodge_handle));
MEMBER(lodge_names_v1, register_name,
       int32_t (*)(const lodge_host*, lodge_handle, const uint8_t*, size_t, const uint8_t*, size_t, lodge_writer*));
MEMBER(lodge_names_v1, unregister, int32_t (*)(const lodge_host*, lodge_handle, const uint8_t*, size_t));
MEMBER(lodge_names_v1, whereis, int32_t (*)(const lodge_host*, const uint8_t*, size_t, lodge_name_visit_fn, void*));
MEMBER(lodge_names_v1, store,
       int32_t (*)(const lodge_host*, lodge_handle, const uint8_t*, size_t, const uint8_t*, size_t));
MEMBER(lodge_names_v1, unstore, int32_t (*)(const lodge_host*, lodge_handle, const uint8_t*, size_t));
MEMBER(lodge_names_v1, values,
       int32_t (*)(const lodge_host*, const uint8_t*, size_t, const uint8_t*, size_t, lodge_name_visit_fn, void*));
MEMBER(lodge_names_v1, count,
       int32_t (*)(const lodge_host*, const uint8_t*, size_t, const uint8_t*, size_t, uint64_t*));
MEMBER(lodge_names_v1, send,
       int32_t (*)(const lodge_host*, const uint8_t*, size_t, const char*, size_t, const uint8_t*, size_t, uint32_t));
MEMBER(lodge_names_v1, watch,
       int32_t (*)(const lodge_host*, uint32_t, const uint8_t*, size_t, uint32_t, lodge_watch_fn, void*,
                   lodge_handle*));
MEMBER(lodge_names_v1, unwatch, int32_t (*)(const lodge_host*, lodge_handle));

/* status.h */
IS(LODGE_CANCELLED, -1);
IS(LODGE_UNKNOWN, -2);
IS(LODGE_INVALID_ARGUMENT, -3);
IS(LODGE_DEADLINE_EXCEEDED, -4);
IS(LODGE_NOT_FOUND, -5);
IS(LODGE_ALREADY_EXISTS, -6);
IS(LODGE_PERMISSION_DENIED, -7);
IS(LODGE_RESOURCE_EXHAUSTED, -8);
IS(LODGE_FAILED_PRECONDITION, -9);
IS(LODGE_ABORTED, -10);
IS(LODGE_OUT_OF_RANGE, -11);
IS(LODGE_UNIMPLEMENTED, -12);
IS(LODGE_INTERNAL, -13);
IS(LODGE_UNAVAILABLE, -14);
IS(LODGE_DATA_LOSS, -15);
IS(LODGE_UNAUTHENTICATED, -16);
IS(LODGE_STALE, -17);
IS(LODGE_DEADLOCK, -18);
IS(LODGE_FENCED, -19);
IS(LODGE_OK, 0);
IS(LODGE_DONE, 0);
IS(LODGE_CONTINUE, 1);
IS(LODGE_CONTINUE_WITH, 2);
IS(LODGE_DEFERRED, 3);
IS(LODGE_EXECUTED_NO, 0);
IS(LODGE_EXECUTED_MAYBE, 1);
IS(LODGE_EXECUTED_YES, 2);

static const char* const texts[][2] = {
    {LODGE_ENTRY, "lodge_plugin_v1"},  {LODGE_CALL_V1, "lodge.call/1"},   {LODGE_LOG_V1, "lodge.log/1"},
    {LODGE_TIMER_V1, "lodge.timer/1"}, {LODGE_STORE_V1, "lodge.store/1"}, {LODGE_CONFIG_V1, "lodge.config/1"},
    {LODGE_NAMES_V1, "lodge.names/1"}, {LODGE_CHILD_V1, "lodge.child/1"},
};

int main(void) {
  int wrong = 0;
  size_t i;
  for (i = 0; i < sizeof texts / sizeof texts[0]; ++i) {
    if (strcmp(texts[i][0], texts[i][1]) != 0) {
      fprintf(stderr, "\"%s\" was \"%s\" in SDK 0.1\n", texts[i][0], texts[i][1]);
      wrong = 1;
    }
  }
  return wrong;
}
