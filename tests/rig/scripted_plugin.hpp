// A plugin whose callbacks and hooks are lambdas of a test: a real descriptor, bound and run by the real host.
#pragma once

#include <lodge/lodge.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "plugin/plugin.hpp"
#include "rig/interface.hpp"
#include "wire/value.hpp"

namespace lodge::rig {

/// What a scripted callback sees, and how it answers.
class Seen {
 public:
  Seen(const lodge_host* node, const lodge_call* seen, lodge_writer* writer) : host(node), call(seen), out(writer) {}

  const lodge_host* const host;
  const lodge_call* const call;
  lodge_writer* const out;

  /// The arguments as values.
  [[nodiscard]] std::vector<wire::Value> args() const;
  [[nodiscard]] std::int32_t done(const wire::Value& value) const;
  [[nodiscard]] std::int32_t continue_with(const std::vector<wire::Value>& values) const;
  [[nodiscard]] std::int32_t fail(std::int32_t code, std::string_view message) const;
  template <typename Table>
  [[nodiscard]] const Table& table() const {
    return rig::table<Table>(host);
  }
  /// A target to call; 0, which is none, where it cannot be.
  [[nodiscard]] lodge_handle target(std::string_view service, std::string_view name, std::uint32_t arity = 0) const;
  /// Calls a target without arguments, its answer into this one's.
  [[nodiscard]] std::int32_t pass_on_to(lodge_handle target) const;
  /// The ticket of this call; 0, which is none, where it has been taken.
  [[nodiscard]] lodge_handle defer() const;
};

using Script = std::function<std::int32_t(const Seen&)>;
using Hook = std::function<std::int32_t(const lodge_host*)>;
using ConfigHook = std::function<std::int32_t(const wire::Value& config, wire::Value& replaced)>;

using MergeHook =
    std::function<std::int32_t(const wire::Value& current, const wire::Value& update, wire::Value& merged)>;
using UpdatedHook = std::function<std::int32_t(const lodge_host*, const wire::Value& config)>;

/// Values packed one after another, as arguments are.
[[nodiscard]] Bytes pack_all(const std::vector<wire::Value>& values);

/// Built by chaining; must outlive the node that runs it.
class ScriptedPlugin {
 public:
  explicit ScriptedPlugin(std::string name, std::string version = "1.0.0");
  ScriptedPlugin(const ScriptedPlugin&) = delete;
  ScriptedPlugin& operator=(const ScriptedPlugin&) = delete;

  ScriptedPlugin& depends(const std::string& name, const std::string& range = "", std::uint32_t flags = 0);
  ScriptedPlugin& group(const std::string& name);
  ScriptedPlugin& needs(const std::string& interface);
  /// What the plugin says that its drafts are of.
  ScriptedPlugin& build_id(const std::string& sdk);
  ScriptedPlugin& setting(const std::string& name, std::uint32_t type, std::uint32_t flags = 0,
                          const wire::Value& default_value = {}, const wire::Value& constraints = {});
  ScriptedPlugin& callback(const std::string& name, std::uint32_t arity, Script script, std::uint32_t flags = 0);
  ScriptedPlugin& on_create(Hook hook);
  ScriptedPlugin& on_start(Hook hook);
  ScriptedPlugin& on_stop(Hook hook);
  ScriptedPlugin& on_config(ConfigHook hook);
  ScriptedPlugin& on_destroy(Hook hook);
  ScriptedPlugin& on_merge(MergeHook hook);
  ScriptedPlugin& on_updated(UpdatedHook hook);
  /// Both, of what is one value.
  ScriptedPlugin& on_handover(std::function<wire::Value()> save, std::function<std::int32_t(const wire::Value&)> load,
                              std::uint32_t flags = 0);

  [[nodiscard]] const std::string& name() const { return name_; }

  /// The descriptor, as a plugin's entry function would return it.
  [[nodiscard]] const lodge_plugin& descriptor();

 private:
  struct Instance {
    ScriptedPlugin* plugin;
    const lodge_host* host;
  };
  struct Scripted {
    std::string name;
    std::uint32_t arity;
    Script script;
  };

  const char* keep(const std::string& text) { return kept_.emplace_back(text).c_str(); }
  static std::int32_t run(void* self, const lodge_call* call, lodge_writer* out);
  static std::int32_t create(const lodge_host* host, void** self, lodge_writer* out);
  static void destroy(void* self);
  static std::int32_t config(void* self, const lodge_slice* config, lodge_writer* out);
  static std::int32_t start(void* self, lodge_writer* out);
  static std::int32_t stop(void* self, lodge_writer* out);
  static std::int32_t merge(void* self, const lodge_slice* current, const lodge_slice* update, lodge_writer* out);
  static std::int32_t updated(void* self, const lodge_slice* config, lodge_writer* out);
  static std::int32_t handover_save(void* self, lodge_writer* out);
  static std::int32_t handover_load(void* self, const lodge_slice* state, lodge_writer* out);
  /// create() knows only the host: the plugin is found by the host's plugin name.
  static ScriptedPlugin* of(const lodge_host* host);

  const std::string name_;
  std::deque<std::string> kept_;
  std::deque<Bytes> defaults_;  ///< and constraints
  std::vector<lodge_dependency> dependencies_;
  std::vector<const char*> needs_;
  std::vector<lodge_setting> settings_;
  std::vector<lodge_callback> callbacks_;
  std::vector<Scripted> scripts_;
  Hook on_create_, on_start_, on_stop_, on_destroy_;
  ConfigHook on_config_;
  MergeHook on_merge_;
  UpdatedHook on_updated_;
  std::function<wire::Value()> on_save_;
  std::function<std::int32_t(const wire::Value&)> on_load_;
  lodge_hooks hooks_{};
  lodge_plugin plugin_{};
};

/// A plugin that does nothing but lend its host to the test.
struct Lender {
  explicit Lender(const std::string& name) : plugin(name) {
    plugin.on_start([this](const lodge_host* lent) {
      host = lent;
      return LODGE_OK;
    });
  }
  ScriptedPlugin plugin;
  const lodge_host* host = nullptr;
};

}  // namespace lodge::rig
