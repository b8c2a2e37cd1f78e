#include "service/instance.hpp"

#include <utility>

#include "base/log.hpp"
#include "base/writer.hpp"
#include "plugin/foreign_code.hpp"
#include "wire/value.hpp"

namespace lodge::service {

bool QuickRecord::overran(MonotonicNs now) {
  const bool too_often = now - last_[0] < minute_ns;
  last_ = {last_[1], now};
  if (too_often) quick_.store(false, std::memory_order_relaxed);
  return too_often;
}

Instance::Instance(std::shared_ptr<const plugin::Plugin> plugin, InstanceContext& context, Executor& executor)
    : plugin_(std::move(plugin)), context_(context), executor_(executor), serial_(executor) {
  for (const plugin::Callback& each : plugin_->descriptor.callbacks) quick_.emplace_back(each.quick());
}

Instance::~Instance() = default;

namespace {

// What a hook's answer has against the rules; empty: nothing.
std::string broken_rule(const char* hook, std::int32_t code, std::int32_t most, const Writer& out) {
  const std::string who = std::string("hook ") + hook;
  if (!out.intact()) return who + " wrote past its buffer's capacity, or over its fields";
  if (code <= most) return {};
  return who + " returned " + std::to_string(code) + ", which is no code that it may return";
}

// One map, as the configuration is.
bool is_map(ByteView bytes) {
  const Result<wire::Value> value = wire::Value::unpack(bytes);
  return value && value->as_map() != nullptr;
}

}  // namespace

template <typename Hook>
Status Instance::run_hook(const char* name, const Hook& hook, std::int32_t most) {
  Writer out;
  return run_hook_into(out, name, hook, most);
}

template <typename Hook>
Result<std::optional<Bytes>> Instance::ask_hook(const char* name, std::int32_t most, const Hook& hook) {
  Writer out;
  std::int32_t verdict = LODGE_OK;
  Status done = run_hook_into(
      out, name, [&](Writer& into) { return verdict = hook(into); }, most);
  if (!done) return std::move(done).error();
  if (verdict != LODGE_OK) return std::optional<Bytes>();
  return std::optional<Bytes>(out.take());
}

template <typename Hook>
Status Instance::run_hook_into(Writer& out, const char* name, const Hook& hook, std::int32_t most) {
  plugin::Frame frame(context_, name);
  frame.hook = true;
  frame.push();
  running_hook_.store(name, std::memory_order_release);
  const std::int32_t code = plugin::run_foreign([&] { return hook(out); });
  running_hook_.store(nullptr, std::memory_order_release);
  frame.pop();
  if (const std::string broken = broken_rule(name, code, most, out); !broken.empty()) return misbehaved(broken);
  if (code >= 0) return {};
  std::string what = std::string("hook ") + name;
  if (!is_code(code)) {
    what += " answered with the unknown code " + std::to_string(code);
    log::misbehaved(this->name(), what);
  }
  const std::string_view said = out.size > 0 ? text_of(out.view()) : code_name(code_from(code));
  return Error{code_from(code), "plugin " + this->name() + ", " + what + ": " + std::string(said), Executed::yes};
}

Status Instance::create() {
  if (plugin_->hooks.create != nullptr) {
    Status made = run_hook("create", [this](Writer& out) { return plugin_->hooks.create(&context_, &self_, &out); });
    if (!made) return made;
  }
  created_ = true;
  return {};
}

Error Instance::misbehaved(const std::string& what) const {
  log::misbehaved(name(), what);
  return {Code::INTERNAL, "plugin " + name() + " misbehaved: " + what, Executed::yes};
}

Result<Bytes> Instance::config(Bytes config) {
  if (plugin_->hooks.config == nullptr) return config;
  Result<std::optional<Bytes>> replaced = ask_hook("config", LODGE_CONTINUE, [&](Writer& out) {
    const lodge_slice given = slice_of(config);
    return plugin_->hooks.config(self_, &given, &out);
  });
  if (!replaced) return std::move(replaced).error();
  if (!*replaced) return config;
  if (!is_map(**replaced)) {
    return misbehaved("hook config replaced the configuration by what is not one msgpack map");
  }
  return **std::move(replaced);
}

Result<std::optional<Bytes>> Instance::merge(ByteView current, ByteView update) {
  if (plugin_->hooks.merge == nullptr) return std::optional<Bytes>();
  Result<std::optional<Bytes>> merged = ask_hook("merge", LODGE_CONTINUE, [&](Writer& out) {
    const lodge_slice before = slice_of(current);
    const lodge_slice change = slice_of(update);
    return plugin_->hooks.merge(self_, &before, &change, &out);
  });
  if (merged && *merged && !is_map(**merged)) {
    return misbehaved("hook merge answered with what is not one msgpack map");
  }
  return merged;
}

Result<bool> Instance::updated(ByteView config) {
  bool renew = false;
  Status done = run_hook(
      "updated",
      [&](Writer& out) {
        const lodge_slice now = slice_of(config);
        const std::int32_t code = plugin_->hooks.updated(self_, &now, &out);
        renew = code == LODGE_RENEW;
        return code;
      },
      LODGE_RENEW);
  if (!done) return std::move(done).error();
  return renew;
}

Result<std::optional<Bytes>> Instance::handover_save() {
  if (plugin_->hooks.handover_save == nullptr) return std::optional<Bytes>();
  return ask_hook("handover_save", LODGE_OK, [&](Writer& out) { return plugin_->hooks.handover_save(self_, &out); });
}

Status Instance::handover_load(ByteView state) {
  if (plugin_->hooks.handover_load == nullptr) return {};
  return run_hook("handover_load", [&](Writer& out) {
    const lodge_slice given = slice_of(state);
    return plugin_->hooks.handover_load(self_, &given, &out);
  });
}

Status Instance::start() {
  context_.starts.store(true, std::memory_order_release);
  if (plugin_->hooks.start != nullptr) {
    Status done = run_hook("start", [this](Writer& out) { return plugin_->hooks.start(self_, &out); });
    if (!done) return done;
  }
  started_ = true;
  return {};
}

Status Instance::stop() {
  if (!std::exchange(started_, false) || plugin_->hooks.stop == nullptr) return {};
  return run_hook("stop", [this](Writer& out) { return plugin_->hooks.stop(self_, &out); });
}

bool Instance::seal(std::chrono::nanoseconds patience) {
  context_.gate().close();
  return context_.gate().wait_empty_for(executor_, patience.count());
}

void Instance::destroy() {
  if (!std::exchange(created_, false) || plugin_->hooks.destroy == nullptr) return;
  plugin::Frame frame(context_, "destroy");
  frame.hook = true;
  frame.push();
  running_hook_.store("destroy", std::memory_order_release);
  plugin::run_foreign([this] { plugin_->hooks.destroy(self_); });
  running_hook_.store(nullptr, std::memory_order_release);
  frame.pop();
}

}  // namespace lodge::service
