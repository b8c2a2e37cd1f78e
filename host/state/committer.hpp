// Who writes an environment: one thread that commits what many want written, together.
//
// While one transaction is being synced the next changes gather, and go into the next one: so the price of a sync is
// shared by all who came meanwhile, and nobody waits for more company than that.
//
// What must hold:
// 1. A change is settled once, after the transaction that it is in, and in the order in which changes were submitted.
// 2. A change that is settled without an error is on disk.
// 3. One that is settled with an error is not in the tables, and will not be. One change that cannot be written does
//    not cost the others of its transaction: they are tried again, each alone.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/status.hpp"
#include "state/environment.hpp"

namespace lodge::state {

/// Something to be written. Belongs to whoever submits it, and stays until it is settled.
class Change {
 public:
  virtual ~Change() = default;

  /// Writes itself, on the committer's thread, short and waiting for nothing; sees what the changes before it wrote.
  /// Runs again where the transaction failed, which then has left nothing.
  virtual void write(WriteTransaction& to) = 0;

  /// How it ended, on the committer's thread; it may be gone when this returns.
  virtual void settled(const Status& committed) = 0;
};

/// Thread-safe.
class Committer {
 public:
  /// Of one transaction.
  static constexpr std::size_t changes_max = 1024;

  explicit Committer(std::unique_ptr<Environment> environment);
  /// Settles what was submitted.
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  void submit(Change& change);

  /// For reading, and for opening tables before the first change is submitted.
  [[nodiscard]] Environment& environment() { return *environment_; }

  /// Why a transaction failed last; empty: none did.
  [[nodiscard]] std::string last_failure() const;

 private:
  void run();
  void commit(std::span<Change* const> batch);
  [[nodiscard]] Status attempt(std::span<Change* const> batch);
  [[nodiscard]] Status after_failure(std::uint64_t id, const Error& error);
  void note(const Status& outcome);

  const std::unique_ptr<Environment> environment_;
  mutable std::mutex mutex_;  ///< over what follows
  std::condition_variable came_;
  std::vector<Change*> waiting_;
  std::string last_failure_;
  bool failing_ = false;
  bool ending_ = false;
  std::thread thread_;  ///< the last one made
};

}  // namespace lodge::state
