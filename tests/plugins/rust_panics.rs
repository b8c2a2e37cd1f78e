//! Panics, in callbacks and when it ends, with values that panic again each time they are dropped.
#[path = "../../plugins/notebook/rust/lodge/mod.rs"]
mod lodge;
use lodge::{Call, Host, Result};

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        std::panic::panic_any(Bomb);
    }
}

struct Panics;

impl lodge::Plugin for Panics {
    fn create(_host: Host) -> Result<Panics> {
        Ok(Panics)
    }
}

impl Drop for Panics {
    fn drop(&mut self) {
        std::panic::panic_any(Bomb);
    }
}

impl Panics {
    fn explode(&self, _call: &Call) {
        std::panic::panic_any(Bomb);
    }
    fn answer(&self, _call: &Call) -> i32 {
        42
    }
}

lodge::declare_plugin! {
    Panics, "rust_panics", "1.0.0", "Panics again and again";
    needs: [];
    settings: [];
    callbacks: [
        explode() -> nil, "Panics";
        answer() -> int, "Does not";
    ];
}
