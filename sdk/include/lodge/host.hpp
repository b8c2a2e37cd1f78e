// The host, as a plugin instance sees it: a small value to keep and copy.
#pragma once

#include <lodge/call.h>
#include <lodge/child.h>
#include <lodge/config.h>
#include <lodge/log.h>
#include <lodge/metric.h>
#include <lodge/names.h>
#include <lodge/service.h>
#include <lodge/store.h>
#include <lodge/timer.h>
#include <lodge/trace.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <type_traits>

#include <lodge/buffer.hpp>
#include <lodge/result.hpp>

namespace lodge {
inline namespace sdk {

/// The id of an interface's table, and its place in a Host's cache.
template <typename Table>
struct InterfaceId;
template <>
struct InterfaceId<lodge_call_v1> {
  static constexpr std::string_view id = LODGE_CALL_V1;
  static constexpr std::size_t place = 0;
};
template <>
struct InterfaceId<lodge_config_v1> {
  static constexpr std::string_view id = LODGE_CONFIG_V1;
  static constexpr std::size_t place = 1;
};
template <>
struct InterfaceId<lodge_log_v1> {
  static constexpr std::string_view id = LODGE_LOG_V1;
  static constexpr std::size_t place = 2;
};
template <>
struct InterfaceId<lodge_names_v1> {
  static constexpr std::string_view id = LODGE_NAMES_V1;
  static constexpr std::size_t place = 3;
};
template <>
struct InterfaceId<lodge_store_v1> {
  static constexpr std::string_view id = LODGE_STORE_V1;
  static constexpr std::size_t place = 4;
};
template <>
struct InterfaceId<lodge_timer_v1> {
  static constexpr std::string_view id = LODGE_TIMER_V1;
  static constexpr std::size_t place = 5;
};

template <>
struct InterfaceId<lodge_child_v1> {
  static constexpr std::string_view id = LODGE_CHILD_V1;
  static constexpr std::size_t place = 6;
};

template <>
struct InterfaceId<lodge_metric_v1> {
  static constexpr std::string_view id = LODGE_METRIC_V1;
  static constexpr std::size_t place = 7;
};

template <>
struct InterfaceId<lodge_service_v1> {
  static constexpr std::string_view id = LODGE_SERVICE_V1;
  static constexpr std::size_t place = 8;
};

template <>
struct InterfaceId<lodge_trace_v1> {
  static constexpr std::string_view id = LODGE_TRACE_V1;
  static constexpr std::size_t place = 9;
};

/// What an operation answers where its interface is missing.
template <typename Table>
Error missing_interface() {
  return {LODGE_UNIMPLEMENTED,
          std::string(InterfaceId<Table>::id) + " is missing: the host does not have it, or denies it to this plugin",
          Executed::no};
}

/// A code's meaning, as status.h lists it.
constexpr const char* meaning_of(std::int32_t code) noexcept {
  switch (code) {
#define LODGE_CODE_MEANING(name, number, meaning) \
  case number:                                    \
    return meaning;
    LODGE_ERROR_CODES(LODGE_CODE_MEANING)
#undef LODGE_CODE_MEANING
    default:
      return "an error without a better code";
  }
}

/// What an operation of an interface says of a code: what is wrong, and what to do. nullptr: the code says enough.
template <typename Table>
struct Advice {
  static constexpr const char* on(std::string_view, std::int32_t) noexcept { return nullptr; }
};

template <>
struct Advice<lodge_timer_v1> {
  static constexpr const char* on(std::string_view, std::int32_t code) noexcept {
    switch (code) {
      case LODGE_INVALID_ARGUMENT:
        return "a time is 0 ns or more";
      case LODGE_RESOURCE_EXHAUSTED:
        return "this instance has 65,536 timers; drop some, or let one of them serve several ends";
      case LODGE_STALE:
        return "this instance is gone; end its threads in `stop`";
      default:
        return nullptr;
    }
  }
};

/// A key or name as messages show it: on one line, at most 64 bytes of it and then "...".
inline std::string shown(std::string_view key) {
  constexpr std::size_t most = 64;
  constexpr const char* digits = "0123456789abcdef";
  std::size_t size = key.size() < most ? key.size() : most;
  // A cut leaves the characters of UTF-8 whole.
  while (size < key.size() && size > 0 && (static_cast<unsigned char>(key[size]) & 0xc0U) == 0x80U) --size;
  std::string text;
  for (const char letter : key.substr(0, size)) {
    const auto byte = static_cast<unsigned char>(letter);
    if (byte >= 0x20 && byte != 0x7f)
      text.push_back(letter);
    else
      text.append("\\x").append(1, digits[byte >> 4U]).append(1, digits[byte & 15U]);
  }
  return size < key.size() ? text + "..." : text;
}

/// What an operation on `key` answers when its interface refused: "lodge.store/1 get color: ...".
template <typename Table>
Error failed(std::string_view operation, std::string_view key, std::int32_t code) {
  std::string text(InterfaceId<Table>::id);
  text.append(" ").append(operation);
  if (!key.empty()) text.append(" ").append(shown(key));
  const char* const advice = Advice<Table>::on(operation, code);
  return {code, text.append(": ").append(advice == nullptr ? meaning_of(code) : advice), Executed::no};
}

/// One interface of one host. `table` may be NULL: operations then answer missing_interface.
template <typename Table>
struct Link {
  const lodge_host* host = nullptr;
  const Table* table = nullptr;
};

struct CallOptions {
  std::int64_t timeout_ns = 0;  ///< 0: the deadline of the call on whose behalf this is, or the host's default
  bool idempotent = false;      ///< the caller does not mind if it runs twice
};

/// Takes the answer to a call that was started.
template <typename R>
using Completion = std::type_identity_t<std::function<void(Result<R>)>>;

template <typename Signature>
class Target;
class Pending;
class Store;
class Names;
class NodeConfig;
class Log;
class Clock;
class Children;
class Metrics;
class Services;
class Tracer;

/// All functions have the tag of the C function behind them; used after the instance is gone, they answer STALE.
class Host {
 public:
  explicit Host(const lodge_host* raw) noexcept : raw_(raw) {}
  Host(const Host& other) noexcept : raw_(other.raw_) {}
  Host& operator=(const Host&) = delete;
  ~Host() = default;

  [[nodiscard]] const lodge_host* raw() const noexcept { return raw_; }

  /// Asked for once; an answer of NULL is asked for again the next time.
  template <typename Table>
  [[nodiscard]] Link<Table> link() const noexcept {
    std::atomic<const void*>& cached = tables_[InterfaceId<Table>::place];
    const void* table = cached.load(std::memory_order_acquire);
    if (table == nullptr) {
      table = raw_->query(raw_, InterfaceId<Table>::id.data(), InterfaceId<Table>::id.size());
      cached.store(table, std::memory_order_release);
    }
    return {raw_, static_cast<const Table*>(table)};
  }

  /// Calls `service` and waits for its answer; an R may not borrow (std::string, not std::string_view). (target.hpp)
  template <typename R = void, typename... Args>
  Result<R> call(std::string_view service, std::string_view name, const Args&... args) const;
  /// Calls without waiting: `done` gets the Result<R>, on a worker. `done` may be empty: one-way. (target.hpp)
  template <typename R = void, typename... Args>
  Result<Pending> start(std::string_view service, std::string_view name, Completion<R> done, const Args&... args) const;
  /// A target to call again and again: host.target<int(std::string)>("dictionary", "count"). (target.hpp)
  template <typename Signature>
  [[nodiscard]] Result<Target<Signature>> target(std::string_view service, std::string_view name) const;

  [[nodiscard]] Store store() const noexcept;             ///< store.hpp
  [[nodiscard]] Names names() const noexcept;             ///< names.hpp
  [[nodiscard]] NodeConfig node_config() const noexcept;  ///< node_config.hpp
  [[nodiscard]] Log log() const noexcept;                 ///< log.hpp
  [[nodiscard]] Clock timer() const noexcept;             ///< timer.hpp
  [[nodiscard]] Children children() const noexcept;       ///< child.hpp
  [[nodiscard]] Metrics metrics() const noexcept;         ///< metric.hpp
  [[nodiscard]] Services services() const noexcept;       ///< service.hpp
  [[nodiscard]] Tracer trace() const noexcept;            ///< trace.hpp

 private:
  const lodge_host* raw_;
  mutable std::array<std::atomic<const void*>, 10> tables_{};
};

}  // namespace sdk
}  // namespace lodge
