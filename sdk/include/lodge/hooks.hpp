// The lifecycle hooks, made from what the author's class has.
#pragma once

#include <lodge/descriptor.h>

#include <memory>
#include <span>

#include <lodge/declaration.hpp>

namespace lodge {
inline namespace sdk {

/// A setting as an instance of Type takes it.
template <typename Type>
struct BoundSetting {
  std::string_view name;
  std::span<const std::uint8_t> default_value;
  bool (*apply)(Type& object, std::span<const std::uint8_t> value, Mismatch& mismatch);
};

template <typename Type, auto member>
bool apply_setting(Type& object, std::span<const std::uint8_t> bytes, Mismatch& mismatch) {
  typename SettingDeclaration<member>::T value{};
  const bool none = bytes.empty() || bytes.front() == 0xc0;
  if (!none && !read_value(bytes, value, mismatch)) return false;
  (object.*member).set(std::move(value));
  return true;
}

/// What `updated` answers: the instance goes on with the change, or a new one shall take its place.
enum class Updated : std::int32_t { taken = LODGE_OK, renew = LODGE_RENEW };

template <typename Type>
struct Hooks {
  /// Set by the entry, before any hook runs.
  static inline std::span<const BoundSetting<Type>> settings;

  static std::int32_t load_settings(Instance<Type>& instance, lodge_writer& out) {
    if (settings.empty()) return LODGE_OK;
    const auto link = instance.host.template link<lodge_config_v1>();
    Buffer<> own;
    if (link.table != nullptr) {
      const std::int32_t code = link.table->own(link.host, &own);
      if (code != LODGE_OK) return answer_error(out, code, "the plugin's settings cannot be read");
    }
    std::map<std::string_view, AnyView> given;
    Mismatch mismatch;
    if (own.size > 0 && !read_value(own.view(), given, mismatch)) {
      return answer_error(out, LODGE_INTERNAL, "the plugin's settings: " + mismatch.text);
    }
    for (const BoundSetting<Type>& each : settings) {
      const auto found = given.find(each.name);
      const auto value = found != given.end() ? found->second.bytes : each.default_value;
      if (each.apply(instance.object, value, mismatch)) continue;
      mismatch.at("setting " + std::string(each.name));
      return answer_error(out, LODGE_INVALID_ARGUMENT, mismatch.text);
    }
    return LODGE_OK;
  }

  static std::int32_t create(const lodge_host* host, void** self, lodge_writer* out) noexcept {
    return guarded(*out, [&] {
      auto instance = std::make_unique<Instance<Type>>(host);
      const std::int32_t code = load_settings(*instance, *out);
      if (code == LODGE_OK) *self = instance.release();
      return code;
    });
  }
  static void destroy(void* self) noexcept { delete static_cast<Instance<Type>*>(self); }

  static std::int32_t config(void* self, const lodge_slice* config, lodge_writer* out) noexcept {
    return guarded(*out, [&] {
      const Verdict verdict = static_cast<Instance<Type>*>(self)->object.config(AnyView{bytes_of(*config)});
      return answer_verdict(*out, verdict, 1, false);
    });
  }
  static std::int32_t start(void* self, lodge_writer* out) noexcept {
    return guarded(*out, [&] {
      auto& instance = *static_cast<Instance<Type>*>(self);
      const std::int32_t code = load_settings(instance, *out);
      if constexpr (has_start)
        return code == LODGE_OK ? run([&] { return instance.object.start(); }, *out) : code;
      else
        return code;
    });
  }
  static std::int32_t stop(void* self, lodge_writer* out) noexcept {
    return guarded(*out, [&] { return run([&] { return static_cast<Instance<Type>*>(self)->object.stop(); }, *out); });
  }

  /// Settings are lodge::Config members, which may change while callbacks run.
  static std::int32_t updated(void* self, const lodge_slice* config, lodge_writer* out) noexcept {
    return guarded(*out, [&] {
      auto& instance = *static_cast<Instance<Type>*>(self);
      const std::int32_t code = load_settings(instance, *out);
      if constexpr (has_updated) {
        if (code == LODGE_OK) return answer_updated(instance.object.updated(AnyView{bytes_of(*config)}), *out);
      }
      return code;
    });
  }

  static std::int32_t handover_save(void* self, lodge_writer* out) noexcept {
    return guarded(*out,
                   [&] { return answer_value(*out, static_cast<Instance<Type>*>(self)->object.handover_save()); });
  }
  static std::int32_t handover_load(void* self, const lodge_slice* state, lodge_writer* out) noexcept {
    return guarded(*out, [&] {
      auto& instance = *static_cast<Instance<Type>*>(self);
      return run([&] { return instance.object.handover_load(AnyView{bytes_of(*state)}); }, *out);
    });
  }

  static constexpr bool has_start = requires(Type & object) { object.start(); };
  static constexpr bool has_stop = requires(Type & object) { object.stop(); };
  static constexpr bool has_config = requires(Type & object, AnyView config) {
    { object.config(config) } -> std::same_as<Verdict>;
  };

  static constexpr bool has_updated = requires(Type & object, AnyView config) {
    { object.updated(config) } -> std::same_as<Updated>;
  };
  static constexpr bool has_handover_save = requires(Type & object) { object.handover_save(); };
  static constexpr bool has_handover_load = requires(Type & object, AnyView state) { object.handover_load(state); };

  static constexpr lodge_hooks table(bool has_settings) {
    lodge_hooks out{};
    out.struct_size = sizeof out;
    out.create = &create;
    out.destroy = &destroy;
    if constexpr (has_config) out.config = &config;
    if (has_start || has_settings) out.start = &start;
    if constexpr (has_stop) out.stop = &stop;
    // What `start` has made of the settings it would have to make again: there a new instance takes this one's place.
    if (has_updated || (has_settings && !has_start)) out.updated = &updated;
    if constexpr (has_handover_save) out.handover_save = &handover_save;
    if constexpr (has_handover_load) out.handover_load = &handover_load;
    return out;
  }

 private:
  static std::int32_t answer_updated(Updated updated, lodge_writer&) { return static_cast<std::int32_t>(updated); }

  template <typename Hook>
  static std::int32_t run(Hook&& hook, lodge_writer& out) {
    if constexpr (std::is_void_v<decltype(hook())>) {
      hook();
      return LODGE_OK;
    } else {
      static_assert(std::is_same_v<decltype(hook()), Result<void>>,
                    "start and stop return void or lodge::Result<void>");
      return answer_value(out, hook());
    }
  }
};

}  // namespace sdk
}  // namespace lodge
