//! The C ABI of Lodge, name by name as in `lodge/*.h`; what each thing means, and who may call it when, stands there.
//! layout.rs holds every size, offset and number against the C headers.
#![allow(non_camel_case_types)]

pub use std::os::raw::{c_char, c_void};

// types.h

#[repr(C)]
#[derive(Clone, Copy)]
pub struct lodge_slice {
    pub data: *const c_void,
    pub size: usize,
}

#[repr(C)]
pub struct lodge_writer {
    pub data: *mut u8,
    pub size: usize,
    pub capacity: usize,
    pub reserve: unsafe extern "C" fn(w: *mut lodge_writer, more: usize) -> i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct lodge_list {
    pub items: *const c_void,
    pub count: u32,
    pub item_size: u32,
}

pub type lodge_handle = u64;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct lodge_trace {
    pub trace_id: [u8; 16],
    pub span_id: [u8; 8],
    pub flags: u32,
}

#[repr(C)]
pub struct lodge_host {
    pub struct_size: usize,
    pub query: unsafe extern "C" fn(host: *const lodge_host, id: *const c_char, id_size: usize) -> *const c_void,
}

#[repr(C)]
pub struct lodge_call {
    pub struct_size: usize,
    pub arity: u32,
    pub flags: u32,
    pub args: lodge_slice,
    pub deadline_ns: i64,
    pub service: lodge_slice,
    pub name: lodge_slice,
    pub caller: lodge_slice,
    pub trace: *const lodge_trace,
}

// status.h

pub const LODGE_CANCELLED: i32 = -1;
pub const LODGE_UNKNOWN: i32 = -2;
pub const LODGE_INVALID_ARGUMENT: i32 = -3;
pub const LODGE_DEADLINE_EXCEEDED: i32 = -4;
pub const LODGE_NOT_FOUND: i32 = -5;
pub const LODGE_ALREADY_EXISTS: i32 = -6;
pub const LODGE_PERMISSION_DENIED: i32 = -7;
pub const LODGE_RESOURCE_EXHAUSTED: i32 = -8;
pub const LODGE_FAILED_PRECONDITION: i32 = -9;
pub const LODGE_ABORTED: i32 = -10;
pub const LODGE_OUT_OF_RANGE: i32 = -11;
pub const LODGE_UNIMPLEMENTED: i32 = -12;
pub const LODGE_INTERNAL: i32 = -13;
pub const LODGE_UNAVAILABLE: i32 = -14;
pub const LODGE_DATA_LOSS: i32 = -15;
pub const LODGE_UNAUTHENTICATED: i32 = -16;
pub const LODGE_STALE: i32 = -17;
pub const LODGE_DEADLOCK: i32 = -18;
pub const LODGE_FENCED: i32 = -19;
pub const LODGE_OK: i32 = 0;

pub const LODGE_DONE: i32 = 0;
pub const LODGE_CONTINUE: i32 = 1;
pub const LODGE_CONTINUE_WITH: i32 = 2;
pub const LODGE_DEFERRED: i32 = 3;

pub const LODGE_EXECUTED_NO: i32 = 0;
pub const LODGE_EXECUTED_MAYBE: i32 = 1;
pub const LODGE_EXECUTED_YES: i32 = 2;

// descriptor.h

pub const LODGE_ABI: u32 = 1;
pub const LODGE_SDK_VERSION: &str = "0.1.0\0";

pub const LODGE_FUNCTION: u32 = 1;
pub const LODGE_IDEMPOTENT: u32 = 2;
pub const LODGE_SERIAL: u32 = 4;
pub const LODGE_QUICK: u32 = 8;

pub type lodge_callback_fn =
    unsafe extern "C" fn(this: *mut c_void, call: *const lodge_call, out: *mut lodge_writer) -> i32;

#[repr(C)]
pub struct lodge_callback {
    pub name: *const c_char,
    pub r#fn: lodge_callback_fn,
    pub arity: u32,
    pub flags: u32,
    pub params: *const c_char,
    pub result: *const c_char,
    pub doc: *const c_char,
}

pub const LODGE_OPTIONAL: u32 = 1;

#[repr(C)]
pub struct lodge_dependency {
    pub name: *const c_char,
    pub version: *const c_char,
    pub flags: u32,
    pub reserved: u32,
}

pub const LODGE_TYPE_ANY: u32 = 0;
pub const LODGE_TYPE_BOOL: u32 = 1;
pub const LODGE_TYPE_INT: u32 = 2;
pub const LODGE_TYPE_FLOAT: u32 = 3;
pub const LODGE_TYPE_STRING: u32 = 4;
pub const LODGE_TYPE_BINARY: u32 = 5;
pub const LODGE_TYPE_LIST: u32 = 6;
pub const LODGE_TYPE_MAP: u32 = 7;
pub const LODGE_REQUIRED: u32 = 1;
pub const LODGE_SECRET: u32 = 2;

#[repr(C)]
pub struct lodge_setting {
    pub name: *const c_char,
    pub r#type: u32,
    pub flags: u32,
    pub default_value: lodge_slice,
    pub doc: *const c_char,
    pub constraints: lodge_slice,
}

#[repr(C)]
pub struct lodge_hooks {
    pub struct_size: usize,
    pub create:
        Option<unsafe extern "C" fn(host: *const lodge_host, this: *mut *mut c_void, out: *mut lodge_writer) -> i32>,
    pub destroy: Option<unsafe extern "C" fn(this: *mut c_void)>,
    pub config:
        Option<unsafe extern "C" fn(this: *mut c_void, config: *const lodge_slice, out: *mut lodge_writer) -> i32>,
    pub start: Option<unsafe extern "C" fn(this: *mut c_void, out: *mut lodge_writer) -> i32>,
    pub stop: Option<unsafe extern "C" fn(this: *mut c_void, out: *mut lodge_writer) -> i32>,
    pub merge: Option<
        unsafe extern "C" fn(
            this: *mut c_void,
            current: *const lodge_slice,
            update: *const lodge_slice,
            out: *mut lodge_writer,
        ) -> i32,
    >,
    pub updated:
        Option<unsafe extern "C" fn(this: *mut c_void, config: *const lodge_slice, out: *mut lodge_writer) -> i32>,
    pub handover_save: Option<unsafe extern "C" fn(this: *mut c_void, out: *mut lodge_writer) -> i32>,
    pub handover_load:
        Option<unsafe extern "C" fn(this: *mut c_void, state: *const lodge_slice, out: *mut lodge_writer) -> i32>,
    pub flags: u32,
    pub reserved: u32,
}

#[repr(C)]
pub struct lodge_plugin {
    pub struct_size: usize,
    pub abi: u32,
    pub flags: u32,
    pub sdk_version: *const c_char,
    pub name: *const c_char,
    pub version: *const c_char,
    pub summary: *const c_char,
    pub group: *const c_char,
    pub dependencies: lodge_list,
    pub needs: lodge_list,
    pub settings: lodge_list,
    pub callbacks: lodge_list,
    pub hooks: *const lodge_hooks,
    pub sdk_build_id: *const c_char,
}

// call.h

pub const LODGE_CALL_V1: &str = "lodge.call/1\0";
pub const LODGE_CALL_OUTSIDE: u32 = 1;
pub const LODGE_CALL_IDEMPOTENT: u32 = 2;

#[repr(C)]
pub struct lodge_call_options {
    pub struct_size: usize,
    pub flags: u32,
    pub reserved: u32,
    pub timeout_ns: i64,
    pub parent: *const lodge_call,
    pub parent_ticket: lodge_handle,
    pub trace: *const lodge_trace,
}

pub type lodge_done_fn = unsafe extern "C" fn(user: *mut c_void, code: i32, executed: i32, reply: *const lodge_slice);

#[repr(C)]
pub struct lodge_call_v1 {
    pub resolve: unsafe extern "C" fn(
        host: *const lodge_host,
        service: *const c_char,
        service_size: usize,
        name: *const c_char,
        name_size: usize,
        arity: u32,
        target: *mut lodge_handle,
    ) -> i32,
    pub call: unsafe extern "C" fn(
        host: *const lodge_host,
        target: lodge_handle,
        args: *const u8,
        args_size: usize,
        options: *const lodge_call_options,
        reply: *mut lodge_writer,
        executed: *mut i32,
    ) -> i32,
    pub start: unsafe extern "C" fn(
        host: *const lodge_host,
        target: lodge_handle,
        args: *const u8,
        args_size: usize,
        options: *const lodge_call_options,
        done: Option<lodge_done_fn>,
        user: *mut c_void,
        pending: *mut lodge_handle,
    ) -> i32,
    pub cancel: unsafe extern "C" fn(host: *const lodge_host, pending: lodge_handle) -> i32,
    pub defer: unsafe extern "C" fn(host: *const lodge_host, call: *const lodge_call, ticket: *mut lodge_handle) -> i32,
    pub complete: unsafe extern "C" fn(
        host: *const lodge_host,
        ticket: lodge_handle,
        verdict: i32,
        data: *const u8,
        size: usize,
    ) -> i32,
    pub awaited: unsafe extern "C" fn(host: *const lodge_host, call: *const lodge_call) -> i32,
    pub ticket_awaited: unsafe extern "C" fn(host: *const lodge_host, ticket: lodge_handle) -> i32,
}

// log.h

pub const LODGE_LOG_V1: &str = "lodge.log/1\0";
pub const LODGE_LOG_TRACE: i32 = 0;
pub const LODGE_LOG_DEBUG: i32 = 1;
pub const LODGE_LOG_INFO: i32 = 2;
pub const LODGE_LOG_WARN: i32 = 3;
pub const LODGE_LOG_ERROR: i32 = 4;

#[repr(C)]
pub struct lodge_log_v1 {
    pub enabled: unsafe extern "C" fn(host: *const lodge_host, level: i32) -> i32,
    pub write: unsafe extern "C" fn(host: *const lodge_host, level: i32, text: *const c_char, text_size: usize) -> i32,
}

// child.h

pub const LODGE_CHILD_V1: &str = "lodge.child/1\0";

pub const LODGE_CHILD_PERMANENT: u32 = 0;
pub const LODGE_CHILD_TRANSIENT: u32 = 1;
pub const LODGE_CHILD_TEMPORARY: u32 = 2;
pub const LODGE_ONE_FOR_ONE: u32 = 0;
pub const LODGE_ONE_FOR_ALL: u32 = 1;

#[repr(C)]
pub struct lodge_child {
    pub struct_size: usize,
    pub name: lodge_slice,
    pub restart: u32,
    pub reserved: u32,
    pub start: Option<unsafe extern "C" fn(user: *mut c_void, run: lodge_handle, error: *mut lodge_writer) -> i32>,
    pub stop: Option<unsafe extern "C" fn(user: *mut c_void, run: lodge_handle)>,
    pub release: Option<unsafe extern "C" fn(user: *mut c_void)>,
    pub user: *mut c_void,
    pub unique_name: lodge_slice,
    pub unique_value: lodge_slice,
}

#[repr(C)]
pub struct lodge_child_entry {
    pub struct_size: usize,
    pub child: lodge_handle,
    pub name: lodge_slice,
    pub restart: u32,
    pub up: u32,
    pub since_ns: i64,
    pub restarts: u64,
    pub last_code: i32,
    pub has_ended: u32,
    pub last_text: lodge_slice,
}

pub type lodge_child_visit_fn = unsafe extern "C" fn(user: *mut c_void, entry: *const lodge_child_entry) -> i32;

#[repr(C)]
pub struct lodge_child_v1 {
    pub start: unsafe extern "C" fn(
        host: *const lodge_host,
        spec: *const lodge_child,
        error: *mut lodge_writer,
        child: *mut lodge_handle,
    ) -> i32,
    pub stop: unsafe extern "C" fn(host: *const lodge_host, child: lodge_handle) -> i32,
    pub exit: unsafe extern "C" fn(
        host: *const lodge_host,
        run: lodge_handle,
        code: i32,
        message: *const c_char,
        message_size: usize,
    ) -> i32,
    pub supervise:
        unsafe extern "C" fn(host: *const lodge_host, strategy: u32, restarts_max: u32, period_ns: i64) -> i32,
    pub list: unsafe extern "C" fn(host: *const lodge_host, r#fn: lodge_child_visit_fn, user: *mut c_void) -> i32,
}

// timer.h

pub const LODGE_TIMER_V1: &str = "lodge.timer/1\0";

pub type lodge_timer_fn = unsafe extern "C" fn(user: *mut c_void, timer: lodge_handle);

#[repr(C)]
pub struct lodge_timer_v1 {
    pub now: unsafe extern "C" fn(host: *const lodge_host) -> i64,
    pub wall: unsafe extern "C" fn(host: *const lodge_host) -> i64,
    pub start: unsafe extern "C" fn(
        host: *const lodge_host,
        delay_ns: i64,
        period_ns: i64,
        r#fn: lodge_timer_fn,
        user: *mut c_void,
        timer: *mut lodge_handle,
    ) -> i32,
    pub cancel: unsafe extern "C" fn(host: *const lodge_host, timer: lodge_handle) -> i32,
}

// watch.h

pub const LODGE_WATCH_PUT: u32 = 1;
pub const LODGE_WATCH_GONE: u32 = 2;
pub const LODGE_WATCH_LOST: u32 = 3;
pub const LODGE_WATCH_KEY: u32 = 0;
pub const LODGE_WATCH_PREFIX: u32 = 1;

#[repr(C)]
pub struct lodge_watch_event {
    pub struct_size: usize,
    pub what: u32,
    pub reserved: u32,
    pub key: lodge_slice,
    pub value: lodge_slice,
}

pub type lodge_watch_fn = unsafe extern "C" fn(user: *mut c_void, event: *const lodge_watch_event);

// store.h

pub const LODGE_STORE_V1: &str = "lodge.store/1\0";

pub type lodge_update_fn =
    unsafe extern "C" fn(user: *mut c_void, present: *const lodge_slice, out: *mut lodge_writer) -> i32;
pub type lodge_visit_fn =
    unsafe extern "C" fn(user: *mut c_void, key: *const lodge_slice, value: *const lodge_slice) -> i32;

type StorePut = unsafe extern "C" fn(
    host: *const lodge_host,
    key: *const u8,
    key_size: usize,
    value: *const u8,
    value_size: usize,
    ttl_ms: u64,
) -> i32;
type StoreRead =
    unsafe extern "C" fn(host: *const lodge_host, key: *const u8, key_size: usize, value: *mut lodge_writer) -> i32;

#[repr(C)]
pub struct lodge_store_v1 {
    pub get: StoreRead,
    pub put: StorePut,
    pub put_new: StorePut,
    pub remove: unsafe extern "C" fn(host: *const lodge_host, key: *const u8, key_size: usize) -> i32,
    pub take: StoreRead,
    pub compare_and_put: unsafe extern "C" fn(
        host: *const lodge_host,
        key: *const u8,
        key_size: usize,
        expected: *const lodge_slice,
        value: *const u8,
        value_size: usize,
    ) -> i32,
    pub increment: unsafe extern "C" fn(
        host: *const lodge_host,
        key: *const u8,
        key_size: usize,
        by: i64,
        result: *mut i64,
    ) -> i32,
    pub append: unsafe extern "C" fn(
        host: *const lodge_host,
        key: *const u8,
        key_size: usize,
        bytes: *const u8,
        byte_count: usize,
        size: *mut usize,
    ) -> i32,
    pub update: unsafe extern "C" fn(
        host: *const lodge_host,
        key: *const u8,
        key_size: usize,
        r#fn: lodge_update_fn,
        user: *mut c_void,
    ) -> i32,
    pub scan: unsafe extern "C" fn(
        host: *const lodge_host,
        prefix: *const u8,
        prefix_size: usize,
        r#fn: lodge_visit_fn,
        user: *mut c_void,
    ) -> i32,
    pub size: unsafe extern "C" fn(host: *const lodge_host, entries: *mut u64, bytes: *mut u64) -> i32,
    pub watch: unsafe extern "C" fn(
        host: *const lodge_host,
        key: *const u8,
        key_size: usize,
        mode: u32,
        r#fn: lodge_watch_fn,
        user: *mut c_void,
        watch: *mut lodge_handle,
    ) -> i32,
    pub unwatch: unsafe extern "C" fn(host: *const lodge_host, watch: lodge_handle) -> i32,
}

// config.h

pub const LODGE_CONFIG_V1: &str = "lodge.config/1\0";

type ConfigPut = unsafe extern "C" fn(
    host: *const lodge_host,
    domain: *const c_char,
    domain_size: usize,
    key: *const u8,
    key_size: usize,
    value: *const u8,
    value_size: usize,
) -> i32;

#[repr(C)]
pub struct lodge_config_v1 {
    pub own: unsafe extern "C" fn(host: *const lodge_host, settings: *mut lodge_writer) -> i32,
    pub get: unsafe extern "C" fn(
        host: *const lodge_host,
        domain: *const c_char,
        domain_size: usize,
        key: *const u8,
        key_size: usize,
        value: *mut lodge_writer,
    ) -> i32,
    pub put: ConfigPut,
    pub put_new: ConfigPut,
    pub remove: unsafe extern "C" fn(
        host: *const lodge_host,
        domain: *const c_char,
        domain_size: usize,
        key: *const u8,
        key_size: usize,
    ) -> i32,
    pub increment: unsafe extern "C" fn(
        host: *const lodge_host,
        domain: *const c_char,
        domain_size: usize,
        key: *const u8,
        key_size: usize,
        by: i64,
        result: *mut i64,
    ) -> i32,
    pub add: ConfigPut,
    pub update: unsafe extern "C" fn(
        host: *const lodge_host,
        domain: *const c_char,
        domain_size: usize,
        key: *const u8,
        key_size: usize,
        r#fn: lodge_update_fn,
        user: *mut c_void,
    ) -> i32,
    pub scan: unsafe extern "C" fn(
        host: *const lodge_host,
        domain: *const c_char,
        domain_size: usize,
        r#fn: lodge_visit_fn,
        user: *mut c_void,
    ) -> i32,
    pub watch: unsafe extern "C" fn(
        host: *const lodge_host,
        domain: *const c_char,
        domain_size: usize,
        key: *const u8,
        key_size: usize,
        mode: u32,
        r#fn: lodge_watch_fn,
        user: *mut c_void,
        watch: *mut lodge_handle,
    ) -> i32,
    pub unwatch: unsafe extern "C" fn(host: *const lodge_host, watch: lodge_handle) -> i32,
}

// names.h

pub const LODGE_NAMES_V1: &str = "lodge.names/1\0";

#[repr(C)]
pub struct lodge_name_entry {
    pub struct_size: usize,
    pub owner: lodge_slice,
    pub value: lodge_slice,
}

pub type lodge_name_visit_fn = unsafe extern "C" fn(user: *mut c_void, entry: *const lodge_name_entry) -> i32;

type NamesRemove =
    unsafe extern "C" fn(host: *const lodge_host, owner: lodge_handle, name: *const u8, name_size: usize) -> i32;

#[repr(C)]
pub struct lodge_names_v1 {
    pub open_owner: unsafe extern "C" fn(
        host: *const lodge_host,
        label: *const c_char,
        label_size: usize,
        owner: *mut lodge_handle,
    ) -> i32,
    pub close_owner: unsafe extern "C" fn(host: *const lodge_host, owner: lodge_handle) -> i32,
    pub register_name: unsafe extern "C" fn(
        host: *const lodge_host,
        owner: lodge_handle,
        name: *const u8,
        name_size: usize,
        value: *const u8,
        value_size: usize,
        holder: *mut lodge_writer,
    ) -> i32,
    pub unregister: NamesRemove,
    pub whereis: unsafe extern "C" fn(
        host: *const lodge_host,
        name: *const u8,
        name_size: usize,
        r#fn: lodge_name_visit_fn,
        user: *mut c_void,
    ) -> i32,
    pub store: unsafe extern "C" fn(
        host: *const lodge_host,
        owner: lodge_handle,
        name: *const u8,
        name_size: usize,
        value: *const u8,
        value_size: usize,
    ) -> i32,
    pub unstore: NamesRemove,
    pub values: unsafe extern "C" fn(
        host: *const lodge_host,
        name: *const u8,
        name_size: usize,
        filter: *const u8,
        filter_size: usize,
        r#fn: lodge_name_visit_fn,
        user: *mut c_void,
    ) -> i32,
    pub count: unsafe extern "C" fn(
        host: *const lodge_host,
        name: *const u8,
        name_size: usize,
        filter: *const u8,
        filter_size: usize,
        count: *mut u64,
    ) -> i32,
    pub send: unsafe extern "C" fn(
        host: *const lodge_host,
        name: *const u8,
        name_size: usize,
        callback: *const c_char,
        callback_size: usize,
        args: *const u8,
        args_size: usize,
        arity: u32,
    ) -> i32,
    pub watch: unsafe extern "C" fn(
        host: *const lodge_host,
        shared: u32,
        name: *const u8,
        name_size: usize,
        mode: u32,
        r#fn: lodge_watch_fn,
        user: *mut c_void,
        watch: *mut lodge_handle,
    ) -> i32,
    pub unwatch: unsafe extern "C" fn(host: *const lodge_host, watch: lodge_handle) -> i32,
}
