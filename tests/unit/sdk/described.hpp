// A described plugin driven as a host drives it: through its descriptor's C functions.
#pragma once

#include <gtest/gtest.h>

#include <lodge/plugin.hpp>

#include "sdk/fake_host.hpp"

/// msgpack of values, one after another.
template <typename... T>
std::string packed(const T&... values) {
  lodge::Buffer<> out;
  EXPECT_EQ(lodge::write_values(out, values...), LODGE_OK);
  return out.text();
}

/// The one value in `bytes`.
template <typename T>
T unpacked(std::string_view bytes) {
  T out{};
  lodge::Mismatch mismatch;
  EXPECT_TRUE(lodge::read_value(lodge::bytes_of(bytes), out, mismatch)) << mismatch.text;
  return out;
}

struct Answer {
  std::int32_t code;
  std::string bytes;
};

/// One instance of a described plugin.
class Driven {
 public:
  Driven(const lodge_plugin* plugin, FakeHost& host) : plugin_(*plugin), host_(host) {
    lodge::Buffer<> out;
    created = {plugin_.hooks->create(&host_, &self_, &out), ""};
    created.bytes = out.text();
  }
  Driven(const Driven&) = delete;
  Driven& operator=(const Driven&) = delete;
  ~Driven() {
    if (created.code == LODGE_OK) plugin_.hooks->destroy(self_);
  }

  [[nodiscard]] const lodge_callback* find(std::string_view name) const {
    const auto* items = static_cast<const lodge_callback*>(plugin_.callbacks.items);
    for (std::uint32_t i = 0; i < plugin_.callbacks.count; ++i) {
      if (name == items[i].name) return &items[i];
    }
    return nullptr;
  }

  Answer answer(std::string_view name, std::uint32_t arity, std::string_view args, lodge_writer& out) {
    const lodge_callback* callback = find(name);
    EXPECT_NE(callback, nullptr) << name;
    lodge_call call{};
    call.struct_size = sizeof call;
    call.arity = arity;
    call.args = {args.data(), args.size()};
    call.deadline_ns = deadline_ns;
    call.service = {"front", 5};
    call.name = {name.data(), name.size()};
    call.caller = {"back", 4};
    last_call = &call;
    const std::int32_t code = callback->fn(self_, &call, &out);
    return {code, std::string(reinterpret_cast<const char*>(out.data), out.size)};
  }
  template <typename... T>
  Answer call(std::string_view name, const T&... values) {
    lodge::Buffer<> out;
    return answer(name, sizeof...(T), packed(values...), out);
  }

  Answer run(std::int32_t (*hook)(void*, lodge_writer*)) {
    lodge::Buffer<> out;
    const std::int32_t code = hook(self_, &out);
    return {code, out.text()};
  }
  Answer start() { return run(plugin_.hooks->start); }
  Answer stop() { return run(plugin_.hooks->stop); }
  void* self() { return self_; }

  Answer created;
  std::int64_t deadline_ns = INT64_MAX;
  const void* last_call = nullptr;

 private:
  const lodge_plugin& plugin_;
  FakeHost& host_;
  void* self_ = nullptr;
};
