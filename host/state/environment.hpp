// What a host keeps on disk: one LMDB environment in its data directory, of named tables from bytes to bytes.
//
// A directory with data.mdb (LMDB's), lock.mdb (LMDB's) and state.lock (ours). The table lodge.meta says what it is:
// `format` (a number, as text), `software` (who began it), `node` (32 hex digits, drawn when it was begun).
//
// LMDB's traps, and what is done about them here:
// - Opened twice in one process, or closed and opened again, it loses its own file locks: state.lock keeps others out.
// - Reader slots belong to transactions (MDB_NOTLS), not to threads, whose stacks may be fibers.
// - The map must not move under a transaction: address space is reserved once, as much as the file may ever have.
// - A forked child must not touch it: transactions are refused there. A program started by the host must not get its
//   descriptors: LMDB leaves one of them open to that.
// - A full disk comes as EIO; and a meta page that could not be written leaves the environment unusable until it is
//   opened again (`reopen`).
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "platform/file_lock.hpp"
#include "state/lmdb_error.hpp"
#include "state/table.hpp"
#include "state/transaction.hpp"

struct MDB_env;

namespace lodge::state {

/// Of the tables and what is in them. A host reads this one and those below it, and refuses those above.
constexpr std::uint32_t format = 1;

struct EnvironmentOptions {
  std::filesystem::path directory;  ///< made, for this user alone, where it is missing; what it lies in must be there
  std::uint64_t bytes_max = std::uint64_t{64} << 30;  ///< address space that is reserved; the file grows up to it
};

/// `open_table` and `reopen` belong to one thread; the rest is thread-safe. Outlives its transactions.
class Environment {
 public:
  /// Opens what is there, or begins it. Errors name the file and what to do, and nothing on disk has changed then.
  /// ALREADY_EXISTS: another process has it. PERMISSION_DENIED: this user may not. DATA_LOSS: damaged, or not Lodge's.
  /// FAILED_PRECONDITION: of a newer format. RESOURCE_EXHAUSTED: no room.
  [[nodiscard]] static Result<std::unique_ptr<Environment>> open(const EnvironmentOptions& options);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  /// The table of that name, made where it is missing.
  [[nodiscard]] Result<Table> open_table(const std::string& name);

  [[nodiscard]] Result<Transaction> read();
  /// Waits for the one before it to end.
  [[nodiscard]] Result<WriteTransaction> write();

  /// After a commit that failed: it cannot be written any more, and what became of the commit is open.
  [[nodiscard]] bool needs_reopening();
  /// Closes and opens it again, and sees to it that what is there is on disk. Answers the newest transaction in it:
  /// with the id of the one that failed, that one succeeded all the same. No transaction is open meanwhile
  /// (FAILED_PRECONDITION). After another error it stays closed, and transactions are answered that error.
  [[nodiscard]] Result<std::uint64_t> reopen();

  [[nodiscard]] const Place& place() const { return place_; }
  /// 32 hex digits: this state's own, wherever it is moved.
  [[nodiscard]] const std::string& node() const { return node_; }

 private:
  friend class Transaction;
  friend class WriteTransaction;
  friend class Cursor;
  struct Close {
    void operator()(MDB_env* env) const;
  };

  Environment(const EnvironmentOptions& options, platform::FileLock lock);
  [[nodiscard]] Status open_map();
  [[nodiscard]] Status check_meta();
  [[nodiscard]] Status begin_meta();
  [[nodiscard]] bool is_new() const;
  [[nodiscard]] Error not_ours(const Error& meta) const;
  [[nodiscard]] Result<unsigned> open_handle(const std::string& name, bool make);
  [[nodiscard]] Result<MDB_txn*> begin(unsigned flags);
  [[nodiscard]] unsigned handle(Table table) const { return tables_[table.index].handle; }

  struct OpenTable {
    std::string name;
    unsigned handle;
  };

  Place place_;
  const platform::FileLock lock_;
  const pid_t process_;
  std::unique_ptr<MDB_env, Close> env_;
  std::optional<Error> closed_;  ///< why it is
  std::vector<OpenTable> tables_;
  std::string node_;
  std::atomic<std::uint64_t> open_transactions_{0};
};

}  // namespace lodge::state
