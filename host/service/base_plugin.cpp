#include "service/base_plugin.hpp"

#include <string>

#include "plugin/frame.hpp"
#include "service/chain.hpp"
#include "service/walk.hpp"
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

std::int32_t answer(lodge_writer& out, const wire::Value& value) {
  return append(out, value.pack()) ? std::int32_t{LODGE_DONE} : std::int32_t{LODGE_RESOURCE_EXHAUSTED};
}

std::int32_t fail(lodge_writer& out, const Error& error) {
  // Without room for the message the code stands alone.
  (void)append(out, view_of(error.message));
  return static_cast<std::int32_t>(error.code);
}

// In the dispatch that the call came in through: the service's own may be another one by now.
std::int32_t service_call(void*, const lodge_call* call, lodge_writer* out) {
  const Walk& outer = *static_cast<const Walk*>(plugin::top_frame()->walk);
  const Result<Described> described = describe(*call);
  if (!described) return fail(*out, described.error());
  const Dispatch& dispatch = *outer.chain().home;
  const Chain* const chain = dispatch.find(described->name, described->args.count());
  if (chain == nullptr) {
    return fail(*out, dispatch.unimplemented(text_of(call->service), described->name, described->args.count()));
  }
  lodge_call seen = *call;
  seen.arity = described->args.count();
  seen.args = slice_of(described->args.bytes());
  seen.name = slice_of(std::string_view(chain->name));
  Walk walk(outer.ground(), *chain, seen, nullptr);
  walk.run_through(*out);
  return walk.code();
}

std::int32_t status_changed(void*, const lodge_call*, lodge_writer* out) { return answer(*out, wire::Value()); }

std::int32_t yes(void*, const lodge_call*, lodge_writer* out) { return answer(*out, true); }

constexpr lodge_callback callbacks[] = {
    {.name = "service_call",
     .fn = service_call,
     .arity = 3,
     .flags = 0,
     .params = "function: str, arguments: list, options: map",
     .result = "any",
     .doc = "the entrance for each call from outside the service; makes the call"},
    {.name = "service_status_changed",
     .fn = status_changed,
     .arity = 1,
     .flags = LODGE_IDEMPOTENT | LODGE_QUICK,
     .params = "state: map",
     .result = "nil",
     .doc = "hears of each change of the service's status; asked of every plugin, whatever the others answer"},
    {.name = "service_ready",
     .fn = yes,
     .arity = 0,
     .flags = LODGE_IDEMPOTENT | LODGE_QUICK,
     .params = "",
     .result = "bool",
     .doc = "false: not ready for calls yet; asked of every plugin, and one says no for all"},
    {.name = "service_drain",
     .fn = yes,
     .arity = 0,
     .flags = LODGE_IDEMPOTENT | LODGE_QUICK,
     .params = "",
     .result = "bool",
     .doc = "false: still has something to finish before `stop`; asked of every plugin, again and again"},
};

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
                                  .hooks = nullptr,
                                  .sdk_build_id = nullptr};

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
