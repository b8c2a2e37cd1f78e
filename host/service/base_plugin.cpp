#include "service/base_plugin.hpp"

#include <string>

#include "base/closest.hpp"
#include "plugin/frame.hpp"
#include "service/abi_service.hpp"
#include "service/chain.hpp"
#include "service/runtime.hpp"
#include "service/service_info.hpp"
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

const Walk& walk_of_this_call() { return *static_cast<const Walk*>(plugin::top_frame()->walk); }

// Whether the service's plugins allow the call; asked only where one of them has a say.
Status authorize(const Walk& outer, const lodge_call& call, std::string_view function) {
  const Chain* const chain = outer.chain().home->find("service_authorize", 3);
  if (chain == nullptr || chain->links.size() < 2) return {};
  lodge_call seen = call;
  seen.name = slice_of(std::string_view(chain->name));
  Writer said;
  Walk walk(outer.ground(), *chain, seen, nullptr);
  walk.run_through(said);
  if (walk.code() != LODGE_OK) return Error{code_from(walk.code()), std::string(text_of(said.view())), Executed::no};
  const Result<wire::Value> allowed = wire::Value::unpack(said.view());
  if (allowed && allowed->as_bool() != nullptr && *allowed->as_bool()) return {};
  const std::string caller =
      call.caller.size == 0 ? "callers from outside" : "service " + std::string(text_of(call.caller));
  return Error{Code::PERMISSION_DENIED,
               std::string(text_of(call.service)) + "." + std::string(function) + " is not for " + caller +
                   ": service_authorize says no",
               Executed::no};
}

// In the dispatch that the call came in through: the service's own may be another one by now.
std::int32_t service_call(void*, const lodge_call* call, lodge_writer* out) {
  const Walk& outer = walk_of_this_call();
  const Result<Described> described = describe(*call);
  if (!described) return write_error(out, described.error());
  if (const Status allowed = authorize(outer, *call, described->name); !allowed)
    return write_error(out, allowed.error());
  const Dispatch& dispatch = *outer.chain().home;
  const Chain* const chain = dispatch.find(described->name, described->args.count());
  if (chain == nullptr) {
    return write_error(out, dispatch.unimplemented(text_of(call->service), described->name, described->args.count()));
  }
  lodge_call seen = *call;
  seen.arity = described->args.count();
  seen.args = slice_of(described->args.bytes());
  seen.name = slice_of(std::string_view(chain->name));
  Walk walk(outer.ground(), *chain, seen, nullptr);
  walk.run_through(*out);
  return walk.code();
}

std::int32_t heard(void*, const lodge_call*, lodge_writer* out) { return answer(*out, wire::Value()); }

// The host's own work, for plugins that ask down the chain: what a plugin in front has not answered.
std::int32_t config_of(void*, const lodge_call* call, lodge_writer* out) {
  lodge_mp_reader reader = wire::reader_of(view_of(call->args));
  lodge_slice plugin{};
  if (lodge_mp_read_str(&reader, &plugin) != LODGE_OK) {
    return write_error(out, {Code::INVALID_ARGUMENT, "service_config takes a plugin's name"});
  }
  const Runtime& runtime = plugin::top_frame()->context->state<PluginServices>(plugin::Place::service).runtime();
  const std::shared_ptr<Service> service = runtime.find(text_of(call->service));
  const std::shared_ptr<const Assembly> now = service ? service->assembly() : nullptr;
  std::vector<std::string> names;
  for (const auto& instance : now ? now->instances : std::vector<std::shared_ptr<Instance>>()) {
    if (instance->name() == text_of(plugin)) return answer(*out, shown_settings(*instance));
    names.push_back(instance->name());
  }
  return write_error(out,
                     {Code::NOT_FOUND, "service " + std::string(text_of(call->service)) + " has no plugin `" +
                                           std::string(text_of(plugin)) + "`" + did_you_mean(text_of(plugin), names)});
}

std::int32_t yes(void*, const lodge_call*, lodge_writer* out) { return answer(*out, true); }

constexpr lodge_callback callbacks[] = {
    {.name = "service_call",
     .fn = service_call,
     .arity = 3,
     .flags = 0,
     .params = "function: str, arguments: list, options: map",
     .result = "any",
     .doc = "the entrance for each call from outside the service; asks service_authorize, then makes the call"},
    {.name = "service_authorize",
     .fn = yes,
     .arity = 3,
     .flags = LODGE_IDEMPOTENT | LODGE_QUICK,
     .params = "function: str, arguments: list, options: map",
     .result = "bool",
     .doc = "whether a call from outside the service may be made; anything but true: it is refused"},
    {.name = "service_event",
     .fn = heard,
     .arity = 2,
     .flags = LODGE_IDEMPOTENT | LODGE_QUICK,
     .params = "event: str, data: any",
     .result = "nil",
     .doc = "hears of what happens in the service: `changed`, from the host; and what its plugins tell each other"},
    {.name = "service_config",
     .fn = config_of,
     .arity = 1,
     .flags = LODGE_IDEMPOTENT,
     .params = "plugin: str",
     .result = "map",
     .doc = "the settings of one of its plugins as they are in force; secrets are not shown"},
    {.name = "service_status_changed",
     .fn = heard,
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
