//! Where the host's calls come in: arguments are read, answers written, and no panic gets out.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Once;

use super::call::{Call, Verdict};
use super::error::{Error, Result};
use super::host::Host;
use super::msgpack::{self, Read, Reader};
use super::plugin::Plugin;
use super::sys::*;
use super::writer::Writer;

/// # Safety
/// The slice is borrowed as types.h says, for at least as long as the result is used.
pub(super) unsafe fn bytes_of<'a>(slice: &lodge_slice) -> &'a [u8] {
    match slice.size {
        0 => &[],
        size => std::slice::from_raw_parts(slice.data.cast(), size),
    }
}

/// Names of services and callbacks are ASCII.
pub(super) fn text_of(slice: &lodge_slice) -> &str {
    std::str::from_utf8(unsafe { bytes_of(slice) }).unwrap_or("")
}

/// The arguments of a call, one after another; each error says which one it is about.
pub struct Arguments<'a> {
    rest: Reader<'a>,
    index: u32,
}

impl<'a> Arguments<'a> {
    pub fn next<T: Read<'a>>(&mut self) -> Result<T> {
        self.index += 1;
        T::read(&mut self.rest)
            .map_err(|why| Error::invalid_argument(why.at(format!("argument {}", self.index)).to_string()))
    }
}

/// A plugin instance.
struct Instance<P> {
    host: Host,
    plugin: P,
}

thread_local! {
    /// While this thread is in plugin code that `guarded` watches over: where it panicked.
    static WATCHED: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Panics that are caught here are written to the host's log, not to standard error; all others still are. This is the
/// plugin's own copy of Rust's library: nobody else's hook is replaced.
fn keep_panics_quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let otherwise = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let watched = WATCHED.try_with(|at| match (&mut *at.borrow_mut(), info.location()) {
                (Some(at), Some(place)) => {
                    *at = format!("{}:{}", place.file(), place.line());
                    true
                }
                (at, _) => at.is_some(),
            });
            if !watched.unwrap_or(false) {
                otherwise(info);
            }
        }));
    });
}

/// Runs plugin code. A panic is an INTERNAL error with its text, and a line in the log with its place.
fn guarded<T>(host: &Host, body: impl FnOnce() -> Result<T>) -> Result<T> {
    let outer = WATCHED.with(|at| at.replace(Some(String::new())));
    let ran = catch_unwind(AssertUnwindSafe(body)).map_err(|panic| {
        let place = WATCHED.with(|at| at.borrow().clone());
        let text = panic_text(&*panic).to_owned();
        drop_panic(panic);
        (place.unwrap_or_default(), text)
    });
    WATCHED.with(|at| at.replace(outer));
    ran.unwrap_or_else(|(place, text)| {
        host.log(LODGE_LOG_ERROR, &format!("panicked at {}: {}", place, text));
        Err(Error::new(LODGE_INTERNAL, text))
    })
}

/// What was panicked with may panic when it is dropped, with something that does so again: that one is left undropped.
fn drop_panic(panic: Box<dyn Any + Send>) {
    if let Err(next) = catch_unwind(AssertUnwindSafe(|| drop(panic))) {
        std::mem::forget(next);
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (_, Some(text)) => text,
        _ => "a panic with something that is no text",
    }
}

/// Runs what the host calls without an answer to give.
pub(super) fn guarded_task(host: &Host, body: impl FnOnce()) {
    // What went wrong is in the log.
    let _ = guarded(host, || {
        body();
        Ok(())
    });
}

/// The same with the answer of a callback or hook.
fn answered(host: &Host, out: &mut Writer, body: impl FnOnce(&mut Writer) -> Result<i32>) -> i32 {
    guarded(host, || body(out)).unwrap_or_else(|error| {
        out.clear();
        let _ = out.append(error.message.as_bytes()); // without room the code stands alone
        error.code.min(LODGE_CANCELLED) // an error is no verdict
    })
}

/// # Safety
/// For the host alone, as descriptor.h says of a callback; `this` came from `create::<P>`.
pub unsafe fn callback<P: Plugin>(
    this: *mut c_void,
    call: *const lodge_call,
    out: *mut lodge_writer,
    body: impl FnOnce(&P, &Call, &mut Arguments, &mut Writer) -> Result<i32>,
) -> i32 {
    let instance = &*this.cast::<Instance<P>>();
    let out = Writer::borrow(out);
    let call = Call::new(instance.host, &*call);
    let mut arguments = Arguments { rest: Reader(bytes_of(&call.raw.args)), index: 0 };
    let code = answered(&instance.host, out, |out| body(&instance.plugin, &call, &mut arguments, out));
    if call.deferred() {
        out.clear();
        return LODGE_DEFERRED;
    }
    code
}

unsafe extern "C" fn create<P: Plugin>(host: *const lodge_host, this: *mut *mut c_void, out: *mut lodge_writer) -> i32 {
    keep_panics_quiet();
    let host = Host::new(host);
    answered(&host, Writer::borrow(out), |_| {
        let plugin = P::create(host)?;
        *this = Box::into_raw(Box::new(Instance { host, plugin })).cast();
        Ok(LODGE_OK)
    })
}

unsafe extern "C" fn destroy<P: Plugin>(this: *mut c_void) {
    let instance = Box::from_raw(this.cast::<Instance<P>>());
    let host = instance.host;
    guarded_task(&host, || drop(instance));
}

unsafe extern "C" fn config<P: Plugin>(this: *mut c_void, config: *const lodge_slice, out: *mut lodge_writer) -> i32 {
    let instance = &*this.cast::<Instance<P>>();
    answered(&instance.host, Writer::borrow(out), |out| {
        let verdict = instance.plugin.config(msgpack::Any(bytes_of(&*config)))?;
        <Verdict as super::call::Answer>::give(verdict, out)
    })
}

unsafe extern "C" fn start<P: Plugin>(this: *mut c_void, out: *mut lodge_writer) -> i32 {
    let instance = &*this.cast::<Instance<P>>();
    answered(&instance.host, Writer::borrow(out), |_| instance.plugin.start().map(|()| LODGE_OK))
}

unsafe extern "C" fn stop<P: Plugin>(this: *mut c_void, out: *mut lodge_writer) -> i32 {
    let instance = &*this.cast::<Instance<P>>();
    answered(&instance.host, Writer::borrow(out), |_| instance.plugin.stop().map(|()| LODGE_OK))
}

pub const fn hooks<P: Plugin>() -> lodge_hooks {
    lodge_hooks {
        struct_size: std::mem::size_of::<lodge_hooks>(),
        create: Some(create::<P>),
        destroy: Some(destroy::<P>),
        config: Some(config::<P>),
        start: Some(start::<P>),
        stop: Some(stop::<P>),
        merge: None,
        updated: None,
        handover_save: None,
        handover_load: None,
        flags: 0,
        reserved: 0,
    }
}
