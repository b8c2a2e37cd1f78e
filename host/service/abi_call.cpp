#include "service/abi_call.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "plugin/name_forms.hpp"
#include "service/plugin_answer.hpp"
#include "wire/packed_values.hpp"

namespace lodge::service {

namespace {

using plugin::Entry;
using plugin::Frame;
using plugin::Place;
using wire::well_formed;

CallInterface& interface_of(const Entry& entry) { return entry->state<CallInterface>(Place::call); }

// The walk that answers `call` on this thread. A caller's pointer is only compared, never followed: it may be stale.
Walk* walk_on_this_thread(const lodge_call* call) {
  for (const Frame* frame = plugin::top_frame(); frame != nullptr; frame = frame->below) {
    if (frame->call == call) return static_cast<Walk*>(frame->walk);
  }
  return nullptr;
}

// What a call takes over from the one on whose behalf it is made. False: that one is not there any more.
bool inherit(const Entry& entry, const lodge_call_options& options, Inherited& out) {
  if (options.parent != nullptr) {
    const Walk* const walk = walk_on_this_thread(options.parent);
    if (walk == nullptr) return false;
    out.deadline = walk->seen().deadline_ns;
    out.traced = walk->seen().trace != nullptr;
    if (out.traced) out.trace = *walk->seen().trace;
    return true;
  }
  if (options.parent_ticket == 0) return true;
  const auto ticket = interface_of(entry).calls.ground().tickets.find(options.parent_ticket);
  if (!ticket || (*ticket)->facts().instance_owner != entry->instance_owner()) return false;
  out = (*ticket)->facts().inherited;
  return true;
}

bool possible(const lodge_call_options& options) {
  return options.struct_size >= sizeof(lodge_call_options) && options.timeout_ns >= 0 && options.reserved == 0 &&
         (options.flags & ~std::uint32_t{LODGE_CALL_IDEMPOTENT}) == 0 &&
         (options.parent == nullptr || options.parent_ticket == 0);
}

// Fills in what `options` say; LODGE_OK, or the code and, in `why`, the reason. `context` keeps the trace.
std::int32_t apply_options(const Entry& entry, const lodge_call_options* options, Inherited& context,
                           CallRequest& request, std::string_view& why) {
  if (options == nullptr) return LODGE_OK;
  if (!possible(*options)) {
    why = "call options: struct_size, flags, reserved, timeout_ns or both parents are wrong";
    return LODGE_INVALID_ARGUMENT;
  }
  if (!inherit(entry, *options, context)) {
    why = "the parent call is not running on this thread, or its ticket is void";
    return LODGE_STALE;
  }
  if (options->trace != nullptr) {
    context.trace = *options->trace;
    context.traced = lodge_no_id(context.trace.trace_id, sizeof context.trace.trace_id) == 0;
  }
  request.flags = options->flags;
  request.deadline = context.deadline;
  if (options->timeout_ns > 0) {
    const MonotonicNs now = interface_of(entry).calls.ground().clock.now();
    const MonotonicNs wanted = options->timeout_ns < no_deadline - now ? now + options->timeout_ns : no_deadline;
    request.deadline = std::min(request.deadline, wanted);
  }
  if (context.traced) request.trace = &context.trace;
  return LODGE_OK;
}

Error wrong_arguments(const Target& target) {
  const std::string count = std::to_string(target.arity());
  return {Code::INVALID_ARGUMENT, "the arguments of " + target.name() + "/" + count + " are not " + count +
                                      " msgpack values, one after another, nested no deeper than " +
                                      std::to_string(LODGE_MP_DEPTH_MAX)};
}

std::int32_t resolve(const lodge_host* host, const char* service, std::size_t service_size, const char* name,
                     std::size_t name_size, std::uint32_t arity, lodge_handle* target) {
  constexpr std::uint32_t arity_max = 32;
  const Entry entry(host);
  if (!entry.live()) return LODGE_STALE;
  if (service == nullptr || name == nullptr || target == nullptr || arity > arity_max) return LODGE_INVALID_ARGUMENT;
  const std::string_view of(service, service_size);
  const std::string_view callback(name, name_size);
  if (!plugin::is_name(of) || !plugin::is_identifier(callback)) return LODGE_INVALID_ARGUMENT;
  const Result<lodge_handle> handle =
      interface_of(entry).calls.resolve(of, callback, arity, {.service = entry->service(), .plugin = entry->plugin()});
  if (!handle) return static_cast<std::int32_t>(handle.error().code);
  *target = *handle;
  return LODGE_OK;
}

std::int32_t call(const lodge_host* host, lodge_handle target, const std::uint8_t* args, std::size_t args_size,
                  const lodge_call_options* options, lodge_writer* reply, std::int32_t* executed) {
  if (executed != nullptr) *executed = LODGE_EXECUTED_NO;
  const Entry entry(host);
  if (!entry.live()) return LODGE_STALE;
  if (reply == nullptr || reply->size != 0) return LODGE_INVALID_ARGUMENT;
  Calls& calls = interface_of(entry).calls;
  Target* const found = calls.targets().find(target);
  if (found == nullptr) return write_error(reply, Code::STALE, "no target of that handle; resolve it first");
  Inherited context;
  CallRequest request{.name = found->name(), .caller = entry->service()};
  std::string_view why;
  if (const std::int32_t code = apply_options(entry, options, context, request, why); code != LODGE_OK) {
    return write_error(reply, code_from(code), why);
  }
  const auto values = wire::PackedValues::check({args, args_size}, found->arity());
  if (!values) return write_error(reply, Code::INVALID_ARGUMENT, wrong_arguments(*found).message);
  request.args = *values;
  Executed ran = Executed::no;
  const std::int32_t code = calls.call(*found, request, *reply, ran);
  if (executed != nullptr) *executed = static_cast<std::int32_t>(ran);
  return code;
}

std::int32_t start(const lodge_host* host, lodge_handle target, const std::uint8_t* args, std::size_t args_size,
                   const lodge_call_options* options, lodge_done_fn done, void* user, lodge_handle* pending) {
  const Entry entry(host);
  if (!entry.live()) return LODGE_STALE;
  CallInterface& state = interface_of(entry);
  Target* const found = state.calls.targets().find(target);
  if (found == nullptr) return LODGE_STALE;
  InstanceContext& instance = InstanceContext::from(host);
  Inherited context;
  CallRequest request{.name = found->name(), .caller = entry->service()};
  std::string_view why;
  if (const std::int32_t code = apply_options(entry, options, context, request, why); code != LODGE_OK) {
    return code;
  }
  const auto values = wire::PackedValues::check({args, args_size}, found->arity());
  if (!values) return answer_start(state, instance, wrong_arguments(*found), done, user, pending);
  request.args = *values;
  const WalkGround& ground = state.calls.ground();
  if (request.deadline == no_deadline) request.deadline = ground.clock.now() + ground.patience_ns;
  return start_call(state, instance, found->cell().name(), request, done, user, pending);
}

std::int32_t cancel(const lodge_host* host, lodge_handle pending) {
  const Entry entry(host);
  if (!entry.live()) return LODGE_STALE;
  const auto found = interface_of(entry).started.find(pending);
  if (!found || found->instance_owner != entry->instance_owner()) return LODGE_STALE;
  const std::shared_ptr<PendingCall> call = found->call.lock();
  if (!call) return LODGE_STALE;
  return call->give_up(Code::CANCELLED, "its caller gave up") ? LODGE_OK : LODGE_STALE;
}

std::int32_t defer(const lodge_host* host, const lodge_call* call, lodge_handle* ticket) {
  const Entry entry(host);
  if (!entry.live()) return LODGE_STALE;
  if (ticket == nullptr) return LODGE_INVALID_ARGUMENT;
  // Only the call on top is being answered; those below wait for it.
  const Frame* const top = plugin::top_frame();
  if (top == nullptr || call == nullptr || top->call != call || top->context != &entry.context()) return LODGE_STALE;
  const lodge_handle taken = static_cast<Walk*>(top->walk)->take_ticket();
  if (taken == 0) return LODGE_STALE;
  *ticket = taken;
  return LODGE_OK;
}

bool possible_answer(std::int32_t verdict, ByteView data, const Deferral::Facts& link) {
  switch (verdict) {
    case LODGE_DONE:
      return data.empty() || well_formed(data, 1);
    case LODGE_CONTINUE:
      return !link.function;
    case LODGE_CONTINUE_WITH:
      return !link.function && well_formed(data, link.arity);
    default:
      return verdict < 0;
  }
}

std::int32_t complete(const lodge_host* host, lodge_handle ticket, std::int32_t verdict, const std::uint8_t* data,
                      std::size_t size) {
  const Entry entry(host);
  if (!entry.live()) return LODGE_STALE;
  Tickets& tickets = interface_of(entry).calls.ground().tickets;
  const auto found = tickets.find(ticket);
  // Another instance's ticket is none of this one's business.
  if (!found || (*found)->facts().instance_owner != entry->instance_owner()) return LODGE_STALE;
  if (!possible_answer(verdict, {data, size}, (*found)->facts())) return LODGE_INVALID_ARGUMENT;
  const auto taken = tickets.remove(ticket);
  if (!taken) return LODGE_STALE;
  return (*taken)->complete(verdict, {data, size}) ? LODGE_OK : LODGE_STALE;
}

std::int32_t awaited(const lodge_host* host, const lodge_call* call) {
  const Entry entry(host);
  if (!entry.live()) return LODGE_STALE;
  const Walk* const walk = call != nullptr ? walk_on_this_thread(call) : nullptr;
  if (walk == nullptr) return LODGE_STALE;
  const Clock& clock = interface_of(entry).calls.ground().clock;
  if (walk->seen().deadline_ns != no_deadline && clock.now() >= walk->seen().deadline_ns)
    return LODGE_DEADLINE_EXCEEDED;
  return walk->awaited() ? LODGE_OK : LODGE_CANCELLED;
}

std::int32_t ticket_awaited(const lodge_host* host, lodge_handle ticket) {
  const Entry entry(host);
  if (!entry.live()) return LODGE_STALE;
  const auto found = interface_of(entry).calls.ground().tickets.find(ticket);
  return found && (*found)->facts().instance_owner == entry->instance_owner() ? LODGE_OK : LODGE_STALE;
}

constexpr lodge_call_v1 table{.resolve = resolve,
                              .call = call,
                              .start = start,
                              .cancel = cancel,
                              .defer = defer,
                              .complete = complete,
                              .awaited = awaited,
                              .ticket_awaited = ticket_awaited};

}  // namespace

std::optional<Inherited> inherited_from(const Entry& entry, const lodge_call* call, lodge_handle ticket) {
  lodge_call_options options{};
  options.parent = call;
  options.parent_ticket = ticket;
  Inherited out;
  return inherit(entry, options, out) ? std::optional(out) : std::nullopt;
}

void offer_calls(plugin::InterfaceRegistry& registry, CallInterface& state) {
  registry.offer(Place::call, LODGE_CALL_V1, &table, &state);
}

}  // namespace lodge::service
