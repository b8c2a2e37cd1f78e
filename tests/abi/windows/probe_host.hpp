// A host for one plugin instance, small enough for Windows: what FakeHost has, and a store, a log and timers in memory.
// One thread.
#pragma once

#include <lodge/log.h>
#include <lodge/msgpack.h>
#include <lodge/store.h>
#include <lodge/timer.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sdk/fake_host.hpp"

struct ProbeHost : FakeHost {
  ProbeHost() {
    tables[LODGE_CALL_V1] = call_table();
    tables[LODGE_CONFIG_V1] = config_table();
    tables[LODGE_LOG_V1] = log_table();
    tables[LODGE_STORE_V1] = store_table();
    tables[LODGE_TIMER_V1] = timer_table();
  }

  struct Timer {
    lodge_timer_fn fn;
    void* user;
    std::int64_t delay_ns;
  };
  std::map<std::string, std::string> store;
  std::vector<std::string> log;
  std::map<lodge_handle, Timer> timers;
  lodge_handle last_timer = 0;

  /// Time passes: each timer that is there runs.
  void fire_timers() {
    for (const auto& [handle, timer] : std::exchange(timers, {})) timer.fn(timer.user, handle);
  }

 private:
  static ProbeHost& of(const lodge_host* host) { return static_cast<ProbeHost&>(FakeHost::of(host)); }
  static std::string text(const void* data, std::size_t size) {
    return size == 0 ? std::string() : std::string(static_cast<const char*>(data), size);
  }
  static lodge_slice slice(const std::string& bytes) { return {bytes.data(), bytes.size()}; }

  static std::int32_t increment(const lodge_host* host, const std::uint8_t* key, std::size_t key_size, std::int64_t by,
                                std::int64_t* result) {
    std::string& value = of(host).store[text(key, key_size)];
    lodge_mp_reader reader = lodge_mp_reader_of(value.data(), value.size());
    std::int64_t sum = 0;
    if (!value.empty() && lodge_mp_read_int(&reader, &sum) != LODGE_OK) return LODGE_INVALID_ARGUMENT;
    sum += by;
    std::uint8_t bytes[9];
    lodge_writer out;
    lodge_writer_over(&out, bytes, sizeof bytes);
    static_cast<void>(lodge_mp_write_int(&out, sum));
    value = text(out.data, out.size);
    if (result != nullptr) *result = sum;
    return LODGE_OK;
  }

  static std::int32_t scan(const lodge_host* host, const std::uint8_t* prefix, std::size_t prefix_size,
                           lodge_visit_fn fn, void* user) {
    const auto entries = of(host).store;  // the visitor may change the store
    for (const auto& [key, value] : entries) {
      if (!key.starts_with(text(prefix, prefix_size))) continue;
      const lodge_slice shown_key = slice(key);
      const lodge_slice shown_value = slice(value);
      if (fn(user, &shown_key, &shown_value) != 0) break;
    }
    return LODGE_OK;
  }

  static const lodge_store_v1* store_table() {
    static const lodge_store_v1 table = [] {
      lodge_store_v1 out{};
      out.get = [](const lodge_host* host, const std::uint8_t* key, std::size_t size, lodge_writer* value) {
        const auto found = of(host).store.find(text(key, size));
        return found == of(host).store.end() ? std::int32_t{LODGE_NOT_FOUND} : append(value, found->second);
      };
      out.put = [](const lodge_host* host, const std::uint8_t* key, std::size_t size, const std::uint8_t* value,
                   std::size_t value_size, std::uint64_t) {
        of(host).store[text(key, size)] = text(value, value_size);
        return std::int32_t{LODGE_OK};
      };
      out.remove = [](const lodge_host* host, const std::uint8_t* key, std::size_t size) {
        return of(host).store.erase(text(key, size)) > 0 ? std::int32_t{LODGE_OK} : std::int32_t{LODGE_NOT_FOUND};
      };
      out.increment = &increment;
      out.scan = &scan;
      return out;
    }();
    return &table;
  }

  static const lodge_log_v1* log_table() {
    static const lodge_log_v1 table = {
        .enabled = [](const lodge_host*, std::int32_t level) { return std::int32_t{level >= LODGE_LOG_INFO}; },
        .write =
            [](const lodge_host* host, std::int32_t, const char* line, std::size_t size) {
              of(host).log.push_back(text(line, size));
              return std::int32_t{LODGE_OK};
            },
    };
    return &table;
  }

  static const lodge_timer_v1* timer_table() {
    static const lodge_timer_v1 table = {
        .now = [](const lodge_host*) { return std::int64_t{0}; },
        .wall = [](const lodge_host*) { return std::int64_t{0}; },
        .start =
            [](const lodge_host* host, std::int64_t delay_ns, std::int64_t, lodge_timer_fn fn, void* user,
               lodge_handle* timer) {
              ProbeHost& self = of(host);
              *timer = ++self.last_timer;
              self.timers[*timer] = {fn, user, delay_ns};
              return std::int32_t{LODGE_OK};
            },
        .cancel =
            [](const lodge_host* host, lodge_handle timer) {
              return of(host).timers.erase(timer) > 0 ? std::int32_t{LODGE_OK} : std::int32_t{LODGE_STALE};
            },
    };
    return &table;
  }
};
