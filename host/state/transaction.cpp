#include "state/transaction.hpp"

#include <lmdb.h>

#include <utility>

#include "state/environment.hpp"

namespace lodge::state {

namespace {

// LMDB reads through it only.
MDB_val lent(ByteView bytes) {
  return {bytes.size(), const_cast<std::uint8_t*>(bytes.data())};  // NOLINT(cppcoreguidelines-pro-type-const-cast)
}

ByteView view_of(const MDB_val& value) { return {static_cast<const std::uint8_t*>(value.mv_data), value.mv_size}; }

}  // namespace

Transaction::Transaction(Transaction&& other) noexcept
    : environment_(other.environment_), txn_(std::exchange(other.txn_, nullptr)) {}

Transaction::~Transaction() {
  if (txn_ != nullptr) mdb_txn_abort(end());
}

MDB_txn* Transaction::end() {
  environment_->open_transactions_.fetch_sub(1);
  return std::exchange(txn_, nullptr);
}

Result<std::optional<ByteView>> Transaction::get(Table table, ByteView key) const {
  MDB_val wanted = lent(key);
  MDB_val found{};
  const int number = mdb_get(txn_, environment_->handle(table), &wanted, &found);
  if (number == 0) return std::optional(view_of(found));
  if (number == MDB_NOTFOUND) return std::optional<ByteView>();
  return lmdb_error(environment_->place(), "be read", number);
}

void WriteTransaction::note(int number) {
  dirty_ = true;
  if (number != 0 && !failed_) failed_ = lmdb_error(environment_->place(), "be written", number);
}

void WriteTransaction::put(Table table, ByteView key, ByteView value) {
  MDB_val at = lent(key);
  MDB_val what = lent(value);
  note(mdb_put(txn_, environment_->handle(table), &at, &what, 0));
}

void WriteTransaction::remove(Table table, ByteView key) {
  MDB_val at = lent(key);
  const int number = mdb_del(txn_, environment_->handle(table), &at, nullptr);
  if (number != MDB_NOTFOUND) note(number);
}

std::uint64_t WriteTransaction::id() const { return mdb_txn_id(txn_); }

Status WriteTransaction::commit() {
  if (failed_) {
    mdb_txn_abort(end());
    return *failed_;
  }
  const int number = mdb_txn_commit(end());
  if (number != 0) return lmdb_error(environment_->place(), "be written", number);
  return {};
}

void Cursor::Close::operator()(MDB_cursor* cursor) const { mdb_cursor_close(cursor); }

Result<Cursor> Cursor::over(const Transaction& transaction, Table table) {
  MDB_cursor* cursor = nullptr;
  const Environment& environment = *transaction.environment_;
  const int number = mdb_cursor_open(transaction.txn_, environment.handle(table), &cursor);
  if (number != 0) return lmdb_error(environment.place(), "be read", number);
  return Cursor(environment, cursor);
}

Result<std::optional<Entry>> Cursor::next() {
  MDB_val key{};
  MDB_val value{};
  const int number = mdb_cursor_get(cursor_.get(), &key, &value, MDB_NEXT);
  if (number == 0) return std::optional(Entry{view_of(key), view_of(value)});
  if (number == MDB_NOTFOUND) return std::optional<Entry>();
  return lmdb_error(environment_->place(), "be read", number);
}

}  // namespace lodge::state
