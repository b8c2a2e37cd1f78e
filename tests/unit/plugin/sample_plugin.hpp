// A valid raw descriptor, for tests to spoil.
#pragma once

#include <lodge/descriptor.h>

#include <array>
#include <cstdint>

namespace lodge::plugin {

struct SamplePlugin {
  static std::int32_t answer(void*, const lodge_call*, lodge_writer*) { return LODGE_DONE; }
  static std::int32_t start(void*, lodge_writer*) { return LODGE_OK; }

  SamplePlugin() = default;
  SamplePlugin(const SamplePlugin&) = delete;
  SamplePlugin& operator=(const SamplePlugin&) = delete;

  template <typename T, std::size_t count>
  static lodge_list list_of(const std::array<T, count>& items) {
    return {items.data(), count, sizeof(T)};
  }

  static constexpr std::array<std::uint8_t, 6> hello = {0xa5, 'h', 'e', 'l', 'l', 'o'};

  std::array<lodge_dependency, 2> dependencies = {{{"tokenizer", "^1.2", 0, 0}, {"audit", nullptr, LODGE_OPTIONAL, 0}}};
  std::array<const char*, 1> needs = {"lodge.store/1"};
  std::array<lodge_setting, 2> settings = {
      {{"salutation", LODGE_TYPE_STRING, 0, {hello.data(), hello.size()}, "what it says", {nullptr, 0}},
       {"token", LODGE_TYPE_STRING, LODGE_REQUIRED | LODGE_SECRET, {nullptr, 0}, nullptr, {nullptr, 0}}}};
  std::array<lodge_callback, 2> callbacks = {
      {{"greet", &answer, 2, LODGE_QUICK, "who: str, times: int", "str", "greets"},
       {"greet", &answer, 1, LODGE_FUNCTION | LODGE_IDEMPOTENT, nullptr, nullptr, nullptr}}};
  lodge_hooks hooks = {
      sizeof(lodge_hooks), nullptr, nullptr, nullptr, &start, nullptr, nullptr, nullptr, nullptr, nullptr, 0, 0};
  lodge_plugin plugin = {sizeof(lodge_plugin),
                         LODGE_ABI,
                         0,
                         LODGE_SDK_VERSION,
                         "greeter",
                         "1.4.0",
                         "Greets people",
                         "front",
                         list_of(dependencies),
                         list_of(needs),
                         list_of(settings),
                         list_of(callbacks),
                         &hooks,
                         "0123456789abcdef"};
};

}  // namespace lodge::plugin
