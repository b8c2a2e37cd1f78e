#include "state/committer.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "platform/crash_line.hpp"

namespace lodge::state {

namespace {
constexpr std::string_view module = "state";
}

Committer::Committer(std::unique_ptr<Environment> environment)
    : environment_(std::move(environment)), thread_([this] {
        const platform::CrashStack stack;
        run();
      }) {}

Committer::~Committer() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  came_.notify_one();
  thread_.join();
}

void Committer::submit(Change& change) {
  bool first = false;
  {
    std::lock_guard lock(mutex_);
    first = waiting_.empty();
    waiting_.push_back(&change);
  }
  if (first) came_.notify_one();
}

std::string Committer::last_failure() const {
  std::lock_guard lock(mutex_);
  return last_failure_;
}

void Committer::run() {
  std::vector<Change*> taken;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      came_.wait(lock, [this] { return !waiting_.empty() || ending_; });
      if (waiting_.empty()) return;
      taken.swap(waiting_);
    }
    for (std::span<Change* const> rest = taken; !rest.empty();) {
      const auto batch = rest.first(std::min(rest.size(), changes_max));
      commit(batch);
      rest = rest.subspan(batch.size());
    }
    taken.clear();
  }
}

void Committer::commit(std::span<Change* const> batch) {
  const Status outcome = attempt(batch);
  if (!outcome && outcome.error().code != Code::UNAVAILABLE && batch.size() > 1) {
    for (Change* const& each : batch) commit({&each, 1});
    return;
  }
  note(outcome);
  for (Change* const each : batch) each->settled(outcome);
}

Status Committer::attempt(std::span<Change* const> batch) {
  Result<WriteTransaction> transaction = environment_->write();
  if (!transaction) return std::move(transaction).error();
  for (Change* const each : batch) each->write(*transaction);
  if (transaction->clean()) return {};
  const std::uint64_t id = transaction->id();
  Status committed = transaction->commit();
  return committed ? committed : after_failure(id, committed.error());
}

// Where nobody knows what became of the transaction, the file does.
Status Committer::after_failure(std::uint64_t id, const Error& error) {
  if (!environment_->needs_reopening()) return error;
  log::warn(module, error.message + "; opening it again");
  const Result<std::uint64_t> newest = environment_->reopen();
  if (!newest) return newest.error();
  if (*newest >= id) return {};
  return error;
}

// One line when it begins and one when it is over, however many changes fail in between.
void Committer::note(const Status& outcome) {
  std::lock_guard lock(mutex_);
  if (!outcome) {
    last_failure_ = outcome.error().message;
    if (!std::exchange(failing_, true)) log::error(module, last_failure_);
  } else if (std::exchange(failing_, false)) {
    log::info(module, environment_->place().data_file().string() + " can be written again");
  }
}

}  // namespace lodge::state
