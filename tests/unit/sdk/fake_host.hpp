// A host for one plugin instance: the interfaces that a test gives it, and a record of tickets and calls.
#pragma once

#include <lodge/call.h>
#include <lodge/config.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <lodge/writer.h>

/// Answers NULL for every interface that `tables` does not have.
struct FakeHost : lodge_host {
  FakeHost() : lodge_host{sizeof(lodge_host), &FakeHost::query_table} {}
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  std::map<std::string, const void*, std::less<>> tables;
  int queries = 0;

  /// What was completed by ticket: verdict or code, and its bytes.
  struct Completion {
    lodge_handle ticket;
    std::int32_t verdict;
    std::string bytes;
  };
  std::vector<Completion> completions;
  lodge_handle last_ticket = 0;
  std::string own_settings;  ///< msgpack, for lodge.config/1

  /// The last call made, and what to answer it.
  std::string called;
  std::string call_args;
  const lodge_call* call_parent = nullptr;
  std::int64_t call_timeout_ns = 0;
  std::int32_t call_code = LODGE_OK;
  std::int32_t call_executed = LODGE_EXECUTED_YES;
  std::string call_reply;
  lodge_done_fn started = nullptr;
  void* started_user = nullptr;

  static FakeHost& of(const lodge_host* host) { return *const_cast<FakeHost*>(static_cast<const FakeHost*>(host)); }

  static const void* query_table(const lodge_host* host, const char* id, std::size_t size) {
    FakeHost& self = of(host);
    ++self.queries;
    const auto found = self.tables.find(std::string_view(id, size));
    return found == self.tables.end() ? nullptr : found->second;
  }

  static std::int32_t append(lodge_writer* out, std::string_view bytes) {
    return lodge_write(out, bytes.data(), bytes.size());
  }

  static const lodge_call_v1* call_table() {
    static const lodge_call_v1 table = {
        .resolve = [](const lodge_host* host, const char* service, std::size_t service_size, const char* name,
                      std::size_t name_size, std::uint32_t arity, lodge_handle* target) -> std::int32_t {
          if (service_size == 0) return LODGE_INVALID_ARGUMENT;
          of(host).called =
              std::string(service, service_size) + "." + std::string(name, name_size) + "/" + std::to_string(arity);
          *target = 7;
          return LODGE_OK;
        },
        .call = [](const lodge_host* host, lodge_handle, const std::uint8_t* args, std::size_t args_size,
                   const lodge_call_options* options, lodge_writer* reply, std::int32_t* executed) -> std::int32_t {
          FakeHost& self = of(host);
          if (reply->size != 0) return LODGE_INTERNAL;
          self.call_args.assign(reinterpret_cast<const char*>(args), args_size);
          self.call_parent = options->parent;
          self.call_timeout_ns = options->timeout_ns;
          if (executed != nullptr) *executed = self.call_executed;
          static_cast<void>(append(reply, self.call_reply));
          return self.call_code;
        },
        .start = [](const lodge_host* host, lodge_handle, const std::uint8_t* args, std::size_t args_size,
                    const lodge_call_options*, lodge_done_fn done, void* user, lodge_handle* pending) -> std::int32_t {
          FakeHost& self = of(host);
          if (self.call_code != LODGE_OK) return self.call_code;
          self.call_args.assign(reinterpret_cast<const char*>(args), args_size);
          self.started = done;
          self.started_user = user;
          *pending = 9;
          return LODGE_OK;
        },
        .cancel = [](const lodge_host*, lodge_handle pending) -> std::int32_t {
          return pending == 9 ? LODGE_OK : LODGE_STALE;
        },
        .defer = [](const lodge_host* host, const lodge_call*, lodge_handle* ticket) -> std::int32_t {
          FakeHost& self = of(host);
          if (self.last_ticket != 0) return LODGE_STALE;
          *ticket = self.last_ticket = 42;
          return LODGE_OK;
        },
        .complete = [](const lodge_host* host, lodge_handle ticket, std::int32_t verdict, const std::uint8_t* data,
                       std::size_t size) -> std::int32_t {
          FakeHost& self = of(host);
          if (!self.completions.empty()) return LODGE_STALE;
          self.completions.push_back({ticket, verdict, std::string(reinterpret_cast<const char*>(data), size)});
          return LODGE_OK;
        },
        .awaited = [](const lodge_host*, const lodge_call* call) -> std::int32_t {
          return call->deadline_ns == 0 ? LODGE_DEADLINE_EXCEEDED : LODGE_OK;
        },
        .ticket_awaited = [](const lodge_host* host, lodge_handle) -> std::int32_t {
          return of(host).completions.empty() ? LODGE_OK : LODGE_STALE;
        },
    };
    return &table;
  }

  static const lodge_config_v1* config_table() {
    static const lodge_config_v1 table = [] {
      lodge_config_v1 out{};
      out.own = [](const lodge_host* host, lodge_writer* settings) -> std::int32_t {
        return append(settings, of(host).own_settings);
      };
      return out;
    }();
    return &table;
  }
};
