#include "service/walk.hpp"

#include <time.h>

#include <string>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "plugin/foreign_code.hpp"
#include "wire/packed_values.hpp"

namespace lodge::service {

namespace {

constexpr std::uint32_t nesting_max = 128;
constexpr MonotonicNs quick_ns_max = 1'000'000;

// Buffers for replaced arguments, which whoever's buffer they were written to has bounded; kept by the thread that gave
// them back: a chain of links that continue with others allocates nothing once it is warm.
thread_local std::vector<std::unique_ptr<Writer>> spare_writers;

std::unique_ptr<Writer> spare_writer() {
  if (spare_writers.empty()) return std::make_unique<Writer>(Writer::no_limit);
  std::unique_ptr<Writer> out = std::move(spare_writers.back());
  spare_writers.pop_back();
  return out;
}

void keep_spare(std::unique_ptr<Writer> writer) {
  constexpr std::size_t kept_max = 16;
  constexpr std::size_t bytes_max = std::size_t{1} << 20;
  if (spare_writers.size() >= kept_max || writer->capacity > bytes_max) return;
  writer->clear();
  spare_writers.push_back(std::move(writer));
}

// Whether a link has kept the rules of the buffer that it was lent. A plugin can write over all that it sees of a
// writer of the host's: that one's own knowledge counts, not what stands there now.
bool intact(const lodge_writer& out, const Writer* ours) {
  return ours != nullptr ? ours->intact() : out.size <= out.capacity;
}

/// Makes a buffer that is not intact one again; which rule was broken.
std::string_view mend(Writer* ours) {
  const bool only_its_size = ours == nullptr || ours->buffer_intact();
  if (ours != nullptr) ours->restore();
  return only_its_size ? "wrote past its answer buffer's capacity"
                       : "wrote over its answer buffer's data, capacity or reserve, which are the host's";
}

bool thread_holds_serial(const InstanceContext& context) {
  for (const plugin::Frame* frame = plugin::top_frame(); frame != nullptr; frame = frame->below) {
    if (frame->serial && frame->context == &context) return true;
  }
  return false;
}

// Nanoseconds of CPU that this thread has used.
MonotonicNs thread_cpu_ns() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return MonotonicNs{used.tv_sec} * 1'000'000'000 + used.tv_nsec;
}

/// A call that a plugin waits for on its stack is worth listing while it stands still.
class Standing final : public InFlight::Entry {
 public:
  Standing(const WalkGround& ground, const Walk& walk) : walk_(walk), since_(ground.clock.now()) {
    ground.in_flight.add(*this);
  }
  ~Standing() override { InFlight::remove(*this); }
  Standing(const Standing&) = delete;
  Standing& operator=(const Standing&) = delete;

  [[nodiscard]] CallFacts facts() const override {
    CallFacts out = walk_.facts();
    out.since = since_;
    return out;
  }

 private:
  const Walk& walk_;
  const MonotonicNs since_;
};

}  // namespace

CallFacts Walk::facts() const {
  const std::size_t at = std::min<std::size_t>(next_, chain_.links.size() - 1);
  return {.service = std::string(text_of(seen_.service)),
          .callback = chain_.name + "/" + std::to_string(chain_.arity),
          .caller = std::string(text_of(seen_.caller)),
          .plugin = chain_.links[at].context->plugin(),
          .place = place_,
          .deadline = seen_.deadline_ns};
}

Walk::~Walk() {
  drop_ticket();
  if (args_) keep_spare(std::move(args_));
}

Walk::Step Walk::run(lodge_writer& out) {
  if (deferral_) {
    const Step step = apply_deferral(out);
    if (step != Step::next) return step;
  }
  if (next_ == chain_.links.size()) return run_out(out);

  place_ = CallPlace::running;
  plugin::Frame frame(*chain_.links[next_].context, chain_.name);
  frame.push();
  Step step = Step::next;
  if (frame.depth >= nesting_max) {
    step = fail(out, Code::RESOURCE_EXHAUSTED, "calls are nested 128 deep on this thread; does it call itself?");
  }
  frame.call = &seen_;
  frame.walk = this;
  frame.quick = frame.below != nullptr ? frame.below->quick : ground_.executor.on_loop_thread();
  Writer* const ours = Writer::behind(out);
  while (step == Step::next) {
    step = next_ < chain_.links.size() ? run_link(chain_.links[next_], frame, out, ours) : run_out(out);
  }
  frame.pop();
  return step;
}

Walk::Step Walk::run_link(const Link& link, plugin::Frame& frame, lodge_writer& out, Writer* ours) {
  if (link.serial) {
    if (const Step step = lock_serial(link, out); step != Step::next) return step;
    frame.serial = true;
  }
  frame.context = link.context;
  executed_ = Executed::yes;
  const bool on_loop = frame.quick && frame.below == nullptr;
  const std::int32_t verdict = on_loop ? run_measured(link, out) : run_plain(link, out);
  if (link.serial) {
    frame.serial = owns_serial_ = false;
    link.instance->serial().unlock();
  }
  if (!intact(out, ours)) [[unlikely]]
    return misbehaved(out, mend(ours));
  if (verdict == LODGE_DEFERRED) {
    if (!deferral_) return misbehaved(out, "answered DEFERRED without having taken a ticket");
    place_ = CallPlace::deferred;
    return Step::deferred;
  }
  if (deferral_) [[unlikely]]
    answered_in_spite_of_ticket();
  return apply(verdict, out);
}

