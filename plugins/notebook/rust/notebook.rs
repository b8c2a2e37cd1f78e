//! A notebook: notes by title, kept in the service's store. The same as c/notebook.c and cpp/notebook.cpp.

mod lodge;

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lodge::sys::{LODGE_DATA_LOSS, LODGE_LOG_INFO, LODGE_NOT_FOUND};
use lodge::{Any, Call, Error, Host, Reader, Reply, Result, Store, Timer, Verdict};

macro_rules! plugin_name {
    () => {
        "notebook_rust"
    };
}
const TITLE_BYTES_MAX: usize = 200;
const LIMIT_MAX: i64 = 65536;
const SECONDS_MAX: f64 = 3600.0;
const NOTE: &str = "note/";

type Note = (String, Vec<String>); // text, tags
type BorrowedNote<'a> = (&'a str, Vec<&'a str>); // the same, read in place

struct Notebook {
    host: Host,
    store: Store,
    limit: AtomicUsize,
    reminders: Arc<Reminders>,
}

#[derive(Default)]
struct Reminders {
    pending: Mutex<HashMap<u64, Reminder>>,
}

struct Reminder {
    reply: Reply,
    title: String,
    _timer: Timer,
}

impl Reminders {
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Reminder>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `at`: "argument 1".
fn check_title(at: &str, title: &str) -> Result<()> {
    match title.len() {
        1..=TITLE_BYTES_MAX => Ok(()),
        size => {
            let why = format!("{}: a title has 1 to {} bytes, not {}", at, TITLE_BYTES_MAX, size);
            Err(Error::invalid_argument(why))
        }
    }
}

fn explained(at: &str, title: &str, error: Error) -> Error {
    match error.code {
        LODGE_NOT_FOUND => Error::new(error.code, format!("{}: no note called {}", at, title)),
        LODGE_DATA_LOSS => Error::new(error.code, format!("{}: what is kept as {} is no note", at, title)),
        _ => error,
    }
}

fn find(store: &Store, at: &str, title: &str) -> Result<Note> {
    check_title(at, title)?;
    store.get(format!("note/{}", title)).map_err(|error| explained(at, title, error))
}

impl lodge::Plugin for Notebook {
    fn create(host: Host) -> Result<Notebook> {
        Ok(Notebook { host, store: host.store()?, limit: AtomicUsize::default(), reminders: Arc::default() })
    }

    /// Refuses a limit that makes no sense, before the service starts.
    fn config(&self, config: Any) -> Result<Verdict> {
        let limit = Reader::one::<BTreeMap<&str, BTreeMap<&str, Any>>>(config.0)
            .and_then(|plugins| Reader::one::<i64>(plugins[plugin_name!()]["limit"].0))
            .map_err(|why| Error::invalid_argument(format!("limit: {}", why)))?;
        match limit {
            1..=LIMIT_MAX => Ok(Verdict::Continue),
            _ => Err(Error::invalid_argument(format!("limit: from 1 to {}, not {}", LIMIT_MAX, limit))),
        }
    }

    fn start(&self) -> Result<()> {
        self.limit.store(self.host.setting::<u32>("limit")? as usize, Ordering::Relaxed);
        Ok(())
    }
}

impl Notebook {
    /// Declared serial: of two writers of one note, the later text has the higher revision.
    fn write(&self, _call: &Call, title: &str, text: &str, tags: Vec<&str>) -> Result<i64> {
        check_title("argument 1", title)?;
        let limit = self.limit.load(Ordering::Relaxed);
        if text.len() > limit {
            let why = format!("argument 2: a text of {} bytes; the setting `limit` allows {}", text.len(), limit);
            return Err(Error::invalid_argument(why));
        }
        self.store.put(format!("note/{}", title), &(text, tags), 0)?;
        let revision = self.store.increment(format!("revision/{}", title), 1)?;
        self.host.log(LODGE_LOG_INFO, &format!("wrote {}, revision {}", title, revision));
        Ok(revision)
    }

    fn read(&self, _call: &Call, title: &str) -> Result<String> {
        find(&self.store, "argument 1", title).map(|(text, _)| text)
    }

    /// The titles of the notes that have `word` as a tag, or somewhere in their text.
    fn search(&self, _call: &Call, word: &str, in_texts: bool) -> Result<Vec<String>> {
        let mut titles = Vec::new();
        self.store.scan(NOTE, |key, value| {
            if let Ok((text, tags)) = Reader::one::<BorrowedNote>(value.0) {
                if tags.contains(&word) || (in_texts && text.contains(word)) {
                    titles.push(String::from_utf8_lossy(&key[NOTE.len()..]).into());
                }
            }
            true
        })?;
        Ok(titles)
    }

