#include "service/plugin_answer.hpp"

#include <utility>

#include "plugin/foreign_code.hpp"

namespace lodge::service {

namespace {

/// An answer that the instance waits for: it does not end before.
class Owed {
 public:
  Owed() = default;
  explicit Owed(InstanceContext& to) : to_(to.owed_answers.enter() ? &to : nullptr) {}
  Owed(Owed&& other) noexcept : to_(std::exchange(other.to_, nullptr)) {}
  Owed& operator=(Owed&&) = delete;
  ~Owed() {
    if (to_ != nullptr) to_->owed_answers.leave();
  }

  /// False: the instance has stopped, and waits for nothing more.
  explicit operator bool() const { return to_ != nullptr; }

 private:
  InstanceContext* to_ = nullptr;
};

/// Who gets the answer.
struct Recipient {
  InstanceContext& context;
  lodge_done_fn done;  ///< nullptr: nobody
  void* user;
};

/// Carries an answer to the plugin, on a worker of its own: whoever answers may be the loop, or hold locks.
class Delivery final : public Task {
 public:
  Delivery(const Recipient& to, Owed owed, Code code, Executed executed, Bytes body)
      : owed_(std::move(owed)), to_(to), code_(code), executed_(executed), body_(std::move(body)) {}

  void run() noexcept override {
    const std::unique_ptr<Delivery> self(this);
    const plugin::Visit visit(to_.context, "completion of a call");
    // It is: what is owed keeps the instance there.
    if (!visit.live()) return;
    const lodge_slice body = slice_of(body_);
    plugin::run_foreign(
        [&] { to_.done(to_.user, static_cast<std::int32_t>(code_), static_cast<std::int32_t>(executed_), &body); });
  }

 private:
  const Owed owed_;
  const Recipient to_;
  const Code code_;
  const Executed executed_;
  const Bytes body_;
};

class PluginAnswer final : public AnswerTo {
 public:
  PluginAnswer(CallInterface& state, const Recipient& to, Owed owed, lodge_handle handle)
      : state_(state), to_(to), owed_(std::move(owed)), handle_(handle) {}

  void answer(Code code, Executed executed, ByteView body) override {
    state_.started.remove(handle_);
    if (to_.done == nullptr) return;
    // The executor owns it until it runs.
    auto* const delivery = new Delivery(to_, std::move(owed_), code, executed, copy_of(body));
    state_.calls.ground().executor.submit_always(*delivery);
  }

 private:
  CallInterface& state_;
  const Recipient to_;
  Owed owed_;
  const lodge_handle handle_;
};

class NoAnswer final : public AnswerTo {
 public:
  void answer(Code, Executed, ByteView) override {}
};

void give_up(PendingCall& call) {
  // Where it is answered already, that answer is on its way.
  (void)call.give_up(Code::CANCELLED, "the plugin that started the call has stopped");
}

}  // namespace

Status send_one_way(Calls& calls, std::string_view service, const CallRequest& request) {
  Result<std::shared_ptr<PendingCall>> call = calls.prepare(service, request, true, std::make_unique<NoAnswer>());
  if (!call) return std::move(call).error();
  (*call)->submitted();
  Task* const task = call->get();
  Executor& executor = calls.ground().executor;
  if (executor.submit({&task, 1}) == 0 && (*call)->dropped()) return queue_full(executor);
  return {};
}

std::int32_t answer_start(CallInterface& state, InstanceContext& context, const Error& error, lodge_done_fn done,
                          void* user, lodge_handle* pending) {
  Owed owed(context);
  if (!owed) return LODGE_FAILED_PRECONDITION;
  const lodge_handle handle = state.started.add({});
  if (pending != nullptr) *pending = handle;
  PluginAnswer(state, {context, done, user}, std::move(owed), handle)
      .answer(error.code, error.executed, view_of(error.message));
  return LODGE_OK;
}

std::int32_t start_call(CallInterface& state, InstanceContext& context, std::string_view service,
                        const CallRequest& request, lodge_done_fn done, void* user, lodge_handle* pending) {
  Owed owed(context);
  if (!owed) return LODGE_FAILED_PRECONDITION;
  StartedCall started{.call = {}, .instance_owner = context.instance_owner(), .answer_owed = done != nullptr};
  const lodge_handle handle = state.started.add(started);
  const Recipient to{context, done, user};
  Result<std::shared_ptr<PendingCall>> call = state.calls.prepare(
      service, request, true,
      std::make_unique<PluginAnswer>(state, to, done != nullptr ? std::move(owed) : Owed(), handle));
  if (!call) {
    state.started.remove(handle);
    return answer_start(state, context, call.error(), done, user, pending);
  }
  if (pending != nullptr) *pending = handle;
  started.call = *call;
  state.started.replace(handle, started);
  (*call)->submitted();
  Task* const task = call->get();
  if (state.calls.ground().executor.submit({&task, 1}) == 0 && (*call)->dropped()) {
    state.started.remove(handle);
    return LODGE_RESOURCE_EXHAUSTED;
  }
  // Whoever stops the instance may have looked at what it has started just before this was there to be seen.
  if (started.answer_owed && context.owed_answers.closed()) give_up(**call);
  return LODGE_OK;
}

void CallInterface::instance_stopped(std::uint64_t instance_owner) {
  const auto waiting = started.copy_where(
      [instance_owner](const StartedCall& each) { return each.answer_owed && each.instance_owner == instance_owner; });
  for (const StartedCall& each : waiting) {
    if (const std::shared_ptr<PendingCall> call = each.call.lock()) give_up(*call);
  }
}

}  // namespace lodge::service