void Walk::answered_in_spite_of_ticket() {
  drop_ticket();
  log::misbehaved(chain_.links[next_].context->plugin(),
                  chain_.name + " took a ticket and answered itself; the ticket is void");
}

std::int32_t Walk::run_plain(const Link& link, lodge_writer& out) {
  return plugin::run_foreign([&] { return link.run(link.self, &seen_, &out); });
}

// A quick callback on the loop thread. Whether it was is judged by CPU time, so that a machine that gave the core to
// somebody else is not held against it. Asking for that costs a system call, so it begins with the first overrun by
// the clock; two more by CPU time are needed.
std::int32_t Walk::run_measured(const Link& link, lodge_writer& out) {
  const MonotonicNs before = ground_.clock.now();
  const bool suspected = link.quick->suspected(before);
  const MonotonicNs cpu_before = suspected ? thread_cpu_ns() : 0;
  ground_.quick_since.store(before, std::memory_order_relaxed);
  const std::int32_t verdict = run_plain(link, out);
  ground_.quick_since.store(0, std::memory_order_relaxed);
  const MonotonicNs after = ground_.clock.now();
  if (after - before <= quick_ns_max || (suspected && thread_cpu_ns() - cpu_before <= quick_ns_max)) return verdict;
  if (link.quick->overran(after)) {
    log::misbehaved(link.context->plugin(),
                    chain_.name + "/" + std::to_string(chain_.arity) +
                        " declares itself quick and took more than 1 ms of CPU time three times in a minute; it runs "
                        "on workers from now on");
  }
  return verdict;
}

Walk::Step Walk::lock_serial(const Link& link, lodge_writer& out) {
  if (std::exchange(owns_serial_, true)) return Step::next;
  SerialLock& serial = link.instance->serial();
  const auto refuse = [&](Code code, const std::string& message) {
    owns_serial_ = false;
    return fail(out, code, message);
  };
  if (thread_holds_serial(*link.context)) {
    return refuse(Code::DEADLOCK, "the call comes back to " + link.context->plugin() +
                                      ", whose serial callback is among its own callers: it could never end");
  }
  if (serial.try_lock()) return Step::next;
  // Once it is parked another thread may go on with it.
  place_ = CallPlace::serial;
  if (task_ != nullptr) {
    if (!serial.lock_or_park(*task_)) return Step::parked;
    place_ = CallPlace::running;
    return Step::next;
  }
  const Standing standing(ground_, *this);
  const MonotonicNs deadline =
      seen_.deadline_ns != no_deadline ? seen_.deadline_ns : ground_.clock.now() + ground_.patience_ns;
  if (serial.lock_until(deadline, ground_.clock)) {
    place_ = CallPlace::running;
    return Step::next;
  }
  return refuse(Code::DEADLINE_EXCEEDED, "waited for " + link.context->plugin() + ", which answers one call at a time");
}

Walk::Step Walk::apply(std::int32_t verdict, lodge_writer& out) {
  switch (verdict) {
    case LODGE_DONE:
      return finish(out);
    case LODGE_CONTINUE:
    case LODGE_CONTINUE_WITH:
      if (chain_.function) return misbehaved(out, "passed a function on: only a callback has a next link");
      if (verdict == LODGE_CONTINUE_WITH) return continue_with(out);
      out.size = 0;
      ++next_;
      return Step::next;
    default:
      return verdict < 0 ? finish_error(verdict, out) : unknown_verdict(verdict, out);
  }
}

Walk::Step Walk::unknown_verdict(std::int32_t verdict, lodge_writer& out) {
  return misbehaved(out, "answered with the unknown verdict " + std::to_string(verdict));
}

Walk::Step Walk::apply_deferral(lodge_writer& out) {
  const std::shared_ptr<Deferral> deferral = std::exchange(deferral_, nullptr);
  ticket_ = 0;
  executed_ = deferral->executed();
  out.size = 0;
  const std::int32_t verdict = deferral->verdict();
  // Without room for an error's message its code stands alone.
  if (!append(out, deferral->data()) && verdict >= 0) return no_room(out, deferral->data().size());
  return apply(verdict, out);
}

Walk::Step Walk::finish(lodge_writer& out) {
  if (out.size == 0 && lodge_mp_write_nil(&out) != LODGE_OK) return no_room(out, 1);
  if (!wire::well_formed({out.data, out.size}, 1))
    return misbehaved(out, "answered with bytes that are not one msgpack value");
  code_ = LODGE_OK;
  return Step::answered;
}

