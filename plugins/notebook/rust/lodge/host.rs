//! The host, as a plugin instance sees it, and what it offers: settings, store, log, timers.

use std::collections::BTreeMap;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::border;
use super::error::{Error, Result};
use super::msgpack::{Any, ReadOwned, Reader, Write};
use super::sys::*;
use super::writer::Buffer;

/// A small value to keep and copy. Its functions may be called on any thread; used after the instance is gone, they
/// answer STALE. An operation whose interface is missing answers UNIMPLEMENTED.
#[derive(Clone, Copy)]
pub struct Host {
    pub raw: &'static lodge_host, // `create` gives it for as long as the process lives
    call: Option<&'static lodge_call_v1>,
    config: Option<&'static lodge_config_v1>,
    log: Option<&'static lodge_log_v1>,
    store: Option<&'static lodge_store_v1>,
    timer: Option<&'static lodge_timer_v1>,
}

fn needed<T>(table: Option<&'static T>, id: &str) -> Result<&'static T> {
    table.ok_or_else(|| {
        let why = "is missing: the host does not have it, or denies it to this plugin";
        Error::new(LODGE_UNIMPLEMENTED, format!("{} {}", id.trim_end_matches('\0'), why))
    })
}

/// What an operation answered, as a Result.
fn checked(interface: &str, operation: &str, key: &[u8], code: i32) -> Result<()> {
    match code >= LODGE_OK {
        true => Ok(()),
        false => Err(Error::of(interface, operation, key, code)),
    }
}

/// The same of an operation that the store's quota may refuse.
fn written(operation: &str, key: &[u8], code: i32) -> Result<()> {
    let full = "the store is full; remove entries, give them a time to live, or raise store_bytes_max of the service";
    match code {
        LODGE_RESOURCE_EXHAUSTED => Err(Error::because(LODGE_STORE_V1, operation, key, code, full)),
        _ => checked(LODGE_STORE_V1, operation, key, code),
    }
}

impl Host {
    /// # Safety
    /// `raw` is what `create` was given.
    pub(super) unsafe fn new(raw: *const lodge_host) -> Host {
        unsafe fn table<T>(host: &'static lodge_host, id: &str) -> Option<&'static T> {
            let size = id.len() - 1; // without the \0
            (host.query)(host, id.as_ptr().cast(), size).cast::<T>().as_ref()
        }
        let raw = &*raw;
        Host {
            raw,
            call: table(raw, LODGE_CALL_V1),
            config: table(raw, LODGE_CONFIG_V1),
            log: table(raw, LODGE_LOG_V1),
            store: table(raw, LODGE_STORE_V1),
            timer: table(raw, LODGE_TIMER_V1),
        }
    }

    pub(super) fn calls(&self) -> Result<&'static lodge_call_v1> {
        needed(self.call, LODGE_CALL_V1)
    }

    /// One of the plugin's own settings. Can be read from `create` on; `start` and what comes after see what the
    /// service's `config` hooks have made of it.
    pub fn setting<T: ReadOwned>(&self, name: &str) -> Result<T> {
        let config = needed(self.config, LODGE_CONFIG_V1)?;
        let mut own = Buffer::new();
        checked(LODGE_CONFIG_V1, "own", b"", unsafe { (config.own)(self.raw, own.raw()) })?;
        let value = Reader::one::<BTreeMap<&str, Any>>(own.bytes())
            .and_then(|all| Reader::one(all.get(name).map_or(&[], |value| value.0)));
        value.map_err(|why| Error::invalid_argument(why.at(format!("setting {}", name)).to_string()))
    }

    /// One line in the host's log, of level LODGE_LOG_...; dropped where there is no log. May be called from quick
    /// callbacks.
    pub fn log(&self, level: i32, text: &str) {
        if let Some(log) = self.log {
            unsafe { (log.write)(self.raw, level, text.as_ptr().cast(), text.len()) };
        }
    }

    pub fn store(&self) -> Result<Store> {
        needed(self.store, LODGE_STORE_V1).map(|table| Store { host: self.raw, table })
    }

    /// Nanoseconds on the host's monotonic clock; in tests it may be virtual.
    pub fn now(&self) -> Result<i64> {
        needed(self.timer, LODGE_TIMER_V1).map(|timer| unsafe { (timer.now)(self.raw) })
    }

    /// Runs `task` once, on a worker. Dropping the timer cancels it.
    pub fn after(&self, delay: Duration, task: impl FnOnce() + Send + 'static) -> Result<Timer> {
        let mut task = Some(task);
        self.start_timer(delay, Duration::ZERO, move || task.take().into_iter().for_each(|task| task()))
    }

    /// Runs `task` each period, on a worker, never two at a time. Dropping the timer cancels it.
    pub fn every(&self, period: Duration, task: impl FnMut() + Send + 'static) -> Result<Timer> {
        match period.is_zero() {
            true => Err(Error::invalid_argument("a period is more than 0 ns")),
            false => self.start_timer(period, period, task),
        }
    }

    fn start_timer(&self, delay: Duration, period: Duration, run: impl FnMut() + Send + 'static) -> Result<Timer> {
        let table = needed(self.timer, LODGE_TIMER_V1)?;
        let ns = |time: Duration| i64::try_from(time.as_nanos()).unwrap_or(i64::MAX);
        let task = Arc::new(Task { host: *self, run: Mutex::new(Box::new(run)) });
        let user = Arc::as_ptr(&task) as *mut c_void;
        let mut handle = 0;
        let code = unsafe { (table.start)(self.raw, ns(delay), ns(period), fire, user, &mut handle) };
        checked(LODGE_TIMER_V1, "start", b"", code)?;
        Ok(Timer { host: self.raw, table, handle, _task: task })
    }
}

/// Something to do later. Dropped, it does not run any more, nor is it running, unless it is the task that drops it.
#[must_use = "dropping a timer cancels it"]
pub struct Timer {
    host: &'static lodge_host,
    table: &'static lodge_timer_v1,
    handle: lodge_handle,
    _task: Arc<Task>,
}

impl Drop for Timer {
    fn drop(&mut self) {
        unsafe { (self.table.cancel)(self.host, self.handle) }; // STALE: it is over
    }
}

struct Task {
    host: Host,
    run: Mutex<Box<dyn FnMut() + Send>>,
}

/// What the host runs; `user` is the Task of a Timer that is not dropped yet. The task may drop it.
unsafe extern "C" fn fire(user: *mut c_void, _timer: lodge_handle) {
    let task = user.cast::<Task>() as *const Task;
    Arc::increment_strong_count(task);
    let task = Arc::from_raw(task);
    border::guarded_task(&task.host, || (task.run.lock().unwrap_or_else(PoisonError::into_inner))());
}

/// The service's own table, in memory, shared by its plugins. Limits and errors: store.h. Values are one msgpack value
/// each. `ttl_ms`: milliseconds until the entry goes by itself; 0: never.
#[derive(Clone, Copy)]
pub struct Store {
    host: &'static lodge_host,
    table: &'static lodge_store_v1,
}

type StoreRead = unsafe extern "C" fn(*const lodge_host, *const u8, usize, *mut lodge_writer) -> i32;
type StorePut = unsafe extern "C" fn(*const lodge_host, *const u8, usize, *const u8, usize, u64) -> i32;

impl Store {
    /// NOT_FOUND; DATA_LOSS: the value is no T.
    pub fn get<T: ReadOwned>(&self, key: impl AsRef<[u8]>) -> Result<T> {
        self.read("get", self.table.get, key.as_ref())
    }

    /// Deletes and answers what was there: of many takers one gets it.
    pub fn take<T: ReadOwned>(&self, key: impl AsRef<[u8]>) -> Result<T> {
        self.read("take", self.table.take, key.as_ref())
    }

    pub fn put(&self, key: impl AsRef<[u8]>, value: &impl Write, ttl_ms: u64) -> Result<()> {
        self.write("put", self.table.put, key.as_ref(), value, ttl_ms)
    }

    /// ALREADY_EXISTS.
    pub fn put_new(&self, key: impl AsRef<[u8]>, value: &impl Write, ttl_ms: u64) -> Result<()> {
        self.write("put_new", self.table.put_new, key.as_ref(), value, ttl_ms)
    }

    /// NOT_FOUND.
    pub fn remove(&self, key: impl AsRef<[u8]>) -> Result<()> {
        let key = key.as_ref();
        checked(LODGE_STORE_V1, "remove", key, unsafe { (self.table.remove)(self.host, key.as_ptr(), key.len()) })
    }

    /// Adds to an integer, a missing one counting as 0; answers the sum.
    pub fn increment(&self, key: impl AsRef<[u8]>, by: i64) -> Result<i64> {
        let key = key.as_ref();
        let mut sum = 0;
        let code = unsafe { (self.table.increment)(self.host, key.as_ptr(), key.len(), by, &mut sum) };
        written("increment", key, code).map(|()| sum)
    }

    /// Shows each entry whose key begins so, in no order, until `see` answers false.
    pub fn scan<F: FnMut(&[u8], Any) -> bool>(&self, prefix: impl AsRef<[u8]>, mut see: F) -> Result<()> {
        struct Visitor<'a, F> {
            see: &'a mut F,
            panic: Option<Box<dyn std::any::Any + Send>>,
        }
        unsafe extern "C" fn visit<F: FnMut(&[u8], Any) -> bool>(
            user: *mut c_void,
            key: *const lodge_slice,
            value: *const lodge_slice,
        ) -> i32 {
            let visitor = &mut *user.cast::<Visitor<F>>();
            let (key, value) = (border::bytes_of(&*key), border::bytes_of(&*value));
            match catch_unwind(AssertUnwindSafe(|| (visitor.see)(key, Any(value)))) {
                Ok(go_on) => i32::from(!go_on),
                Err(panic) => {
                    visitor.panic = Some(panic); // to be raised again once the host's frames are gone
                    1
                }
            }
        }
        let prefix = prefix.as_ref();
        let mut visitor = Visitor { see: &mut see, panic: None };
        let user = &mut visitor as *mut Visitor<F>;
        let code = unsafe { (self.table.scan)(self.host, prefix.as_ptr(), prefix.len(), visit::<F>, user.cast()) };
        if let Some(panic) = visitor.panic {
            resume_unwind(panic);
        }
        checked(LODGE_STORE_V1, "scan", prefix, code)
    }

    fn read<T: ReadOwned>(&self, operation: &str, function: StoreRead, key: &[u8]) -> Result<T> {
        let mut value = Buffer::new();
        let code = unsafe { function(self.host, key.as_ptr(), key.len(), value.raw()) };
        checked(LODGE_STORE_V1, operation, key, code)?;
        let message = |why| format!("the value of {}: {}", String::from_utf8_lossy(key), why);
        Reader::one(value.bytes()).map_err(|why| Error::new(LODGE_DATA_LOSS, message(why)))
    }

    fn write(&self, operation: &str, put: StorePut, key: &[u8], value: &impl Write, ttl_ms: u64) -> Result<()> {
        let mut bytes = Buffer::new();
        value.write(&mut bytes)?;
        let bytes = bytes.bytes();
        let code = unsafe { put(self.host, key.as_ptr(), key.len(), bytes.as_ptr(), bytes.len(), ttl_ms) };
        written(operation, key, code)
    }
}
