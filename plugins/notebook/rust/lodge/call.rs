//! The call that a callback is answering, the ways to answer it, and calls to others.

use std::cell::Cell;

use super::border::text_of;
use super::error::{Error, Result};
use super::host::Host;
use super::msgpack::{ReadOwned, Reader, Values, Write};
use super::sys::*;
use super::writer::{Buffer, Writer};

/// What a callback may answer beside a plain value.
pub enum Verdict {
    /// Ends the walk with this result.
    Done(Buffer),
    /// The next link gets the same arguments.
    Continue,
    /// The next link gets these arguments: as many as this one was given.
    ContinueWith(Buffer),
    /// The Reply taken by Call::defer will answer.
    Deferred,
}

impl Verdict {
    pub fn done(value: &impl Write) -> Result<Verdict> {
        let mut bytes = Buffer::new();
        value.write(&mut bytes).map(|()| Verdict::Done(bytes))
    }

    /// `Verdict::continue_with((&a, &b))`
    pub fn continue_with(arguments: impl Values) -> Result<Verdict> {
        let mut bytes = Buffer::new();
        arguments.write_all(&mut bytes).map(|()| Verdict::ContinueWith(bytes))
    }

    fn parts(&self) -> (i32, &[u8]) {
        match self {
            Verdict::Done(result) => (LODGE_DONE, result.bytes()),
            Verdict::Continue => (LODGE_CONTINUE, &[]),
            Verdict::ContinueWith(arguments) => (LODGE_CONTINUE_WITH, arguments.bytes()),
            Verdict::Deferred => (LODGE_DEFERRED, &[]),
        }
    }
}

/// What a callback may return: a value, a Verdict, or a Result of either.
pub trait Answer {
    fn give(self, out: &mut Writer) -> Result<i32>;
}
impl<T: Write> Answer for T {
    fn give(self, out: &mut Writer) -> Result<i32> {
        self.write(out).map(|()| LODGE_DONE)
    }
}
impl Answer for Verdict {
    fn give(self, out: &mut Writer) -> Result<i32> {
        let (verdict, bytes) = self.parts();
        out.append(bytes).map(|()| verdict)
    }
}
impl<T: Answer> Answer for Result<T> {
    fn give(self, out: &mut Writer) -> Result<i32> {
        self.and_then(|answer| answer.give(out))
    }
}

/// One call, for as long as the callback runs.
pub struct Call<'a> {
    pub host: Host,
    pub raw: &'a lodge_call,
    deferred: Cell<bool>,
}

impl<'a> Call<'a> {
    pub(super) fn new(host: Host, raw: &'a lodge_call) -> Call<'a> {
        Call { host, raw, deferred: Cell::new(false) }
    }

    /// The service being called.
    pub fn service(&self) -> &str {
        text_of(&self.raw.service)
    }

    /// The calling service; empty: from outside the services of this node.
    pub fn caller(&self) -> &str {
        text_of(&self.raw.caller)
    }

    /// When the caller stops waiting, on the clock of Host::now; i64::MAX: never.
    pub fn deadline_ns(&self) -> i64 {
        self.raw.deadline_ns
    }

    /// Calls another service on behalf of this call, whose deadline and trace carry over, and waits for its answer:
    /// `call.call("greeter", "greet", (&who,))`
    pub fn call<R: ReadOwned, V: Values>(&self, service: &str, name: &str, arguments: V) -> Result<R> {
        let calls = self.host.calls()?;
        let mut target = 0;
        let code = unsafe {
            let (at, size) = (service.as_ptr().cast(), service.len());
            (calls.resolve)(self.host.raw, at, size, name.as_ptr().cast(), name.len(), V::COUNT, &mut target)
        };
        if code != LODGE_OK {
            return Err(Error::new(code, format!("cannot be called: {} {}/{}", service, name, V::COUNT)));
        }
        let mut message = Buffer::new();
        arguments.write_all(&mut message)?;
        let options = lodge_call_options {
            struct_size: std::mem::size_of::<lodge_call_options>(),
            flags: 0,
            reserved: 0,
            timeout_ns: 0,
            parent: self.raw,
            parent_ticket: 0,
            trace: std::ptr::null(),
        };
        let mut reply = Buffer::new();
        let mut executed = LODGE_EXECUTED_NO;
        let code = unsafe {
            let (at, size) = (message.bytes().as_ptr(), message.bytes().len());
            (calls.call)(self.host.raw, target, at, size, &options, reply.raw(), &mut executed)
        };
        if code != LODGE_OK {
            return Err(Error { code, message: String::from_utf8_lossy(reply.bytes()).into(), executed });
        }
        let value = if reply.bytes().is_empty() { &[0xc0] } else { reply.bytes() };
        Reader::one(value).map_err(|why| Error {
            code: LODGE_INTERNAL,
            message: format!("the answer: {}", why),
            executed: LODGE_EXECUTED_YES,
        })
    }

    /// Takes the ticket of this call; the callback then returns Verdict::Deferred, and whatever else it returns is
    /// ignored.
    pub fn defer(&self) -> Result<Reply> {
        let calls = self.host.calls()?;
        let mut ticket = 0;
        let code = unsafe { (calls.defer)(self.host.raw, self.raw, &mut ticket) };
        if code != LODGE_OK {
            let why = "the call cannot be deferred: it was already, or is answered elsewhere";
            return Err(Error::new(code, why));
        }
        self.deferred.set(true);
        Ok(Reply { host: self.host.raw, calls, ticket })
    }

    pub(super) fn deferred(&self) -> bool {
        self.deferred.get()
    }
}

/// Owes the answer of a deferred call, on any thread. Dropped without one, it answers INTERNAL by itself.
pub struct Reply {
    host: &'static lodge_host,
    calls: &'static lodge_call_v1,
    ticket: lodge_handle,
}

impl Reply {
    /// Answers. STALE: nobody waits for it any more.
    pub fn complete(mut self, answer: Result<Verdict>) -> Result<()> {
        match &answer {
            Ok(verdict) => {
                let (verdict, bytes) = verdict.parts();
                self.hand_in(verdict, bytes)
            }
            Err(error) => self.hand_in(error.code, error.message.as_bytes()),
        }
    }

    /// What the host knows this answer by: a key to keep it under.
    pub fn ticket(&self) -> lodge_handle {
        self.ticket
    }

    /// Whether somebody still waits.
    pub fn awaited(&self) -> bool {
        unsafe { (self.calls.ticket_awaited)(self.host, self.ticket) == LODGE_OK }
    }

    fn hand_in(&mut self, verdict: i32, bytes: &[u8]) -> Result<()> {
        let code = unsafe { (self.calls.complete)(self.host, self.ticket, verdict, bytes.as_ptr(), bytes.len()) };
        if code == LODGE_OK || code == LODGE_STALE {
            self.ticket = 0;
        }
        match code {
            LODGE_OK => Ok(()),
            _ => Err(Error::of(LODGE_CALL_V1, "complete", b"", code)),
        }
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        if self.ticket != 0 {
            let _ = self.hand_in(LODGE_INTERNAL, b"the plugin dropped the call without an answer");
        }
    }
}
