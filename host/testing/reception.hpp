// Where the answer to a test's call arrives.
#pragma once

#include <lodge/testing_core.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

#include "service/pending_call.hpp"
#include "testing/log_book.hpp"
#include "testing/one_thread.hpp"

namespace lodge::testing {

/// What drives a host, as long as there is one.
struct Drive {
  OneThread& thread;
  const LogBook& book;
};

/// Asked by the test's thread; answered from any.
class Reception final : public UnderWay {
 public:
  explicit Reception(const std::shared_ptr<const Drive>& drive) : drive_(drive) {}

  /// Once. `body`: one msgpack value, or the message of an error.
  void answer(Code code, Executed executed, ByteView body);
  /// What `cancel` gives up.
  void waits_for(const std::shared_ptr<service::PendingCall>& call) { call_ = call; }

  [[nodiscard]] bool done() const override;
  Outcome outcome() override;
  bool cancel() override;

 private:
  const std::weak_ptr<const Drive> drive_;
  std::weak_ptr<service::PendingCall> call_;
  mutable std::mutex mutex_;
  std::condition_variable answered_;
  std::optional<Outcome> outcome_;
};

}  // namespace lodge::testing
