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

  static constexpr bool has_start = requires(Type & object) { object.start(); };
  static constexpr bool has_stop = requires(Type & object) { object.stop(); };
  static constexpr bool has_config = requires(Type & object, AnyView config) {
    { object.config(config) } -> std::same_as<Verdict>;
  };

  static constexpr lodge_hooks table(bool has_settings) {
    lodge_hooks out{};
    out.struct_size = sizeof out;
    out.create = &create;
    out.destroy = &destroy;
    if constexpr (has_config) out.config = &config;
    if (has_start || has_settings) out.start = &start;
    if constexpr (has_stop) out.stop = &stop;
    return out;
  }

 private:
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
