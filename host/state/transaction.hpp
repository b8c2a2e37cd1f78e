// Transactions over an environment's tables.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.hpp"
#include "base/status.hpp"
#include "state/table.hpp"

struct MDB_txn;
struct MDB_cursor;

namespace lodge::state {

class Environment;

/// A view of the tables that does not change. Copy out and end it: pages that it still sees cannot be used again, and
/// the file grows meanwhile. One thread at a time.
class Transaction {
 public:
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  /// Nothing: there is no such key. The bytes lie in the map.
  [[nodiscard]] Result<std::optional<ByteView>> get(Table table, ByteView key) const;

 protected:
  friend class Environment;
  friend class Cursor;
  Transaction(Environment& environment, MDB_txn* txn) : environment_(&environment), txn_(txn) {}
  /// Whatever comes of it, the transaction has ended.
  [[nodiscard]] MDB_txn* end();

  Environment* environment_;
  MDB_txn* txn_;
};

/// Ends without effect unless it is committed. Begun, used and ended by one thread; one at a time in an environment.
class WriteTransaction : public Transaction {
 public:
  /// Errors are kept, and `commit` answers the first of them: who writes need not ask.
  void put(Table table, ByteView key, ByteView value);
  /// Removes the key if it is there.
  void remove(Table table, ByteView key);

  /// Nothing was written, so there is nothing to commit.
  [[nodiscard]] bool clean() const { return !dirty_; }
  [[nodiscard]] std::uint64_t id() const;

  /// Returns when it is on disk. After an error nothing of it is in the tables; but where the environment
  /// `needs_reopening` then, nobody knows.
  [[nodiscard]] Status commit();

 private:
  friend class Environment;
  using Transaction::Transaction;
  void note(int number);

  bool dirty_ = false;
  std::optional<Error> failed_;
};

/// Goes through a table in the order of its keys. Ends before its transaction.
class Cursor {
 public:
  [[nodiscard]] static Result<Cursor> over(const Transaction& transaction, Table table);

  /// Nothing: that was the last one.
  [[nodiscard]] Result<std::optional<Entry>> next();

 private:
  struct Close {
    void operator()(MDB_cursor* cursor) const;
  };
  Cursor(const Environment& environment, MDB_cursor* cursor) : environment_(&environment), cursor_(cursor) {}

  const Environment* environment_;
  std::unique_ptr<MDB_cursor, Close> cursor_;
};

}  // namespace lodge::state