Walk::Step Walk::finish_error(std::int32_t code, lodge_writer& out) {
  if (is_code(code)) {
    code_ = code;
    return Step::answered;
  }
  // The caller still gets what the plugin has to say.
  const std::string said(text_of(ByteView(out.data, out.size)));
  const Step step = misbehaved(out, "answered with the unknown code " + std::to_string(code), Code::UNKNOWN);
  if (!said.empty()) (void)append(out, view_of(": " + said));
  return step;
}

// A chain is a pipeline: run out, it answers with its final arguments.
Walk::Step Walk::run_out(lodge_writer& out) {
  out.size = 0;
  std::int32_t written = LODGE_OK;
  if (seen_.arity == 0) written = lodge_mp_write_nil(&out);
  if (seen_.arity > 1) written = lodge_mp_write_array(&out, seen_.arity);
  if (written != LODGE_OK || !append(out, view_of(seen_.args))) return no_room(out, seen_.args.size);
  code_ = LODGE_OK;
  return Step::answered;
}

Walk::Step Walk::continue_with(lodge_writer& out) {
  if (!wire::well_formed({out.data, out.size}, seen_.arity)) {
    return misbehaved(out, "continued with other than " + std::to_string(seen_.arity) + " msgpack values");
  }
  if (!args_) args_ = spare_writer();
  args_->clear();
  if (!append(*args_, {out.data, out.size})) {
    return fail(out, Code::RESOURCE_EXHAUSTED, "no memory for " + std::to_string(out.size) + " bytes of arguments");
  }
  out.size = 0;
  seen_.args = slice_of(args_->view());
  ++next_;
  return Step::next;
}

Walk::Step Walk::fail(lodge_writer& out, Code code, std::string_view message) {
  out.size = 0;
  code_ = write_error(&out, code, message);
  return Step::answered;
}

Walk::Step Walk::no_room(lodge_writer& out, std::size_t bytes) {
  return fail(out, Code::RESOURCE_EXHAUSTED,
              "an answer of " + std::to_string(bytes) + " bytes is too large for its caller's buffer");
}

Walk::Step Walk::misbehaved(lodge_writer& out, std::string_view rule, Code code) {
  drop_ticket();
  const std::string& plugin = chain_.links[next_].context->plugin();
  const std::string what = chain_.name + "/" + std::to_string(chain_.arity) + " " + std::string(rule);
  log::misbehaved(plugin, what);
  return fail(out, code, "plugin " + plugin + " misbehaved: " + what);
}

void Walk::run_through(lodge_writer& out) {
  ShardedCounters::Cell* const counted = chain_.metrics->counters.mine();
  const bool sampled = ShardedCounters::bump(counted[ChainMetrics::calls]) % sample_every == 0;
  const MonotonicNs began = sampled ? ground_.clock.now() : 0;
  run_to_the_end(out);
  ShardedCounters::bump(counted[ChainMetrics::links], links_run());
  if (sampled) chain_.metrics->service.sampled.record(ground_.clock.now() - began);
  if (code_ != LODGE_OK) chain_.metrics->service.errors.add(code_from(code_));
}

void Walk::run_to_the_end(lodge_writer& out) {
  while (run(out) == Step::deferred) {
    const MonotonicNs deadline =
        seen_.deadline_ns != no_deadline ? seen_.deadline_ns : ground_.clock.now() + ground_.patience_ns;
    const bool in_time = [&] {
      const Standing standing(ground_, *this);
      return deferral_->wait_until(deadline, ground_.clock, ground_.executor);
    }();
    if (in_time || deferral_->abandon() == Deferral::Abandoned::answered) continue;
    drop_ticket();
    executed_ = Executed::maybe;
    (void)fail(out, Code::DEADLINE_EXCEEDED, "the deferred answer of " + chain_.name + " did not come in time");
    return;
  }
}

void Walk::give_up() {
  drop_ticket();
  if (std::exchange(owns_serial_, false)) chain_.links[next_].instance->serial().unlock();
}

lodge_handle Walk::take_ticket() {
  if (deferral_) return 0;
  Inherited inherited{.deadline = seen_.deadline_ns};
  if (seen_.trace != nullptr) {
    inherited.trace = *seen_.trace;
    inherited.traced = true;
  }
  const InstanceContext& context = *chain_.links[next_].context;
  deferral_ = std::make_shared<Deferral>(Deferral::Facts{.instance_owner = context.instance_owner(),
                                                         .arity = seen_.arity,
                                                         .function = chain_.function,
                                                         .inherited = inherited});
  ticket_ = ground_.tickets.add(deferral_);
  return ticket_;
}

void Walk::drop_ticket() {
  if (!deferral_) return;
  ground_.tickets.remove(ticket_);
  // Whoever found it in its slot a moment ago is answered STALE.
  (void)deferral_->abandon();
  deferral_ = nullptr;
  ticket_ = 0;
}

}  // namespace lodge::service
