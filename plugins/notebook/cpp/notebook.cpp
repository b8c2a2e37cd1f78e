// A notebook: notes by title, kept in the service's store. The same as c/notebook.c and rust/notebook.rs.
#include <lodge/plugin.hpp>
#include <lodge/store.hpp>

#include <algorithm>

namespace {

constexpr const char* plugin_name = "notebook_cpp";
constexpr std::size_t title_bytes_max = 200;
constexpr std::int64_t limit_max = 65'536;
constexpr double seconds_max = 3'600;

using Note = std::pair<std::string, std::vector<std::string>>;                    // text, tags
using BorrowedNote = std::pair<std::string_view, std::vector<std::string_view>>;  // the same, read in place

std::string key(std::string_view prefix, std::string_view title) { return std::string(prefix).append(title); }

/// `where`: "argument 1".
void check_title(const std::string& where, std::string_view title) {
  if (!title.empty() && title.size() <= title_bytes_max) return;
  throw lodge::Failure(LODGE_INVALID_ARGUMENT, where + ": a title has 1 to " + std::to_string(title_bytes_max) +
                                                   " bytes, not " + std::to_string(title.size()));
}

class Notebook {
 public:
  lodge::Config<std::int64_t> limit;

  explicit Notebook(const lodge::Host& host) : host_(host), store_(host.store()) {}

  /// Refuses a limit that makes no sense, before the service starts.
  static lodge::Verdict config(lodge::AnyView given) {
    std::map<std::string_view, std::map<std::string_view, lodge::AnyView>> plugins;
    std::int64_t limit = 0;
    lodge::Mismatch mismatch;
    if (!lodge::read_value(given.bytes, plugins, mismatch) ||
        !lodge::read_value(plugins[plugin_name]["limit"].bytes, limit, mismatch)) {
      return lodge::Error{LODGE_INVALID_ARGUMENT, "limit: " + mismatch.text};
    }
    if (limit >= 1 && limit <= limit_max) return lodge::go_on();
    return lodge::Error{LODGE_INVALID_ARGUMENT,
                        "limit: from 1 to " + std::to_string(limit_max) + ", not " + std::to_string(limit)};
  }

  /// Declared serial: of two writers of one note, the later text has the higher revision.
  std::int64_t write(std::string_view title, std::string_view text, const std::vector<std::string_view>& tags) const {
    check_title("argument 1", title);
    if (text.size() > static_cast<std::size_t>(limit.get())) {
      throw lodge::Failure(LODGE_INVALID_ARGUMENT, "argument 2: a text of " + std::to_string(text.size()) +
                                                       " bytes; the setting `limit` allows " +
                                                       std::to_string(limit.get()));
    }
    store_.put(key("note/", title), BorrowedNote(text, tags)).or_throw();
    const std::int64_t revision = store_.increment(key("revision/", title)).or_throw();
    host_.log().info("wrote " + std::string(title) + ", revision " + std::to_string(revision));
    return revision;
  }

  std::string read(std::string_view title) const { return find("argument 1", title).or_throw().first; }

  /// The titles of the notes that have `word` as a tag, or somewhere in their text.
  std::vector<std::string> search(std::string_view word, bool in_texts) const {
    constexpr std::string_view prefix = "note/";
    std::vector<std::string> titles;
    const auto see = [&](std::string_view key, lodge::AnyView value) {
      BorrowedNote note;
      lodge::Mismatch mismatch;
      if (!lodge::read_value(value.bytes, note, mismatch)) return;
      const auto& [text, tags] = note;
      const bool tagged = std::find(tags.begin(), tags.end(), word) != tags.end();
      if (tagged || (in_texts && text.find(word) != text.npos)) titles.emplace_back(key.substr(prefix.size()));
    };
    store_.scan(prefix, see).or_throw();
    return titles;
  }

