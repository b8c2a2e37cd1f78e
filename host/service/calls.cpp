#include "service/calls.hpp"

#include <mutex>
#include <utility>

#include "plugin/thread_tags.hpp"
#include "service/base_plugin.hpp"

namespace lodge::service {

namespace {

std::int32_t refuse(const WalkGround& ground, const Error& error, lodge_writer& reply, Executed& executed) {
  ground.metrics.refused.add(error.code);
  reply.size = 0;
  executed = error.executed;
  return write_error(&reply, error);
}

std::string name_of(const CallRequest& request) {
  return std::string(request.name) + "/" + std::to_string(request.args.count());
}

// Apart from the way of calls that nobody traces.
[[gnu::cold, gnu::noinline]] std::int32_t run_traced(const WalkGround& ground, const Chain& chain,
                                                     const CallRequest& request, lodge_call seen, lodge_writer& reply,
                                                     Executed& executed) {
  Span span(ground.spans, *request.trace, name_of(request), ground.clock.now());
  seen.trace = &span.trace();
  Walk walk(ground, chain, seen, nullptr);
  walk.run_through(reply);
  executed = walk.executed();
  CallFacts facts = walk.facts();
  span.end(std::move(facts.service), std::move(facts.plugin), code_from(walk.code()),
           text_of(ByteView(reply.data, reply.size)));
  return walk.code();
}

// The span of a call that nobody's stack waits for; nullptr: it is not recorded.
std::unique_ptr<Span> span_of(const WalkGround& ground, std::string_view service, const CallRequest& request) {
  // What operators ask the host itself is not sampled: who follows spans would be told of his own questions.
  Spans& spans = ground.spans;
  std::optional<lodge_trace> parent;
  if (request.trace != nullptr) {
    if (spans.wanted(*request.trace)) parent = *request.trace;
  } else if ((request.flags & LODGE_CALL_OUTSIDE) != 0 && service != host_service && spans.samples()) {
    parent = spans.new_trace();
  }
  if (!parent) return nullptr;
  const MonotonicNs began = request.began != 0 ? request.began : ground.clock.now();
  return std::make_unique<Span>(spans, *parent, name_of(request), began);
}

}  // namespace

Error queue_full(const Executor& executor) {
  return {Code::RESOURCE_EXHAUSTED,
          "the queue of calls is full: " + std::to_string(executor.queue_depth_max()) +
              " wait (threads.queue_depth_max); try again later",
          Executed::no};
}

Cell* Calls::find_cell(std::string_view service) const {
  std::shared_lock lock(cells_mutex_);
  const auto found = cells_.find(service);
  return found != cells_.end() ? found->second.get() : nullptr;
}

Cell& Calls::cell(std::string_view service) {
  if (Cell* const found = find_cell(service)) return *found;
  auto made = std::make_unique<Cell>(std::string(service));
  const std::string_view key = made->name();
  std::unique_lock lock(cells_mutex_);
  return *cells_.try_emplace(key, std::move(made)).first->second;
}

Result<lodge_handle> Calls::resolve(std::string_view service, std::string_view name, std::uint32_t arity,
                                    const Resolver& by) {
  // The place of a service stays for ever as well: none is made for a target that is refused.
  if (find_cell(service) == nullptr) {
    if (Status room = targets_.room_for(by); !room) return std::move(room).error();
  }
  return targets_.intern(cell(service), name, arity, by);
}

Result<Calls::Admitted> Calls::admit(const Cell::Pass& pass, const Chain* chain, const CallRequest& request) {
  const std::string& service = pass.cell().name();
  if (chain == nullptr) return pass.dispatch().unimplemented(service, request.name, request.args.count());
  if (request.caller == service) return Admitted{chain, {}};
  const Chain* const guard = pass.dispatch().guard();
  if (guard == nullptr) return Admitted{chain, {}};
  return Admitted{guard, service_call_arguments(request)};
}

std::int32_t Calls::call(Target& target, const CallRequest& request, lodge_writer& reply, Executed& executed) {
  executed = Executed::no;
  const Cell::Pass pass(target.cell());
  if (!pass) return refuse(ground_, services_.refusal(target.cell().name()), reply, executed);
  const Dispatch& dispatch = pass.dispatch();
  Admitted admitted{target.chain_in(dispatch), {}};
  if (admitted.chain == nullptr || dispatch.guard() != nullptr) {
    Result<Admitted> asked = admit(pass, admitted.chain, request);
    if (!asked) return refuse(ground_, asked.error(), reply, executed);
    admitted = *std::move(asked);
  }
  const Chain& chain = *admitted.chain;
  if (plugin::in_quick_code() && !chain.quick()) {
    const std::string callee = target.cell().name() + "." + chain.name;
    plugin::quick_code_waited("lodge.call/1 call of " + callee);
    return refuse(
        ground_,
        {Code::FAILED_PRECONDITION, "a quick callback may not call " + callee + ", which may wait", Executed::no},
        reply, executed);
  }
  if (request.trace != nullptr && ground_.spans.wanted(*request.trace)) [[unlikely]] {
    const lodge_call seen = request.seen(target.cell(), chain, admitted.args(request));
    return run_traced(ground_, chain, request, seen, reply, executed);
  }
  Walk walk(ground_, chain, request.seen(target.cell(), chain, admitted.args(request)), nullptr);
  walk.run_through(reply);
  executed = walk.executed();
  return walk.code();
}

Result<std::shared_ptr<PendingCall>> Calls::prepare(std::string_view service, const CallRequest& request,
                                                    bool copy_args, std::unique_ptr<AnswerTo> answer_to) {
  Cell* const cell = find_cell(service);
  const auto refused = [this](Error error) {
    ground_.metrics.refused.add(error.code);
    return error;
  };
  if (cell == nullptr) return refused(services_.refusal(service));
  Cell::Pass pass(*cell);
  if (!pass) return refused(services_.refusal(service));
  Result<Admitted> admitted = admit(pass, pass.dispatch().find(request.name, request.args.count()), request);
  if (!admitted) return refused(std::move(admitted).error());
  PendingParts parts{.pass = std::move(pass),
                     .chain = admitted->chain,
                     .request = request,
                     .args_copy = std::move(admitted->wrapped),
                     .caller = std::string(request.caller),
                     .trace = request.trace != nullptr ? std::optional(*request.trace) : std::nullopt,
                     .span = span_of(ground_, service, request),
                     .answer_to = std::move(answer_to)};
  if (parts.span) parts.trace = parts.span->trace();
  if (copy_args && parts.args_copy.empty()) parts.args_copy = copy_of(request.args.bytes());
  return PendingCall::make(ground_, deadlines_, std::move(parts));
}

}  // namespace lodge::service
