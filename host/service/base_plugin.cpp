#include "service/base_plugin.hpp"

#include <string>

#include "service/service.hpp"
#include "wire/msgpack.hpp"

namespace lodge::service {

namespace {

/// What the arguments of `service_call/3` say.
struct Described {
  std::string_view name;
  wire::PackedValues args;
};

Result<Described> describe(const lodge_call& call) {
  lodge_mp_reader reader = wire::reader_of(view_of(call.args));
  lodge_slice name{};
  std::uint32_t arity = 0;
  if (lodge_mp_read_str(&reader, &name) != LODGE_OK || lodge_mp_read_array(&reader, &arity) != LODGE_OK) {
    return Error{Code::INVALID_ARGUMENT, "service_call takes a name, a list of arguments and a map of options"};
  }
  const ByteView rest = wire::rest_of(reader);
  for (std::uint32_t i = 0; i < arity; ++i) lodge_mp_skip(&reader);
  const ByteView values = rest.first(rest.size() - lodge_mp_left(&reader));
  return Described{text_of(name), wire::PackedValues::vouched(values, arity)};
}

std::int32_t fail(lodge_writer& out, const Error& error) {
  // Without room for the message the code stands alone.
  (void)append(out, view_of(error.message));
  return static_cast<std::int32_t>(error.code);
}

std::int32_t service_call(void* self, const lodge_call* call, lodge_writer* out) {
  Service& service = *static_cast<InstanceContext*>(self)->service_object;
  const Result<Described> described = describe(*call);
  if (!described) return fail(*out, described.error());
  const Chain* const chain = service.dispatch().find(described->name, described->args.count());
  if (chain == nullptr) {
    return fail(*out, service.dispatch().unimplemented(service.spec().name, described->name, described->args.count()));
  }
  const CallRequest request{.name = described->name,
                            .args = described->args,
                            .flags = call->flags,
                            .deadline = call->deadline_ns,
                            .caller = text_of(call->caller),
                            .trace = call->trace};
  Walk walk(service.ground(), *chain, request.seen(service.cell(), *chain, described->args), nullptr);
  walk.run_through(*out);
  return walk.code();
}

std::int32_t create(const lodge_host* host, void** self, lodge_writer*) {
  *self = &InstanceContext::from(host);
  return LODGE_OK;
}

constexpr lodge_callback callbacks[] = {
    {.name = "service_call",
     .fn = service_call,
     .arity = 3,
     .flags = 0,
     .params = "function: str, arguments: list, options: map",
     .result = "any",
     .doc = "the entrance for each call from outside the service; makes the call"},
};

constexpr lodge_hooks hooks{.struct_size = sizeof(lodge_hooks),
                            .create = create,
                            .destroy = nullptr,
                            .config = nullptr,
                            .start = nullptr,
                            .stop = nullptr};

constexpr lodge_plugin descriptor{.struct_size = sizeof(lodge_plugin),
                                  .abi = LODGE_ABI,
                                  .flags = 0,
                                  .sdk_version = LODGE_SDK_VERSION,
                                  .name = "base",
                                  .version = "0.1.0",
                                  .summary = "what every service does by default",
                                  .group = nullptr,
                                  .dependencies = {},
                                  .needs = {},
                                  .settings = {},
                                  .callbacks = {callbacks, std::size(callbacks), sizeof(lodge_callback)},
                                  .hooks = &hooks};

}  // namespace

const lodge_plugin& builtin_base() { return descriptor; }

Bytes service_call_arguments(const CallRequest& request) {
  Bytes out = wire::Value(request.name).pack();
  const ByteView args = request.args.bytes();
  const std::uint8_t list16[] = {0xdc, static_cast<std::uint8_t>(request.args.count() >> 8),
                                 static_cast<std::uint8_t>(request.args.count())};
  out.insert(out.end(), std::begin(list16), std::end(list16));
  out.insert(out.end(), args.begin(), args.end());
  const Bytes options = wire::Value::map({{"caller", request.caller},
                                          {"outside", (request.flags & LODGE_CALL_OUTSIDE) != 0},
                                          {"idempotent", (request.flags & LODGE_CALL_IDEMPOTENT) != 0}})
                            .pack();
  out.insert(out.end(), options.begin(), options.end());
  return out;
}

}  // namespace lodge::service