    /// Replaces each [[title]] by the note of that title, for the next plugin.
    fn render(&self, _call: &Call, text: &str) -> Result<Verdict> {
        let mut page = String::new();
        let mut done = 0;
        while let Some(open) = text[done..].find("[[").map(|at| done + at) {
            let at = format!("argument 1, offset {}", open);
            let close = match text[open + 2..].find("]]") {
                Some(size) => open + 2 + size,
                None => return Err(Error::invalid_argument(format!("{}: [[ without ]]", at))),
            };
            page += &text[done..open];
            page += &find(&self.store, &at, &text[open + 2..close])?.0;
            done = close + 2;
        }
        if done == 0 {
            return Ok(Verdict::Continue);
        }
        page += &text[done..];
        Verdict::continue_with((&page,))
    }

    /// Answers later, and holds no thread until then.
    fn remind(&self, call: &Call, title: &str, seconds: f64) -> Result<Verdict> {
        check_title("argument 1", title)?;
        if !(0.0..=SECONDS_MAX).contains(&seconds) {
            return Err(Error::invalid_argument("argument 2: from 0 to 3600 seconds"));
        }
        let mut pending = self.reminders.lock(); // a short time may be over before its timer has its place
        let reply = call.defer()?;
        let id = reply.ticket();
        let (reminders, store) = (Arc::downgrade(&self.reminders), self.store);
        let due = move || {
            let taken = reminders.upgrade().and_then(|reminders| reminders.lock().remove(&id));
            if let Some(Reminder { reply, title, _timer }) = taken {
                let answer = find(&store, "argument 1", &title).and_then(|(text, _)| Verdict::done(&text));
                let _ = reply.complete(answer); // STALE: nobody waits for it any more
            }
        };
        match self.host.after(Duration::from_secs_f64(seconds), due) {
            Ok(timer) => drop(pending.insert(id, Reminder { reply, title: title.into(), _timer: timer })),
            Err(error) => drop(reply.complete(Err(error))),
        }
        Ok(Verdict::Deferred)
    }

    /// Writes the note into another service's notebook, whatever language that one is written in.
    fn copy(&self, call: &Call, title: &str, service: &str) -> Result<i64> {
        let (text, tags) = find(&self.store, "argument 1", title)?;
        call.call(service, "write", (&title, &text, &tags))
    }

    fn tear_out(&self, _call: &Call, title: &str) -> Result<()> {
        check_title("argument 1", title)?;
        if title == "spine" {
            panic!("the spine holds the notebook together"); // a bug, on purpose
        }
        let torn = self.store.remove(format!("note/{}", title));
        torn.map_err(|error| explained("argument 1", title, error))?;
        let _ = self.store.remove(format!("revision/{}", title)); // NOT_FOUND: another tore it out meanwhile
        Ok(())
    }
}

lodge::declare_plugin! {
    Notebook, plugin_name!(), "1.0.0", "Keeps notes in the service's store";
    needs: [LODGE_CALL_V1, LODGE_CONFIG_V1, LODGE_STORE_V1, LODGE_TIMER_V1];
    settings: [
        limit: LODGE_TYPE_INT = b"\xcd\x03\xe8", "how many bytes a text may have, 1 to 65536";
    ];
    callbacks: [
        [LODGE_SERIAL] write(title: str, text: str, tags: list) -> int,
            "Writes a note, or writes it anew; answers its revision";
        [LODGE_QUICK | LODGE_IDEMPOTENT] read(title: str) -> str,
            "The text of a note";
        [LODGE_IDEMPOTENT] search(word: str, in_texts: bool) -> list,
            "The titles of notes with that tag, or word in their text; in no order";
        [LODGE_IDEMPOTENT] render(text: str),
            "Passes a text on with notes in place of their titles in [[ ]]";
        [LODGE_FUNCTION | LODGE_IDEMPOTENT] remind(title: str, seconds: float) -> str,
            "The text of a note, after so many seconds";
        [LODGE_FUNCTION] copy(title: str, service: str) -> int,
            "Writes a note into another service's notebook; answers its revision there";
        [LODGE_FUNCTION] tear_out(title: str) -> nil,
            "Removes a note; to tear out the spine is a bug";
    ];
}
