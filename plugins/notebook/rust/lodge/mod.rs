//! Plugins for Lodge in Rust: a thin, safe layer over the C ABI, without crates, for Rust 1.63 or later. Copy this folder
//! beside your own sources and change it as you like; the SDK installs it (`pkg-config --variable=rust_layer lodge`).
//! What it does not wrap (names, watches, node configuration) is in `sys`.
//!
//! ```text
//! mod lodge;
//! use lodge::{Call, Host, Result};
//!
//! struct Greeter { salutation: String }
//!
//! impl lodge::Plugin for Greeter {
//!     fn create(host: Host) -> Result<Greeter> {
//!         Ok(Greeter { salutation: host.setting("salutation")? })
//!     }
//! }
//!
//! impl Greeter {
//!     fn greet(&self, _call: &Call, who: &str) -> String {
//!         format!("{}, {}", self.salutation, who)
//!     }
//! }
//!
//! lodge::declare_plugin! {
//!     Greeter, "greeter", "1.0.0", "Greets people";
//!     needs: [LODGE_CONFIG_V1];
//!     settings: [salutation: LODGE_TYPE_STRING = b"\xa5hello", "what to say before the name";];
//!     callbacks: [[LODGE_QUICK | LODGE_IDEMPOTENT] greet(who: str) -> str, "Greets somebody by name";];
//! }
//! ```
//!
//! Default values are msgpack. The words behind a callback's parameters tell those who read the descriptor; what is read
//! is what the method takes.
#![allow(dead_code, unused_imports)] // no plugin uses all of it

pub mod border;
mod call;
mod error;
mod host;
mod layout;
pub mod msgpack;
mod plugin;
pub mod sys;
mod writer;

pub use call::{Answer, Call, Reply, Verdict};
pub use error::{meaning_of, Error, Result};
pub use host::{Host, Store, Timer};
pub use msgpack::{Any, Bin, Reader};
pub(crate) use plugin::declare_plugin;
pub use plugin::{list_of, Constant, Plugin};
pub use writer::{Buffer, Writer};
