#include "service/plugin_answer.hpp"

#include <utility>

namespace lodge::service {

namespace {

/// Carries an answer to the plugin, on a worker of its own: whoever answers may be the loop, or hold locks.
class Delivery final : public Task {
 public:
  Delivery(plugin::HostContext& context, lodge_done_fn done, void* user, Code code, Executed executed, Bytes body)
      : context_(context), done_(done), user_(user), code_(code), executed_(executed), body_(std::move(body)) {}

  void run() noexcept override {
    const std::unique_ptr<Delivery> self(this);
    const plugin::Visit visit(context_, "completion of a call");
    if (!visit.live()) return;
    const lodge_slice body = slice_of(body_);
    done_(user_, static_cast<std::int32_t>(code_), static_cast<std::int32_t>(executed_), &body);
  }

 private:
  plugin::HostContext& context_;
  lodge_done_fn done_;
  void* user_;
  Code code_;
  Executed executed_;
  Bytes body_;
};

class PluginAnswer final : public AnswerTo {
 public:
  PluginAnswer(CallInterface& state, plugin::HostContext& context, lodge_done_fn done, void* user, lodge_handle handle)
      : state_(state), context_(context), done_(done), user_(user), handle_(handle) {}

  void answer(Code code, Executed executed, ByteView body) override {
    state_.pending.remove(handle_);
    if (done_ == nullptr) return;
    // The executor owns it until it runs.
    auto* const delivery = new Delivery(context_, done_, user_, code, executed, copy_of(body));
    state_.calls.ground().executor.submit_always(*delivery);
  }

 private:
  CallInterface& state_;
  plugin::HostContext& context_;
  lodge_done_fn done_;
  void* user_;
  lodge_handle handle_;
};

class NoAnswer final : public AnswerTo {
 public:
  void answer(Code, Executed, ByteView) override {}
};

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

std::int32_t answer_start(CallInterface& state, plugin::HostContext& context, const Error& error, lodge_done_fn done,
                          void* user, lodge_handle* pending) {
  const lodge_handle handle = state.pending.add({});
  if (pending != nullptr) *pending = handle;
  PluginAnswer(state, context, done, user, handle).answer(error.code, error.executed, view_of(error.message));
  return LODGE_OK;
}

std::int32_t start_call(CallInterface& state, plugin::HostContext& context, std::string_view service,
                        const CallRequest& request, lodge_done_fn done, void* user, lodge_handle* pending) {
  const lodge_handle handle = state.pending.add({});
  Result<std::shared_ptr<PendingCall>> call =
      state.calls.prepare(service, request, true, std::make_unique<PluginAnswer>(state, context, done, user, handle));
  if (!call) {
    state.pending.remove(handle);
    return answer_start(state, context, call.error(), done, user, pending);
  }
  if (pending != nullptr) *pending = handle;
  state.pending.replace(handle, *call);
  (*call)->submitted();
  Task* const task = call->get();
  if (state.calls.ground().executor.submit({&task, 1}) == 1) return LODGE_OK;
  if (!(*call)->dropped()) return LODGE_OK;
  state.pending.remove(handle);
  return LODGE_RESOURCE_EXHAUSTED;
}

}  // namespace lodge::service
