// A call that nobody's stack waits for: from a connection, or started by a plugin.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/executor.hpp"
#include "service/call_request.hpp"
#include "service/cell.hpp"
#include "service/deadline_wheel.hpp"
#include "service/walk.hpp"

namespace lodge::service {

/// Takes the one answer to a call. `body`: one msgpack value, or the message of an error; borrowed. Called on the
/// worker that ran the last link, or on the thread of the timers.
class AnswerTo {
 public:
  virtual ~AnswerTo() = default;
  virtual void answer(Code code, Executed executed, ByteView body) = 0;
};

/// What a pending call is made of.
struct PendingParts {
  Cell::Pass pass;  ///< into the service: it does not stop meanwhile
  const Chain* chain = nullptr;
  CallRequest request;  ///< its arguments are kept alive by `answer_to`, unless there are args_copy
  Bytes args_copy;
  std::string caller;
  std::optional<lodge_trace> trace;
  std::unique_ptr<Span> span;  ///< where it is recorded; its trace is `trace`
  std::unique_ptr<AnswerTo> answer_to;
};

/// Answered exactly once: by the chain, its deadline, or a cancellation. It keeps itself alive from `submitted` until
/// its walk has ended.
class PendingCall final : public Task, public Expiring, public InFlight::Entry {
 public:
  [[nodiscard]] static std::shared_ptr<PendingCall> make(const WalkGround& ground, DeadlineWheel& deadlines,
                                                         PendingParts parts);
  ~PendingCall() override;

  /// All that would run is quick: it may run on the loop thread.
  [[nodiscard]] bool quick() const { return parts_.chain->quick(); }
  /// Runs on the loop thread now. Where a link is deferred it goes on elsewhere.
  void run_quick();

  /// Just before it is handed to the executor: sets its deadline.
  void submitted();
  /// The executor did not take it. True: it has ended without an answer, which its maker gives instead. False: its
  /// deadline came first, and answered.
  [[nodiscard]] bool dropped();
  /// Gives up: the answer is `code`. False: it is answered already. Thread-safe.
  bool give_up(Code code, std::string_view message);

  void run() noexcept override;
  void expire() override;
  [[nodiscard]] CallFacts facts() const override;

 private:
  enum class State : std::uint8_t { queued, running, answered };

  PendingCall(const WalkGround& ground, DeadlineWheel& deadlines, PendingParts parts);
  [[nodiscard]] bool stand();
  void answer_from_walk();
  void count(Code code, ByteView message);
  void end_span(Code code, ByteView message);
  void name_the_limit();
  void end();

  const WalkGround& ground_;
  DeadlineWheel& deadlines_;
  PendingParts parts_;
  Writer out_;
  Walk walk_;
  bool queued_ = false;  ///< it waits for a worker, for the first time
  std::atomic<State> state_{State::queued};
  std::mutex standing_mutex_;
  std::shared_ptr<Deferral> standing_;  ///< what the walk is parked on, or about to be
  std::shared_ptr<Expiring> self_;      ///< until the walk has ended
};

}  // namespace lodge::service
