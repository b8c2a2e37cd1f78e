//! Errors as values: a code for programs, a message for people.

use super::sys::*;

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// Negative: LODGE_NOT_FOUND and so on.
    pub code: i32,
    pub message: String,
    /// LODGE_EXECUTED_...: whether the code that was called ran, which decides if a retry is safe.
    pub executed: i32,
}

impl Error {
    pub fn new(code: i32, message: impl Into<String>) -> Error {
        Error { code, message: message.into(), executed: LODGE_EXECUTED_NO }
    }

    pub fn invalid_argument(message: impl Into<String>) -> Error {
        Error::new(LODGE_INVALID_ARGUMENT, message)
    }

    /// What an operation on `key` answers when its interface refused: "lodge.store/1 get color: ...".
    pub(super) fn of(interface: &str, operation: &str, key: &[u8], code: i32) -> Error {
        Error::because(interface, operation, key, code, meaning_of(code))
    }

    /// The same where more is known than the code's meaning.
    pub(super) fn because(interface: &str, operation: &str, key: &[u8], code: i32, why: &str) -> Error {
        let mut message = format!("{} {}", interface.trim_end_matches('\0'), operation);
        if !key.is_empty() {
            message += &format!(" {}", String::from_utf8_lossy(key));
        }
        Error::new(code, format!("{}: {}", message, why))
    }
}

/// A code's meaning, as status.h lists it.
pub fn meaning_of(code: i32) -> &'static str {
    match code {
        LODGE_CANCELLED => "the caller gave up",
        LODGE_INVALID_ARGUMENT => "an argument is wrong, whatever the state of the system",
        LODGE_DEADLINE_EXCEEDED => "the deadline passed first",
        LODGE_NOT_FOUND => "what was asked for does not exist",
        LODGE_ALREADY_EXISTS => "what was to be created exists",
        LODGE_PERMISSION_DENIED => "the caller may not do this",
        LODGE_RESOURCE_EXHAUSTED => "a limit, a quota or a queue is full",
        LODGE_FAILED_PRECONDITION => "not in this state, or not on this thread",
        LODGE_ABORTED => "lost a race; the whole may be tried again",
        LODGE_OUT_OF_RANGE => "past the valid range",
        LODGE_UNIMPLEMENTED => "nobody implements this",
        LODGE_INTERNAL => "a bug: an invariant is broken, or an exception got out",
        LODGE_UNAVAILABLE => "not reachable or not running now; a retry may help",
        LODGE_DATA_LOSS => "data is lost or corrupt beyond repair",
        LODGE_UNAUTHENTICATED => "who the caller is could not be established",
        LODGE_STALE => "a handle used late or twice",
        LODGE_DEADLOCK => "a call that could never end",
        LODGE_FENCED => "a former owner acts on what is no longer its own",
        _ => "an error without a better code",
    }
}