  /// Replaces each [[title]] by the note of that title, for the next plugin.
  lodge::Verdict render(std::string_view text) const {
    std::string page;
    std::size_t done = 0;
    for (std::size_t open = text.find("[["); open != text.npos; open = text.find("[[", done)) {
      const std::string where = "argument 1, offset " + std::to_string(open);
      const std::size_t close = text.find("]]", open + 2);
      if (close == text.npos) throw lodge::Failure(LODGE_INVALID_ARGUMENT, where + ": [[ without ]]");
      const Note note = find(where, text.substr(open + 2, close - open - 2)).or_throw();
      page.append(text.substr(done, open - done)).append(note.first);
      done = close + 2;
    }
    if (done == 0) return lodge::go_on();
    return lodge::continue_with(page.append(text.substr(done)));
  }

  /// A coroutine: it answers later, and holds no thread until then.
  lodge::task<std::string> remind(std::string title, double seconds) const {
    check_title("argument 1", title);
    if (!(seconds >= 0 && seconds <= seconds_max)) {
      throw lodge::Failure(LODGE_INVALID_ARGUMENT, "argument 2: from 0 to 3600 seconds");
    }
    (co_await lodge::sleep(static_cast<std::int64_t>(seconds * 1e9))).or_throw();
    co_return read(title);
  }

  /// Writes the note into another service's notebook, whatever language that one is written in.
  lodge::Result<std::int64_t> copy(lodge::Call& call, std::string_view title, std::string_view service) const {
    const Note note = find("argument 1", title).or_throw();
    return call.call<std::int64_t>(service, "write", title, note.first, note.second);
  }

  void tear_out(std::string_view title) const {
    check_title("argument 1", title);
    if (title == "spine") throw std::logic_error("the spine holds the notebook together");  // a bug, on purpose
    const auto torn = store_.remove(key("note/", title));
    if (!torn) throw lodge::Failure(explained("argument 1", title, torn.error()));
    static_cast<void>(store_.remove(key("revision/", title)));  // NOT_FOUND: another tore it out meanwhile
  }

 private:
  static lodge::Error explained(const std::string& where, std::string_view title, const lodge::Error& error) {
    if (error.code == LODGE_NOT_FOUND) return {LODGE_NOT_FOUND, where + ": no note called " + std::string(title)};
    if (error.code != LODGE_INVALID_ARGUMENT) return error;
    return {LODGE_DATA_LOSS, where + ": what is kept as " + std::string(title) + " is no note"};
  }

  lodge::Result<Note> find(const std::string& where, std::string_view title) const {
    check_title(where, title);
    auto note = store_.get<Note>(key("note/", title));
    if (!note) return explained(where, title, note.error());
    return note;
  }

  lodge::Host host_;
  lodge::Store store_;
};

}  // namespace

LODGE_PLUGIN(
    Notebook, plugin_name, "1.0.0", lodge::summary("Keeps notes in the service's store"), lodge::needs(LODGE_CALL_V1),
    lodge::needs(LODGE_CONFIG_V1), lodge::needs(LODGE_STORE_V1), lodge::needs(LODGE_TIMER_V1),
    lodge::setting<&Notebook::limit>("limit", 1000, "how many bytes a text may have, 1 to 65536"),
    lodge::callback<&Notebook::write>("write", lodge::params("title", "text", "tags"), lodge::serial,
                                      "Writes a note, or writes it anew; answers its revision"),
    lodge::callback<&Notebook::read>("read", lodge::params("title"), lodge::quick, lodge::idempotent,
                                     "The text of a note"),
    lodge::callback<&Notebook::search>("search", lodge::params("word", "in_texts"), lodge::idempotent,
                                       "The titles of notes with that tag, or word in their text; in no order"),
    lodge::callback<&Notebook::render>("render", lodge::params("text"), lodge::idempotent,
                                       "Passes a text on with notes in place of their titles in [[ ]]"),
    lodge::function<&Notebook::remind>("remind", lodge::params("title", "seconds"), lodge::idempotent,
                                       "The text of a note, after so many seconds"),
    lodge::function<&Notebook::copy>("copy", lodge::params("title", "service"),
                                     "Writes a note into another service's notebook; answers its revision there"),
    lodge::function<&Notebook::tear_out>("tear_out", lodge::params("title"),
                                         "Removes a note; to tear out the spine is a bug"))
