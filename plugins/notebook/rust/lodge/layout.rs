//! Every size, offset and number of sys.rs, held against the C headers' as SDK 0.1 published them on 64-bit machines: the
//! lines are those of tests/abi/abi_0_1.c. That this compiles is the test.
#![cfg(target_pointer_width = "64")]

use super::sys::*;
use std::mem::{size_of, MaybeUninit};
use std::ptr::addr_of;

macro_rules! SIZE {
    ($type:ident, $bytes:expr) => {
        const _: () = assert!(size_of::<$type>() == $bytes);
    };
}

/// Rust 1.63 has no offset_of!. But pointers that leave the value they point into do not compile: to step back by `offset`
/// needs that many bytes in front of the member, to step forward by the rest needs no more.
macro_rules! AT {
    ($type:ident, $member:ident, $offset:expr) => {
        const _: () = unsafe {
            let whole = MaybeUninit::<$type>::uninit();
            let member = addr_of!((*whole.as_ptr()).$member).cast::<u8>();
            let _ = member.sub($offset);
            let _ = member.add(size_of::<$type>() - $offset);
        };
    };
}

macro_rules! IS {
    ($constant:ident, $number:expr) => {
        const _: () = assert!($constant == $number);
    };
}

// types.h
SIZE!(lodge_handle, 8);
SIZE!(lodge_slice, 16);
AT!(lodge_slice, data, 0);
AT!(lodge_slice, size, 8);
SIZE!(lodge_writer, 32);
AT!(lodge_writer, data, 0);
AT!(lodge_writer, size, 8);
AT!(lodge_writer, capacity, 16);
AT!(lodge_writer, reserve, 24);
SIZE!(lodge_list, 16);
AT!(lodge_list, items, 0);
AT!(lodge_list, count, 8);
AT!(lodge_list, item_size, 12);
SIZE!(lodge_trace, 28);
AT!(lodge_trace, trace_id, 0);
AT!(lodge_trace, span_id, 16);
AT!(lodge_trace, flags, 24);
SIZE!(lodge_host, 16);
AT!(lodge_host, struct_size, 0);
AT!(lodge_host, query, 8);
SIZE!(lodge_call, 96);
AT!(lodge_call, struct_size, 0);
AT!(lodge_call, arity, 8);
AT!(lodge_call, flags, 12);
AT!(lodge_call, args, 16);
AT!(lodge_call, deadline_ns, 32);
AT!(lodge_call, service, 40);
AT!(lodge_call, name, 56);
AT!(lodge_call, caller, 72);
AT!(lodge_call, trace, 88);

