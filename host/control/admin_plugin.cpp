#include <lodge/writer.h>

#include <array>
#include <vector>

#include "control/admin.hpp"
#include "service/instance_context.hpp"
#include "wire/msgpack.hpp"

namespace lodge::control {

namespace {

constexpr std::array topics = {status_verbs,  service_verbs, entry_verbs, names_verbs,
                               metrics_verbs, log_verbs,     calls_verbs, trace_verbs};

const AdminVerb* find_verb(std::string_view name, std::uint32_t arity) {
  for (const auto& topic : topics) {
    for (const AdminVerb& verb : topic()) {
      if (verb.name == name && verb.arity == arity) return &verb;
    }
  }
  return nullptr;
}

Result<std::vector<wire::Value>> arguments(const lodge_call& call) {
  std::vector<wire::Value> out;
  lodge_mp_reader reader = wire::reader_of(view_of(call.args));
  for (std::uint32_t i = 0; i < call.arity; ++i) {
    const ByteView rest = wire::rest_of(reader);
    lodge_mp_skip(&reader);
    Result<wire::Value> value = wire::Value::unpack(rest.first(rest.size() - lodge_mp_left(&reader)));
    if (!value) return std::move(value).error();
    out.push_back(*std::move(value));
  }
  return out;
}

/// An instance: who its host is, and what its verbs look at.
struct Control {
  const lodge_host* host;
  Admin& admin;
};

std::optional<Result<wire::Value>> ask(const AdminVerb& verb, const Control& self, const lodge_call& call,
                                       const std::vector<wire::Value>& args) {
  if (verb.begin == nullptr) return verb.run(self.admin, args);
  return verb.begin(self.admin, args, [&] { return VerbAnswer::take(self.host, call); });
}

std::int32_t run(void* self, const lodge_call* call, lodge_writer* out) {
  // These verbs reach every store and all configuration: a plugin has its own interfaces, as far as they are not
  // denied.
  if ((call->flags & LODGE_CALL_OUTSIDE) == 0) {
    return lodge_fail(out, LODGE_PERMISSION_DENIED, "the host's own service answers only its operator");
  }
  const AdminVerb* const verb = find_verb(text_of(call->name), call->arity);
  if (verb == nullptr) return lodge_fail(out, LODGE_UNIMPLEMENTED, "no such verb");
  const Result<std::vector<wire::Value>> args = arguments(*call);
  if (!args) return lodge_fail(out, static_cast<std::int32_t>(args.error().code), args.error().message.c_str());
  const std::optional<Result<wire::Value>> answer = ask(*verb, *static_cast<const Control*>(self), *call, *args);
  if (!answer) return LODGE_DEFERRED;
  const Result<wire::Value>& result = *answer;
  if (!result) return lodge_fail(out, static_cast<std::int32_t>(result.error().code), result.error().message.c_str());
  const Bytes packed = result->pack();
  if (lodge_write(out, packed.data(), packed.size()) != LODGE_OK) {
    return lodge_fail(out, LODGE_RESOURCE_EXHAUSTED, "the answer is too large; ask for less at a time");
  }
  return LODGE_DONE;
}

std::int32_t create(const lodge_host* host, void** self, lodge_writer* out) {
  if (plugin::HostContext::from(host).service() != admin_service) {
    return lodge_fail(out, LODGE_PERMISSION_DENIED, "plugin control belongs to the host's own service, lodge, alone");
  }
  *self = new Control{host, plugin::HostContext::from(host).state<Admin>(plugin::Place::admin)};
  return LODGE_OK;
}

void destroy(void* self) { delete static_cast<Control*>(self); }

std::vector<lodge_callback> callbacks() {
  std::vector<lodge_callback> out;
  for (const auto& topic : topics) {
    for (const AdminVerb& verb : topic()) {
      out.push_back({.name = verb.name,
                     .fn = run,
                     .arity = verb.arity,
                     .flags = LODGE_FUNCTION | (verb.quick ? std::uint32_t{LODGE_QUICK} : 0U),
                     .params = verb.params,
                     .result = "any",
                     .doc = verb.doc});
    }
  }
  return out;
}

}  // namespace

Result<VerbAnswer> VerbAnswer::take(const lodge_host* host, const lodge_call& call) {
  constexpr std::string_view id = LODGE_CALL_V1;
  VerbAnswer out;
  out.host_ = host;
  out.calls_ = static_cast<const lodge_call_v1*>(host->query(host, id.data(), id.size()));
  const std::int32_t code =
      out.calls_ != nullptr ? out.calls_->defer(host, &call, &out.ticket_) : std::int32_t{LODGE_UNIMPLEMENTED};
  if (code != LODGE_OK) return Error{code_from(code), "this call cannot be answered later"};
  return out;
}

void VerbAnswer::operator()(const Result<wire::Value>& result) const {
  const Bytes body = result ? result->pack() : copy_of(view_of(result.error().message));
  const std::int32_t verdict = result ? std::int32_t{LODGE_DONE} : static_cast<std::int32_t>(result.error().code);
  // STALE: it came too late.
  (void)calls_->complete(host_, ticket_, verdict, body.data(), body.size());
}

bool VerbAnswer::awaited() const { return calls_->ticket_awaited(host_, ticket_) == LODGE_OK; }

const lodge_plugin& admin_plugin() {
  static const std::vector<lodge_callback> all = callbacks();
  static const lodge_hooks hooks = [] {
    lodge_hooks out{};
    out.struct_size = sizeof out;
    out.create = create;
    out.destroy = destroy;
    return out;
  }();
  static const lodge_plugin descriptor{
      .struct_size = sizeof(lodge_plugin),
      .abi = LODGE_ABI,
      .flags = 0,
      .sdk_version = LODGE_SDK_VERSION,
      .name = admin_plugin_name.data(),
      .version = LODGE_SDK_VERSION,
      .summary = "the host itself, as lodgectl sees it",
      .group = nullptr,
      .dependencies = {},
      .needs = {},
      .settings = {},
      .callbacks = {all.data(), static_cast<std::uint32_t>(all.size()), sizeof(lodge_callback)},
      .hooks = &hooks,
      .sdk_build_id = nullptr};
  return descriptor;
}

Result<std::string> text_argument(std::span<const wire::Value> args, std::size_t index) {
  if (const std::string* text = args[index].as_text()) return *text;
  return Error{Code::INVALID_ARGUMENT,
               "argument " + std::to_string(index + 1) + ": expected str, got " + std::string(args[index].type_name())};
}

Result<std::uint64_t> count_argument(std::span<const wire::Value> args, std::size_t index) {
  if (const std::int64_t* number = args[index].as_int(); number != nullptr && *number >= 0) {
    return static_cast<std::uint64_t>(*number);
  }
  return Error{Code::INVALID_ARGUMENT, "argument " + std::to_string(index + 1) + ": expected a whole number from 0"};
}

}  // namespace lodge::control
