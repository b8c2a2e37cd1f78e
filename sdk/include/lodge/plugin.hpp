// The C++ layer of the SDK: a class with ordinary methods becomes a plugin.
//
//   struct Greeter {
//     lodge::Config<std::string> salutation;
//     std::string greet(std::string_view who) { return salutation.get() + ", " + std::string(who); }
//   };
//   LODGE_PLUGIN(Greeter, "greeter", "1.0.0",
//                lodge::setting<&Greeter::salutation>("salutation", "hello", "the word before the name"),
//                lodge::callback<&Greeter::greet>("greet", "greets somebody by name"))
//
// The class is made with a lodge::Host if it takes one, else by default. It may have `start` and `stop` (void or
// lodge::Result<void>), `lodge::Verdict config(lodge::AnyView)`, `lodge::Updated updated(lodge::AnyView config)`, and
// `T handover_save()` with `void handover_load(lodge::AnyView state)`, as lodge_hooks in descriptor.h says. Its
// callbacks run on several threads at once unless declared lodge::serial.
#pragma once

#include <lodge/descriptor.h>

#include <lodge/await.hpp>
#include <lodge/child.hpp>
#include <lodge/hooks.hpp>
#include <lodge/metric.hpp>
#include <lodge/names.hpp>
#include <lodge/node_config.hpp>
#include <lodge/service.hpp>
#include <lodge/store.hpp>
#include <lodge/timer.hpp>
#include <lodge/trace.hpp>

namespace lodge {
inline namespace sdk {

/// A plugin's descriptor and all that it points to. Stays where it is made.
template <typename Type, typename... Declarations>
class Description {
  template <typename Declared>
  static constexpr bool is_callback = requires(const Declared& each) {
    each.template bound<Type>();
  };
  template <typename Declared>
  static constexpr bool is_setting = requires(const Declared& each) {
    each.default_value;
  };
  static constexpr std::size_t callbacks_count = (std::size_t{0} + ... + (is_callback<Declarations> ? 1 : 0));
  static constexpr std::size_t settings_count = (std::size_t{0} + ... + (is_setting<Declarations> ? 1 : 0));
  static constexpr std::size_t dependencies_count =
      (std::size_t{0} + ... + (std::is_same_v<Declarations, Dependency> ? 1 : 0));
  static constexpr std::size_t needs_count = (std::size_t{0} + ... + (std::is_same_v<Declarations, Need> ? 1 : 0));

 public:
  Description(const char* name, const char* version, Declarations... declarations)
      : declarations_(std::move(declarations)...) {
    plugin_.struct_size = sizeof plugin_;
    plugin_.abi = LODGE_ABI;
    plugin_.sdk_version = LODGE_SDK_VERSION;
    plugin_.name = name;
    plugin_.version = version;
    plugin_.summary = "";
    std::apply([this](const auto&... each) { (this->add(each), ...); }, declarations_);
    plugin_.dependencies = list_of(dependencies_);
    plugin_.needs = list_of(needs_);
    plugin_.settings = list_of(settings_);
    plugin_.callbacks = list_of(callbacks_);
    plugin_.hooks = &hooks_;
    Hooks<Type>::settings = bound_settings_;
  }
  Description(const Description&) = delete;
  Description& operator=(const Description&) = delete;
  ~Description() = default;

  [[nodiscard]] const lodge_plugin* plugin() const noexcept { return &plugin_; }

 private:
  template <typename T, std::size_t count>
  static lodge_list list_of(const std::array<T, count>& items) {
    return {count == 0 ? nullptr : items.data(), static_cast<std::uint32_t>(count), sizeof(T)};
  }

  template <auto method, bool is_function>
  void add(const CallbackDeclaration<method, is_function>& each) {
    callbacks_[callbacks_added_++] = each.template bound<Type>();
  }
  template <auto member, std::size_t room>
  void add(const SettingDeclaration<member, room>& each) {
    lodge_setting& setting = settings_[settings_added_];
    setting = each.raw;
    if (!each.default_value.empty()) setting.default_value = {each.default_value.data(), each.default_value.size()};
    if (!each.constraints.empty()) setting.constraints = {each.constraints.data(), each.constraints.size()};
    bound_settings_[settings_added_++] = {
        each.raw.name, {each.default_value.data(), each.default_value.size()}, &apply_setting<Type, member>};
  }
  void add(const NoCallback&) {}
  void add(const Dependency& each) { dependencies_[dependencies_added_++] = each.raw; }
  void add(const Need& each) { needs_[needs_added_++] = each.id; }
  void add(const Drafts& each) { plugin_.sdk_build_id = each.build_id; }
  void add(const Group& each) { plugin_.group = each.name; }
  void add(const Summary& each) { plugin_.summary = each.text; }

  std::tuple<Declarations...> declarations_;
  std::array<lodge_dependency, dependencies_count> dependencies_{};
  std::array<const char*, needs_count> needs_{};
  std::array<lodge_setting, settings_count> settings_{};
  std::array<BoundSetting<Type>, settings_count> bound_settings_{};
  std::array<lodge_callback, callbacks_count> callbacks_{};
  std::size_t dependencies_added_ = 0;
  std::size_t needs_added_ = 0;
  std::size_t settings_added_ = 0;
  std::size_t callbacks_added_ = 0;
  lodge_hooks hooks_ = Hooks<Type>::table(settings_count > 0);
  lodge_plugin plugin_{};
};

template <typename Type, typename... Declarations>
Description<Type, Declarations...> describe(const char* name, const char* version, Declarations... declarations) {
  return {name, version, std::move(declarations)...};
}

}  // namespace sdk
}  // namespace lodge

/// LODGE_PLUGIN(Class, "name", "1.0.0", declarations...): the plugin's one exported symbol, once in a library.
#define LODGE_PLUGIN(Class, ...)                                                 \
  extern "C" LODGE_EXPORT const lodge_plugin* lodge_plugin_v1(void) {            \
    static const auto lodge_description = ::lodge::describe<Class>(__VA_ARGS__); \
    return lodge_description.plugin();                                           \
  }
