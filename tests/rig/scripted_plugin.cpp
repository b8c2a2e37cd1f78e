#include "rig/scripted_plugin.hpp"

#include <map>
#include <mutex>
#include <utility>

#include "base/writer.hpp"
#include "plugin/host_context.hpp"
#include "wire/msgpack.hpp"

namespace lodge::rig {

namespace {

std::mutex all_mutex;
std::map<std::string, ScriptedPlugin*> all;  // by name: one test uses a name once at a time

template <typename T>
lodge_list list_of(const std::vector<T>& items) {
  return {items.data(), static_cast<std::uint32_t>(items.size()), sizeof(T)};
}

}  // namespace

std::vector<wire::Value> Seen::args() const {
  std::vector<wire::Value> values;
  ByteView rest = view_of(call->args);
  for (std::uint32_t i = 0; i < call->arity; ++i) {
    const std::size_t size = wire::check_values(rest, 1, {}).value();
    values.push_back(wire::Value::unpack(rest.first(size)).value());
    rest = rest.subspan(size);
  }
  return values;
}

std::int32_t Seen::done(const wire::Value& value) const {
  (void)append(*out, value.pack());
  return LODGE_DONE;
}

std::int32_t Seen::continue_with(const std::vector<wire::Value>& values) const {
  (void)append(*out, pack_all(values));
  return LODGE_CONTINUE_WITH;
}

std::int32_t Seen::fail(std::int32_t code, std::string_view message) const {
  (void)append(*out, view_of(message));
  return code;
}

lodge_handle Seen::target(std::string_view service, std::string_view name, std::uint32_t arity) const {
  lodge_handle found = 0;
  const std::int32_t code =
      table<lodge_call_v1>().resolve(host, service.data(), service.size(), name.data(), name.size(), arity, &found);
  return code == LODGE_OK ? found : 0;
}

std::int32_t Seen::pass_on_to(lodge_handle target) const {
  return table<lodge_call_v1>().call(host, target, nullptr, 0, nullptr, out, nullptr);
}

lodge_handle Seen::defer() const {
  lodge_handle ticket = 0;
  return table<lodge_call_v1>().defer(host, call, &ticket) == LODGE_OK ? ticket : 0;
}

Bytes pack_all(const std::vector<wire::Value>& values) {
  Bytes out;
  for (const wire::Value& value : values) {
    const Bytes packed = value.pack();
    out.insert(out.end(), packed.begin(), packed.end());
  }
  return out;
}

ScriptedPlugin::ScriptedPlugin(std::string name, std::string version) : name_(std::move(name)) {
  plugin_.struct_size = sizeof(lodge_plugin);
  plugin_.abi = LODGE_ABI;
  plugin_.sdk_version = LODGE_SDK_VERSION;
  plugin_.name = name_.c_str();
  plugin_.version = keep(version);
  plugin_.summary = "scripted by a test";
  hooks_.struct_size = sizeof(lodge_hooks);
  hooks_.create = create;
  hooks_.destroy = destroy;
  hooks_.config = config;
  hooks_.start = start;
  hooks_.stop = stop;
  std::lock_guard lock(all_mutex);
  all[name_] = this;
}

ScriptedPlugin& ScriptedPlugin::depends(const std::string& name, const std::string& range, std::uint32_t flags) {
  dependencies_.push_back({keep(name), keep(range), flags, 0});
  return *this;
}

ScriptedPlugin& ScriptedPlugin::group(const std::string& name) {
  plugin_.group = keep(name);
  return *this;
}

ScriptedPlugin& ScriptedPlugin::needs(const std::string& interface) {
  needs_.push_back(keep(interface));
  return *this;
}

ScriptedPlugin& ScriptedPlugin::build_id(const std::string& sdk) {
  plugin_.sdk_build_id = keep(sdk);
  return *this;
}

ScriptedPlugin& ScriptedPlugin::setting(const std::string& name, std::uint32_t type, std::uint32_t flags,
                                        const wire::Value& default_value, const wire::Value& constraints) {
  lodge_slice packed{};
  lodge_slice constrained{};
  if (!default_value.is_nil()) packed = slice_of(ByteView(defaults_.emplace_back(default_value.pack())));
  if (!constraints.is_nil()) constrained = slice_of(ByteView(defaults_.emplace_back(constraints.pack())));
  settings_.push_back({keep(name), type, flags, packed, nullptr, constrained});
  return *this;
}

ScriptedPlugin& ScriptedPlugin::callback(const std::string& name, std::uint32_t arity, Script script,
                                         std::uint32_t flags) {
  callbacks_.push_back({keep(name), run, arity, flags, nullptr, nullptr, nullptr});
  scripts_.push_back({name, arity, std::move(script)});
  return *this;
}

ScriptedPlugin& ScriptedPlugin::on_create(Hook hook) {
  on_create_ = std::move(hook);
  return *this;
}
ScriptedPlugin& ScriptedPlugin::on_start(Hook hook) {
  on_start_ = std::move(hook);
  return *this;
}
ScriptedPlugin& ScriptedPlugin::on_stop(Hook hook) {
  on_stop_ = std::move(hook);
  return *this;
}
ScriptedPlugin& ScriptedPlugin::on_config(ConfigHook hook) {
  on_config_ = std::move(hook);
  return *this;
}

ScriptedPlugin& ScriptedPlugin::on_destroy(Hook hook) {
  on_destroy_ = std::move(hook);
  return *this;
}
ScriptedPlugin& ScriptedPlugin::on_merge(MergeHook hook) {
  on_merge_ = std::move(hook);
  hooks_.merge = merge;
  return *this;
}
ScriptedPlugin& ScriptedPlugin::on_updated(UpdatedHook hook) {
  on_updated_ = std::move(hook);
  hooks_.updated = updated;
  return *this;
}
ScriptedPlugin& ScriptedPlugin::on_handover(std::function<wire::Value()> save,
                                            std::function<std::int32_t(const wire::Value&)> load, std::uint32_t flags) {
  on_save_ = std::move(save);
  on_load_ = std::move(load);
  hooks_.handover_save = handover_save;
  hooks_.handover_load = handover_load;
  hooks_.flags = flags;
  return *this;
}

const lodge_plugin& ScriptedPlugin::descriptor() {
  plugin_.dependencies = list_of(dependencies_);
  plugin_.needs = list_of(needs_);
  plugin_.settings = list_of(settings_);
  plugin_.callbacks = list_of(callbacks_);
  plugin_.hooks = &hooks_;
  return plugin_;
}

ScriptedPlugin* ScriptedPlugin::of(const lodge_host* host) {
  std::lock_guard lock(all_mutex);
  return all.at(plugin::HostContext::from(host).plugin());
}

std::int32_t ScriptedPlugin::create(const lodge_host* host, void** self, lodge_writer*) {
  ScriptedPlugin* const plugin = of(host);
  if (plugin->on_create_) {
    if (const std::int32_t code = plugin->on_create_(host); code != LODGE_OK) return code;
  }
  *self = new Instance{plugin, host};
  return LODGE_OK;
}

void ScriptedPlugin::destroy(void* self) {
  const std::unique_ptr<Instance> instance(static_cast<Instance*>(self));
  if (instance->plugin->on_destroy_) (void)instance->plugin->on_destroy_(instance->host);
}

std::int32_t ScriptedPlugin::merge(void* self, const lodge_slice* current, const lodge_slice* update,
                                   lodge_writer* out) {
  wire::Value merged;
  const std::int32_t verdict = static_cast<Instance*>(self)->plugin->on_merge_(
      wire::Value::unpack(view_of(*current)).value(), wire::Value::unpack(view_of(*update)).value(), merged);
  if (verdict == LODGE_DONE) (void)append(*out, merged.pack());
  return verdict;
}

std::int32_t ScriptedPlugin::updated(void* self, const lodge_slice* config, lodge_writer*) {
  const Instance& instance = *static_cast<Instance*>(self);
  return instance.plugin->on_updated_(instance.host, wire::Value::unpack(view_of(*config)).value());
}

std::int32_t ScriptedPlugin::handover_save(void* self, lodge_writer* out) {
  (void)append(*out, static_cast<Instance*>(self)->plugin->on_save_().pack());
  return LODGE_OK;
}

std::int32_t ScriptedPlugin::handover_load(void* self, const lodge_slice* state, lodge_writer*) {
  return static_cast<Instance*>(self)->plugin->on_load_(wire::Value::unpack(view_of(*state)).value());
}

std::int32_t ScriptedPlugin::run(void* self, const lodge_call* call, lodge_writer* out) {
  const Instance& instance = *static_cast<Instance*>(self);
  for (const Scripted& each : instance.plugin->scripts_) {
    if (each.name == text_of(call->name) && each.arity == call->arity) return each.script({instance.host, call, out});
  }
  return LODGE_INTERNAL;
}

std::int32_t ScriptedPlugin::config(void* self, const lodge_slice* config, lodge_writer* out) {
  const Instance& instance = *static_cast<Instance*>(self);
  if (!instance.plugin->on_config_) return LODGE_CONTINUE;
  wire::Value replaced;
  const std::int32_t verdict = instance.plugin->on_config_(wire::Value::unpack(view_of(*config)).value(), replaced);
  if (verdict == LODGE_DONE) (void)append(*out, replaced.pack());
  return verdict;
}

std::int32_t ScriptedPlugin::start(void* self, lodge_writer*) {
  const Instance& instance = *static_cast<Instance*>(self);
  return instance.plugin->on_start_ ? instance.plugin->on_start_(instance.host) : LODGE_OK;
}

std::int32_t ScriptedPlugin::stop(void* self, lodge_writer*) {
  const Instance& instance = *static_cast<Instance*>(self);
  return instance.plugin->on_stop_ ? instance.plugin->on_stop_(instance.host) : LODGE_OK;
}

}  // namespace lodge::rig
