#include "testing/reception.hpp"

namespace lodge::testing {

void Reception::answer(Code code, Executed executed, ByteView body) {
  Outcome outcome{.code = static_cast<std::int32_t>(code), .executed = static_cast<std::int32_t>(executed)};
  if (code == Code::OK) {
    outcome.value = copy_of(body);
  } else {
    outcome.message = text_of(body);
  }
  std::lock_guard lock(mutex_);
  outcome_ = std::move(outcome);
  answered_.notify_all();
}

bool Reception::done() const {
  std::lock_guard lock(mutex_);
  return outcome_.has_value();
}

Outcome Reception::outcome() {
  std::unique_lock lock(mutex_);
  if (outcome_) return *outcome_;
  const std::shared_ptr<const Drive> drive = drive_.lock();
  if (!drive) return {.code = LODGE_UNAVAILABLE, .message = "the host has gone", .executed = LODGE_EXECUTED_MAYBE};
  const LogBook::Reading reading(drive->book);
  // Its deadline answers it at the latest.
  (void)drive->thread.wait(lock, answered_, without_end, [this] { return outcome_.has_value(); });
  return *outcome_;
}

bool Reception::cancel() {
  const std::shared_ptr<const Drive> drive = drive_.lock();
  const std::shared_ptr<service::PendingCall> call = call_.lock();
  if (!drive || !call) return false;
  const LogBook::Reading reading(drive->book);
  return call->give_up(Code::CANCELLED, "its caller gave up");
}

}  // namespace lodge::testing
