#include "service/pending_call.hpp"

#include <utility>

#include "base/log.hpp"

namespace lodge::service {

namespace {

// The request once more, viewing what the parts keep.
lodge_call seen_by_links(PendingParts& parts) {
  parts.request.caller = parts.caller;
  parts.request.trace = parts.trace ? &*parts.trace : nullptr;
  const wire::PackedValues args =
      parts.args_copy.empty() ? parts.request.args : wire::PackedValues::vouched(parts.args_copy, parts.chain->arity);
  return parts.request.seen(parts.pass.cell(), *parts.chain, args);
}

}  // namespace

std::shared_ptr<PendingCall> PendingCall::make(const WalkGround& ground, DeadlineWheel& deadlines, PendingParts parts) {
  return std::shared_ptr<PendingCall>(new PendingCall(ground, deadlines, std::move(parts)));
}

PendingCall::PendingCall(const WalkGround& ground, DeadlineWheel& deadlines, PendingParts parts)
    : ground_(ground),
      deadlines_(deadlines),
      parts_(std::move(parts)),
      out_(ground.answer_bytes_max),
      walk_(ground, *parts_.chain, seen_by_links(parts_), this) {
  if (parts_.request.began == 0) parts_.request.began = ground.clock.now();
  parts_.chain->metrics->counters.add(ChainMetrics::calls);
}

PendingCall::~PendingCall() {
  deadlines_.lift(*this);
  InFlight::remove(*this);
}

CallFacts PendingCall::facts() const {
  CallFacts out = walk_.facts();
  out.since = parts_.request.began;
  return out;
}

void PendingCall::run_quick() {
  self_ = shared_from_this();
  run();
}

void PendingCall::submitted() {
  self_ = shared_from_this();
  queued_ = true;
  ground_.in_flight.add(*this);
  deadlines_.set(*this, parts_.request.deadline);
}

bool PendingCall::dropped() {
  const bool mine = state_.exchange(State::answered, std::memory_order_acq_rel) != State::answered;
  if (mine) count(Code::RESOURCE_EXHAUSTED, view_of("no worker took it: the queue of calls is full"));
  end();
  return mine;
}

bool PendingCall::give_up(Code code, std::string_view message) {
  const State before = state_.exchange(State::answered, std::memory_order_acq_rel);
  if (before == State::answered) return false;
  walk_.nobody_waits();
  count(code, view_of(message));
  parts_.answer_to->answer(code, before == State::queued ? Executed::no : Executed::maybe, view_of(message));
  std::shared_ptr<Deferral> standing;
  {
    std::lock_guard lock(standing_mutex_);
    standing = std::exchange(standing_, nullptr);
  }
  // A parked walk that nobody will resume has ended. Any other comes through `run` once more and ends there.
  if (standing && standing->abandon() == Deferral::Abandoned::parked) end();
  return true;
}

void PendingCall::expire() {
  (void)give_up(Code::DEADLINE_EXCEEDED,
                walk_.chain().name + "/" + std::to_string(walk_.chain().arity) + " did not answer by its deadline");
}

void PendingCall::run() noexcept {
  State expected = State::queued;
  if (!state_.compare_exchange_strong(expected, State::running, std::memory_order_acq_rel) &&
      expected == State::answered) {
    end();
    return;
  }
  if (std::exchange(queued_, false)) ground_.metrics.queue_wait.record(ground_.clock.now() - parts_.request.began);
  for (;;) {
    switch (walk_.run(out_)) {
      case Walk::Step::answered:
        answer_from_walk();
        return;
      case Walk::Step::parked:
        return;
      default:
        break;
    }
    if (stand()) return;
  }
}

// True: the walk is parked or ended, and this call may be gone. False: the answer to its deferral is there.
bool PendingCall::stand() {
  const std::shared_ptr<Deferral> deferral = walk_.deferral();
  // One that ran on the loop thread was over before anybody could have asked, until now.
  if (!in_flight()) ground_.in_flight.add(*this);
  deadlines_.set(*this, parts_.request.deadline);
  {
    std::lock_guard lock(standing_mutex_);
    standing_ = deferral;
  }
  // Answered while the walk was on its way here: whoever did so may have missed the deferral.
  const bool answered = state_.load(std::memory_order_acquire) == State::answered;
  if (answered && deferral->abandon() != Deferral::Abandoned::answered) {
    end();
    return true;
  }
  switch (deferral->park(*this, ground_.executor)) {
    case Deferral::Parked::parked:
      return true;
    case Deferral::Parked::abandoned:
      end();
      return true;
    case Deferral::Parked::answered:
      break;
  }
  std::lock_guard lock(standing_mutex_);
  standing_ = nullptr;
  return false;
}

void PendingCall::answer_from_walk() {
  // Whoever has the answer finds the call counted, and not in flight any more.
  InFlight::remove(*this);
  parts_.chain->metrics->counters.add(ChainMetrics::links, walk_.links_run());
  if (state_.exchange(State::answered, std::memory_order_acq_rel) != State::answered) {
    name_the_limit();
    count(code_from(walk_.code()), {out_.data, out_.size});
    parts_.answer_to->answer(code_from(walk_.code()), walk_.executed(), {out_.data, out_.size});
  } else {
    log::info("service." + parts_.pass.cell().name(),
              "dropped the late answer of " + walk_.chain().name + ": its deadline had passed, or its caller given up");
  }
  end();
}

void PendingCall::count(Code code, ByteView message) {
  ServiceMetrics& service = parts_.chain->metrics->service;
  const bool outside = (parts_.request.flags & LODGE_CALL_OUTSIDE) != 0;
  (outside ? service.outside : service.started).record(ground_.clock.now() - parts_.request.began);
  if (code != Code::OK) service.errors.add(code);
  if (parts_.span) end_span(code, message);
}

// Whoever answers does it, while the walk may go on elsewhere.
void PendingCall::end_span(Code code, ByteView message) {
  CallFacts facts = walk_.facts();
  parts_.span->end(std::move(facts.service), std::move(facts.plugin), code, text_of(message));
}

// Whoever gave up for want of room, the plugin or the walk, could not know how much there is.
void PendingCall::name_the_limit() {
  if (walk_.code() != LODGE_RESOURCE_EXHAUSTED || !out_.refused()) return;
  // Without room for this either, the message is what it was.
  (void)append(out_, view_of(" (an answer may have " + std::to_string(out_.limit()) +
                             " bytes, to fit into limits.frame_bytes_max)"));
}

void PendingCall::end() {
  deadlines_.lift(*this);
  walk_.give_up();
  InFlight::remove(*this);
  parts_.pass.leave();
  // Last: this may be the end of `this`.
  const std::shared_ptr<Expiring> self = std::move(self_);
}

}  // namespace lodge::service
