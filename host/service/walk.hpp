// Walking a chain: one link after the other, until one answers.
#pragma once

#include <lodge/call.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>

#include "base/clock.hpp"
#include "base/relaxed.hpp"
#include "base/slots.hpp"
#include "base/status.hpp"
#include "base/writer.hpp"
#include "plugin/frame.hpp"
#include "service/call_metrics.hpp"
#include "service/chain.hpp"
#include "service/deferral.hpp"
#include "service/in_flight.hpp"
#include "service/spans.hpp"

namespace lodge::service {

using Tickets = Slots<std::shared_ptr<Deferral>>;

/// What walks need of the node they run on; outlives them.
struct WalkGround {
  const Clock& clock;
  Executor& executor;
  Tickets& tickets;
  MonotonicNs patience_ns;       ///< how long a call without a deadline waits, once it has to
  std::size_t answer_bytes_max;  ///< of a call that nobody's buffer waits for
  /// Since when the loop thread is in a quick callback; 0: it is not. For whoever watches the loop.
  std::atomic<MonotonicNs>& quick_since;
  CallMetrics& metrics;
  InFlight& in_flight;
  Spans& spans;
};

/// One walk of one chain. It stands still where a link is deferred (or, for a walk with a task, where a serial
/// instance is busy) and goes on from there. Used by one thread at a time; whoever owns it keeps service, chain and
/// arguments alive.
class Walk {
 public:
  /// `seen`: what links are shown; `seen.args` holds exactly `seen.arity` well-formed values. `task`: what is
  /// submitted when a standing walk can go on; nullptr: the thread waits instead.
  Walk(const WalkGround& ground, const Chain& chain, const lodge_call& seen, Task* task)
      : ground_(ground), chain_(chain), seen_(seen), task_(task) {}
  ~Walk();
  Walk(const Walk&) = delete;
  Walk& operator=(const Walk&) = delete;

  enum class Step : std::uint8_t {
    next,      ///< the next link is due; `run` never returns it
    answered,  ///< `code` says how; `out` holds the value or the message
    deferred,  ///< a ticket is out: wait for `deferral()`, then run again
    parked     ///< only with a task, which will be submitted: it must run the walk again. Touch nothing
  };

  /// Goes on from where it stands. `out` is empty at the first run, and stays the same.
  [[nodiscard]] Step run(lodge_writer& out);

  /// Runs to the end, waiting on this thread for what is deferred. For walks without a task.
  void run_through(lodge_writer& out);

  /// Ends a walk that stands: its ticket is void from now on, a lock that it was given goes to the next.
  void give_up();

  /// Whether somebody waits for the answer. `nobody_waits` may come from any thread.
  [[nodiscard]] bool awaited() const { return awaited_.load(std::memory_order_acquire); }
  void nobody_waits() { awaited_.store(false, std::memory_order_release); }

  [[nodiscard]] std::int32_t code() const { return code_; }
  [[nodiscard]] Executed executed() const { return executed_; }
  [[nodiscard]] const std::shared_ptr<Deferral>& deferral() const { return deferral_; }
  [[nodiscard]] const lodge_call& seen() const { return seen_; }
  [[nodiscard]] const Chain& chain() const { return chain_; }
  [[nodiscard]] const WalkGround& ground() const { return ground_; }
  /// How many links have run, or stand.
  [[nodiscard]] std::size_t links_run() const {
    return executed_ == Executed::no ? 0 : std::min<std::size_t>(next_ + 1, chain_.links.size());
  }

  /// Where it is now, from any thread; `since` is left to who knows.
  [[nodiscard]] CallFacts facts() const;

  /// Takes the ticket for the link that runs now. 0: it has one already.
  [[nodiscard]] lodge_handle take_ticket();

 private:
  /// `ours`: the Writer that `out` is; nullptr: it is a plugin's.
  [[nodiscard]] Step run_link(const Link& link, plugin::Frame& frame, lodge_writer& out, Writer* ours);
  [[nodiscard]] std::int32_t run_plain(const Link& link, lodge_writer& out);
  [[nodiscard]] std::int32_t run_measured(const Link& link, lodge_writer& out);
  [[nodiscard]] Step lock_serial(const Link& link, lodge_writer& out);
  [[nodiscard]] Step apply(std::int32_t verdict, lodge_writer& out);
  [[nodiscard]] Step apply_deferral(lodge_writer& out);
  [[nodiscard]] Step finish(lodge_writer& out);
  [[nodiscard]] Step finish_error(std::int32_t code, lodge_writer& out);
  [[nodiscard]] Step run_out(lodge_writer& out);
  [[nodiscard]] Step continue_with(lodge_writer& out);
  void run_to_the_end(lodge_writer& out);

  // Away from the way of a call that goes well, which is short without them.
  [[nodiscard, gnu::cold]] Step fail(lodge_writer& out, Code code, std::string_view message);
  [[nodiscard, gnu::cold]] Step no_room(lodge_writer& out, std::size_t bytes);
  [[nodiscard, gnu::cold]] Step misbehaved(lodge_writer& out, std::string_view rule, Code code = Code::INTERNAL);
  [[nodiscard, gnu::cold]] Step unknown_verdict(std::int32_t verdict, lodge_writer& out);
  [[gnu::cold]] void answered_in_spite_of_ticket();
  void drop_ticket();

  const WalkGround& ground_;
  const Chain& chain_;
  lodge_call seen_;
  Task* const task_;
  std::atomic<bool> awaited_{true};
  Relaxed<std::size_t> next_{0};  ///< the link that runs next, or stands
  Relaxed<CallPlace> place_{CallPlace::queued};
  std::unique_ptr<Writer> args_;        ///< what LODGE_CONTINUE_WITH gave; from the thread's spare ones
  std::shared_ptr<Deferral> deferral_;  ///< of the link at next_
  lodge_handle ticket_ = 0;
  bool owns_serial_ = false;
  std::int32_t code_ = LODGE_OK;
  Executed executed_ = Executed::no;
};

}  // namespace lodge::service
