//! echo/1 answers its argument. The folder `lodge` is copied beside it, as its mod.rs says.
mod lodge;
use lodge::{Any, Call, Host, Result, Verdict};

struct Echo;

impl lodge::Plugin for Echo {
    fn create(_host: Host) -> Result<Echo> {
        Ok(Echo)
    }
}

impl Echo {
    fn echo(&self, _call: &Call, what: Any) -> Result<Verdict> {
        Verdict::done(&what)
    }
    fn nothing(&self, _call: &Call) {}
}

/// Visible to all, were this not the crate's own business.
pub extern "C" fn not_the_entry() {}

lodge::declare_plugin! {
    Echo, "rust-echo", "1.0.0", "Answers its argument";
    needs: [];
    settings: [greeting: LODGE_TYPE_STRING = b"\xa5hello", "not used";];
    callbacks: [
        [LODGE_FUNCTION] echo(what: any) -> any, "Answers its argument";
        nothing() -> nil, "Answers nil";
    ];
}
