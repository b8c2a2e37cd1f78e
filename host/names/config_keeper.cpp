#include "names/config_keeper.hpp"

#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

#include "base/utf8.hpp"
#include "base/writer.hpp"
#include "names/config_path.hpp"
#include "names/config_record.hpp"
#include "names/packed_value.hpp"

namespace lodge::names {

/// One write, from the thread that waits for it to the committer's and back.
class ConfigKeeper::Write final : public state::Change {
 public:
  /// `change` nullptr: removes.
  Write(ConfigKeeper& keeper, ByteView path, const ValueTable::Change* change)
      : keeper_(keeper), path_(path), change_(change) {}

  void write(state::WriteTransaction& to) override {
    entry_.reset();
    code_ = decide(to);
  }

  void settled(const Status& committed) override {
    if (!committed) code_ = committed.error().code;
    if (code_ == Code::OK && entry_) keeper_.table_.set(std::move(entry_));
    if (code_ == Code::OK && change_ == nullptr) (void)keeper_.table_.remove(path_);
    std::lock_guard lock(mutex_);
    settled_ = true;
    changed_.notify_all();
  }

  Code wait() {
    std::unique_lock lock(mutex_);
    (void)keeper_.executor_.wait(lock, changed_, without_end, [this] { return settled_; });
    return code_;
  }

 private:
  Code decide(state::WriteTransaction& to) {
    Writer before(value_bytes_max);
    const Code found = keeper_.present(to, path_, before);
    if (found != Code::OK && found != Code::NOT_FOUND) return found;
    const bool there = found == Code::OK;
    if (change_ == nullptr) return there ? remove(to) : Code::NOT_FOUND;
    const ByteView seen = before.view();
    Writer after(value_bytes_max);
    if (const Code code = (*change_)(there ? &seen : nullptr, after); code != Code::OK) return code;
    if (!there && keeper_.table_.entries() >= keeper_.table_.limits().entries_max) return Code::RESOURCE_EXHAUSTED;
    // Made now, so that once it is on disk nothing can keep it out of memory.
    entry_ = keeper_.table_.entry_of(path_, after.view());
    if (!entry_) return Code::RESOURCE_EXHAUSTED;
    to.put(keeper_.kept_, path_, record_of(path_, {false, after.view()}));
    return Code::OK;
  }

  Code remove(state::WriteTransaction& to) {
    if (keeper_.seeded_.contains(copy_of(path_))) {
      to.put(keeper_.kept_, path_, record_of(path_, {true, {}}));
    } else {
      to.remove(keeper_.kept_, path_);
    }
    return Code::OK;
  }

  ConfigKeeper& keeper_;
  const ByteView path_;
  const ValueTable::Change* const change_;
  TableEntry::Ptr entry_;
  Code code_ = Code::OK;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool settled_ = false;
};

Code ConfigKeeper::run(ByteView path, const ValueTable::Change* change) {
  Write write(*this, path, change);
  committer_.submit(write);
  return write.wait();
}

Code ConfigKeeper::write(ByteView path, const ValueTable::Change& change) { return run(path, &change); }

Code ConfigKeeper::remove(ByteView path) { return run(path, nullptr); }

/// What the entry is for the next change: as the changes before it have written it, else as the host's file has it.
Code ConfigKeeper::present(const state::Transaction& in, ByteView path, lodge_writer& value) const {
  const Result<std::optional<ByteView>> found = in.get(kept_, path);
  if (!found) return found.error().code;
  if (!*found) return table_.get(path, value);
  const std::optional<ConfigRecord> record = read_record(path, **found);
  if (!record) return Code::DATA_LOSS;
  if (record->deleted) return Code::NOT_FOUND;
  return append(value, record->value) ? Code::OK : Code::DATA_LOSS;
}

Status ConfigKeeper::load(const ConfigDomains& domains, std::set<Bytes> seeded) {
  seeded_ = std::move(seeded);
  std::vector<Bytes> outdated;
  {
    const Result<state::Transaction> transaction = committer_.environment().read();
    if (!transaction) return transaction.error();
    Result<state::Cursor> cursor = state::Cursor::over(*transaction, kept_);
    if (!cursor) return std::move(cursor).error();
    for (;;) {
      const Result<std::optional<state::Entry>> next = cursor->next();
      if (!next) return next.error();
      if (!*next) break;
      if (Status taken = take(**next, domains, outdated); !taken) return taken;
    }
  }
  forget(outdated);
  return {};
}

Status ConfigKeeper::take(const state::Entry& entry, const ConfigDomains& domains, std::vector<Bytes>& outdated) {
  const auto& [path, bytes] = entry;
  const bool possible = ConfigPath::is_entry(path);
  const std::optional<ConfigRecord> record = possible ? read_record(path, bytes) : std::nullopt;
  if (!record || (!record->deleted && !is_one_value(record->value))) {
    const std::string_view domain = possible ? ConfigPath::domain_of(path) : "?";
    const std::string_view key = possible ? text_of(ConfigPath::key_of(path)) : text_of(path);
    return state::damaged(committer_.environment().place(), "the entry `" + escape_for_terminal(key) + "` of domain `" +
                                                                escape_for_terminal(domain) +
                                                                "` is not as it was written");
  }
  // Of a domain that was persisted once: it stays, for the day when it is again.
  if (!domains.contains(ConfigPath::domain_of(path))) return {};
  if (!record->deleted) {
    TableEntry::Ptr made = table_.entry_of(path, record->value);
    if (!made) return Error{Code::RESOURCE_EXHAUSTED, "there is no memory for the persisted configuration"};
    table_.set(std::move(made));
  } else if (seeded_.contains(copy_of(path))) {
    (void)table_.remove(path);
  } else {
    outdated.push_back(copy_of(path));
  }
  return {};
}

// The host's file does not have them any more. Should it have them again, they come back. What cannot be written now is
// written at another start.
void ConfigKeeper::forget(const std::vector<Bytes>& paths) {
  if (paths.empty()) return;
  Result<state::WriteTransaction> transaction = committer_.environment().write();
  if (!transaction) return;
  for (const Bytes& path : paths) transaction->remove(kept_, path);
  (void)transaction->commit();
}

}  // namespace lodge::names