// descriptor.h
SIZE!(lodge_callback, 48);
AT!(lodge_callback, name, 0);
AT!(lodge_callback, r#fn, 8);
AT!(lodge_callback, arity, 16);
AT!(lodge_callback, flags, 20);
AT!(lodge_callback, params, 24);
AT!(lodge_callback, result, 32);
AT!(lodge_callback, doc, 40);
SIZE!(lodge_dependency, 24);
AT!(lodge_dependency, name, 0);
AT!(lodge_dependency, version, 8);
AT!(lodge_dependency, flags, 16);
AT!(lodge_dependency, reserved, 20);
SIZE!(lodge_setting, 56);
AT!(lodge_setting, name, 0);
AT!(lodge_setting, r#type, 8);
AT!(lodge_setting, flags, 12);
AT!(lodge_setting, default_value, 16);
AT!(lodge_setting, doc, 32);
AT!(lodge_setting, constraints, 40);
SIZE!(lodge_hooks, 88);
AT!(lodge_hooks, struct_size, 0);
AT!(lodge_hooks, create, 8);
AT!(lodge_hooks, destroy, 16);
AT!(lodge_hooks, config, 24);
AT!(lodge_hooks, start, 32);
AT!(lodge_hooks, stop, 40);
AT!(lodge_hooks, merge, 48);
AT!(lodge_hooks, updated, 56);
AT!(lodge_hooks, handover_save, 64);
AT!(lodge_hooks, handover_load, 72);
AT!(lodge_hooks, flags, 80);
AT!(lodge_hooks, reserved, 84);
SIZE!(lodge_plugin, 136);
AT!(lodge_plugin, struct_size, 0);
AT!(lodge_plugin, abi, 8);
AT!(lodge_plugin, flags, 12);
AT!(lodge_plugin, sdk_version, 16);
AT!(lodge_plugin, name, 24);
AT!(lodge_plugin, version, 32);
AT!(lodge_plugin, summary, 40);
AT!(lodge_plugin, group, 48);
AT!(lodge_plugin, dependencies, 56);
AT!(lodge_plugin, needs, 72);
AT!(lodge_plugin, settings, 88);
AT!(lodge_plugin, callbacks, 104);
AT!(lodge_plugin, hooks, 120);
AT!(lodge_plugin, sdk_build_id, 128);
IS!(LODGE_ABI, 1);
IS!(LODGE_FUNCTION, 1);
IS!(LODGE_IDEMPOTENT, 2);
IS!(LODGE_SERIAL, 4);
IS!(LODGE_QUICK, 8);
IS!(LODGE_OPTIONAL, 1);
IS!(LODGE_TYPE_ANY, 0);
IS!(LODGE_TYPE_BOOL, 1);
IS!(LODGE_TYPE_INT, 2);
IS!(LODGE_TYPE_FLOAT, 3);
IS!(LODGE_TYPE_STRING, 4);
IS!(LODGE_TYPE_BINARY, 5);
IS!(LODGE_TYPE_LIST, 6);
IS!(LODGE_TYPE_MAP, 7);
IS!(LODGE_REQUIRED, 1);
IS!(LODGE_SECRET, 2);

// call.h
SIZE!(lodge_call_options, 48);
AT!(lodge_call_options, struct_size, 0);
AT!(lodge_call_options, flags, 8);
AT!(lodge_call_options, reserved, 12);
AT!(lodge_call_options, timeout_ns, 16);
AT!(lodge_call_options, parent, 24);
AT!(lodge_call_options, parent_ticket, 32);
AT!(lodge_call_options, trace, 40);
SIZE!(lodge_call_v1, 64);
AT!(lodge_call_v1, resolve, 0);
AT!(lodge_call_v1, call, 8);
AT!(lodge_call_v1, start, 16);
AT!(lodge_call_v1, cancel, 24);
AT!(lodge_call_v1, defer, 32);
AT!(lodge_call_v1, complete, 40);
AT!(lodge_call_v1, awaited, 48);
AT!(lodge_call_v1, ticket_awaited, 56);
IS!(LODGE_CALL_OUTSIDE, 1);
IS!(LODGE_CALL_IDEMPOTENT, 2);

// log.h
SIZE!(lodge_log_v1, 16);
AT!(lodge_log_v1, enabled, 0);
AT!(lodge_log_v1, write, 8);
IS!(LODGE_LOG_TRACE, 0);
IS!(LODGE_LOG_DEBUG, 1);
IS!(LODGE_LOG_INFO, 2);
IS!(LODGE_LOG_WARN, 3);
IS!(LODGE_LOG_ERROR, 4);

// child.h
IS!(LODGE_CHILD_PERMANENT, 0);
IS!(LODGE_CHILD_TRANSIENT, 1);
IS!(LODGE_CHILD_TEMPORARY, 2);
IS!(LODGE_ONE_FOR_ONE, 0);
IS!(LODGE_ONE_FOR_ALL, 1);
SIZE!(lodge_child, 96);
AT!(lodge_child, struct_size, 0);
AT!(lodge_child, name, 8);
AT!(lodge_child, restart, 24);
AT!(lodge_child, reserved, 28);
AT!(lodge_child, start, 32);
AT!(lodge_child, stop, 40);
AT!(lodge_child, release, 48);
AT!(lodge_child, user, 56);
AT!(lodge_child, unique_name, 64);
AT!(lodge_child, unique_value, 80);
SIZE!(lodge_child_entry, 80);
AT!(lodge_child_entry, struct_size, 0);
AT!(lodge_child_entry, child, 8);
AT!(lodge_child_entry, name, 16);
AT!(lodge_child_entry, restart, 32);
AT!(lodge_child_entry, up, 36);
AT!(lodge_child_entry, since_ns, 40);
AT!(lodge_child_entry, restarts, 48);
AT!(lodge_child_entry, last_code, 56);
AT!(lodge_child_entry, has_ended, 60);
AT!(lodge_child_entry, last_text, 64);
SIZE!(lodge_child_v1, 40);
AT!(lodge_child_v1, start, 0);
AT!(lodge_child_v1, stop, 8);
AT!(lodge_child_v1, exit, 16);
AT!(lodge_child_v1, supervise, 24);
AT!(lodge_child_v1, list, 32);

// timer.h
SIZE!(lodge_timer_v1, 32);
AT!(lodge_timer_v1, now, 0);
AT!(lodge_timer_v1, wall, 8);
AT!(lodge_timer_v1, start, 16);
AT!(lodge_timer_v1, cancel, 24);

// watch.h
SIZE!(lodge_watch_event, 48);
AT!(lodge_watch_event, struct_size, 0);
AT!(lodge_watch_event, what, 8);
AT!(lodge_watch_event, reserved, 12);
AT!(lodge_watch_event, key, 16);
AT!(lodge_watch_event, value, 32);
IS!(LODGE_WATCH_PUT, 1);
IS!(LODGE_WATCH_GONE, 2);
IS!(LODGE_WATCH_LOST, 3);
IS!(LODGE_WATCH_KEY, 0);
IS!(LODGE_WATCH_PREFIX, 1);

// store.h
SIZE!(lodge_store_v1, 104);
AT!(lodge_store_v1, get, 0);
AT!(lodge_store_v1, put, 8);
AT!(lodge_store_v1, put_new, 16);
AT!(lodge_store_v1, remove, 24);
AT!(lodge_store_v1, take, 32);
AT!(lodge_store_v1, compare_and_put, 40);
AT!(lodge_store_v1, increment, 48);
AT!(lodge_store_v1, append, 56);
AT!(lodge_store_v1, update, 64);
AT!(lodge_store_v1, scan, 72);
AT!(lodge_store_v1, size, 80);
AT!(lodge_store_v1, watch, 88);
AT!(lodge_store_v1, unwatch, 96);

// config.h
SIZE!(lodge_config_v1, 88);
AT!(lodge_config_v1, own, 0);
AT!(lodge_config_v1, get, 8);
AT!(lodge_config_v1, put, 16);
AT!(lodge_config_v1, put_new, 24);
AT!(lodge_config_v1, remove, 32);
AT!(lodge_config_v1, increment, 40);
AT!(lodge_config_v1, add, 48);
AT!(lodge_config_v1, update, 56);
AT!(lodge_config_v1, scan, 64);
AT!(lodge_config_v1, watch, 72);
AT!(lodge_config_v1, unwatch, 80);

// names.h
SIZE!(lodge_name_entry, 40);
AT!(lodge_name_entry, struct_size, 0);
AT!(lodge_name_entry, owner, 8);
AT!(lodge_name_entry, value, 24);
SIZE!(lodge_names_v1, 96);
AT!(lodge_names_v1, open_owner, 0);
AT!(lodge_names_v1, close_owner, 8);
AT!(lodge_names_v1, register_name, 16);
AT!(lodge_names_v1, unregister, 24);
AT!(lodge_names_v1, whereis, 32);
AT!(lodge_names_v1, store, 40);
AT!(lodge_names_v1, unstore, 48);
AT!(lodge_names_v1, values, 56);
AT!(lodge_names_v1, count, 64);
AT!(lodge_names_v1, send, 72);
AT!(lodge_names_v1, watch, 80);
AT!(lodge_names_v1, unwatch, 88);

// status.h
IS!(LODGE_CANCELLED, -1);
IS!(LODGE_UNKNOWN, -2);
IS!(LODGE_INVALID_ARGUMENT, -3);
IS!(LODGE_DEADLINE_EXCEEDED, -4);
IS!(LODGE_NOT_FOUND, -5);
IS!(LODGE_ALREADY_EXISTS, -6);
IS!(LODGE_PERMISSION_DENIED, -7);
IS!(LODGE_RESOURCE_EXHAUSTED, -8);
IS!(LODGE_FAILED_PRECONDITION, -9);
IS!(LODGE_ABORTED, -10);
IS!(LODGE_OUT_OF_RANGE, -11);
IS!(LODGE_UNIMPLEMENTED, -12);
IS!(LODGE_INTERNAL, -13);
IS!(LODGE_UNAVAILABLE, -14);
IS!(LODGE_DATA_LOSS, -15);
IS!(LODGE_UNAUTHENTICATED, -16);
IS!(LODGE_STALE, -17);
IS!(LODGE_DEADLOCK, -18);
IS!(LODGE_FENCED, -19);
IS!(LODGE_OK, 0);
IS!(LODGE_DONE, 0);
IS!(LODGE_CONTINUE, 1);
IS!(LODGE_CONTINUE_WITH, 2);
IS!(LODGE_DEFERRED, 3);
IS!(LODGE_EXECUTED_NO, 0);
IS!(LODGE_EXECUTED_MAYBE, 1);
IS!(LODGE_EXECUTED_YES, 2);
