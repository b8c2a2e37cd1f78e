#include "testing/node.hpp"

#include <utility>

#include "base/closest.hpp"
#include "base/function_task.hpp"
#include "base/loop_thread.hpp"
#include "names/abi_config.hpp"
#include "names/abi_names.hpp"
#include "plugin/abi_log.hpp"
#include "service/abi_metric.hpp"
#include "service/abi_store.hpp"
#include "testing/reception.hpp"
#include "wire/frame.hpp"
#include "wire/packed_values.hpp"

namespace lodge::testing {

namespace {

constexpr std::int64_t ms = 1'000'000;
// Whatever this machine has, or chance gives: tests see the same everywhere.
constexpr std::uint32_t two_workers = 2;
constexpr HashSeed hash_seed{1};

class AnswerInto final : public service::AnswerTo {
 public:
  explicit AnswerInto(std::shared_ptr<Reception> reception) : reception_(std::move(reception)) {}
  void answer(Code code, Executed executed, ByteView body) override { reception_->answer(code, executed, body); }

 private:
  const std::shared_ptr<Reception> reception_;
};

void refuse(Reception& reception, const Error& error) {
  reception.answer(error.code, error.executed, view_of(error.message));
}

}  // namespace

Node::Node(const NodeGround& ground, const control::HostConfig& config, std::int64_t thread_patience_ns)
    : clock_(ground.clock),
      call_timeout_ns_(config.limits.call_timeout_ms * ms),
      drain_timeout_ns_(config.limits.drain_timeout_ms * ms),
      thread_(ground.clock, {.queue_depth_max = config.threads.queue_depth_max,
                             .stacks_max = two_workers + config.threads.spares_max,
                             .thread_patience_ns = thread_patience_ns}),
      names_(thread_, hash_seed, {config.limits.names_max, config.limits.names_per_instance_max}),
      node_config_(ground.clock, thread_, hash_seed, config.limits.config_entries_max),
      runtime_({.clock = ground.clock,
                .executor = thread_,
                .turns = thread_,
                .timers = thread_,
                .interfaces = interfaces_,
                .plugins = ground.shelf,
                .hash_seed = hash_seed,
                .call_timeout_ns = call_timeout_ns_,
                .answer_bytes_max = config.limits.frame_bytes_max - wire::frame_length_min,
                .drain_patience_ns = drain_timeout_ns_}),
      name_ties_(names_, node_config_, runtime_.calls()),
      drive_(std::make_shared<const Drive>(Drive{thread_, ground.interception.book})) {
  runtime_.listen(name_ties_);
  runtime_.listen(plugin_metrics_);
  runtime_.listen(ground.interception.holdings);
  names::offer_names(interfaces_, names_);
  names::offer_config(interfaces_, node_config_);
  service::offer_store(interfaces_);
  service::offer_metrics(interfaces_, plugin_metrics_);
  plugin::offer_log(interfaces_);
  intercept(interfaces_, ground.interception);
  sweep_stores();
}

// As lodged does.
void Node::sweep_stores() {
  (void)thread_.at(clock_.now() + 1000 * ms, [this] {
    for (const auto& each : runtime_.services()) each->store().sweep();
    sweep_stores();
  });
}

Status Node::stop(const std::string& service) {
  const std::shared_ptr<service::Service> found = runtime_.find(service);
  std::vector<std::string> running;
  bool runs = false;
  for (const auto& each : runtime_.services()) {
    const service::Running state = each->state().running;
    if (state != service::Running::running && state != service::Running::paused) continue;
    running.push_back(each->name());
    runs = runs || each == found;
  }
  if (!runs) return Error{Code::NOT_FOUND, "service `" + service + "` does not run" + did_you_mean(service, running)};
  return runtime_.stop(service, std::chrono::nanoseconds(drain_timeout_ns_));
}

bool Node::stop_all() { return runtime_.stop_all(std::chrono::nanoseconds(drain_timeout_ns_)); }

std::shared_ptr<UnderWay> Node::start_call(const CallParts& call) {
  auto reception = std::make_shared<Reception>(drive_);
  const std::int64_t timeout_ns = call.timeout_ns > 0 ? call.timeout_ns : call_timeout_ns_;
  const MonotonicNs now = clock_.now();
  const std::uint32_t idempotent = call.idempotent ? std::uint32_t{LODGE_CALL_IDEMPOTENT} : 0U;
  const service::CallRequest request{.name = call.name,
                                     .args = wire::PackedValues::vouched({call.args, call.args_size}, call.arity),
                                     .flags = LODGE_CALL_OUTSIDE | idempotent,
                                     .deadline = timeout_ns < no_deadline - now ? now + timeout_ns : no_deadline};
  auto prepared = runtime_.calls().prepare(call.service, request, true, std::make_unique<AnswerInto>(reception));
  if (!prepared) {
    refuse(*reception, prepared.error());
    return reception;
  }
  const std::shared_ptr<service::PendingCall>& pending = *prepared;
  reception->waits_for(pending);
  if (pending->quick()) {
    // As the loop thread would run it.
    thread_.submit_always(task_of([pending] {
      const LoopThreadScope loop;
      pending->run_quick();
    }));
    return reception;
  }
  pending->submitted();
  Task* const task = pending.get();
  if (thread_.submit({&task, 1}) == 0 && pending->dropped()) refuse(*reception, service::queue_full(thread_));
  return reception;
}

}  // namespace lodge::testing
