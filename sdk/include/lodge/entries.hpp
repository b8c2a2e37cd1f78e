// What tables of entries (store, node configuration, names) have in common: reading values, visiting, updating,
// watching.
#pragma once

#include <exception>
#include <optional>
#include <type_traits>

#include <lodge/pack_structs.hpp>
#include <lodge/subscription.hpp>

namespace lodge {
inline namespace sdk {

/// A watch; dropping it ends it.
using Watch = Subscription;

/// One change, borrowed until the function returns. `what`: LODGE_WATCH_PUT, _GONE, or _LOST (read again what matters).
struct Change {
  std::uint32_t what;
  std::string_view key;
  AnyView value;
  /// The value as a T, which may borrow.
  template <typename T>
  [[nodiscard]] Result<T> as() const {
    T out{};
    Mismatch mismatch;
    if (read_value(value.bytes, out, mismatch)) return out;
    return Error{LODGE_INVALID_ARGUMENT, shown(key) + ": " + mismatch.text};
  }
};
enum class WatchMode : std::uint32_t { key = LODGE_WATCH_KEY, prefix = LODGE_WATCH_PREFIX };

/// The value that was read from `key`, as a T of its own.
template <typename T>
Result<T> value_from(std::string_view key, std::span<const std::uint8_t> bytes) {
  static_assert(!Pack<T>::borrows, "a value is read from a buffer that goes away: take std::string for a view");
  T out{};
  Mismatch mismatch;
  if (read_value(bytes, out, mismatch)) return out;
  return Error{LODGE_INVALID_ARGUMENT, "the value of " + shown(key) + ": " + mismatch.text};
}

/// Runs `visit(fn, user)` of an interface so that `fn` calls `see(key, value)`, which returns void, or false to stop.
/// What it throws is thrown again here, once the host's frames are gone.
template <typename See, typename Visit>
std::int32_t visit_entries(See& see, Visit&& visit) {
  struct Visitor {
    See& see;
    std::exception_ptr thrown;
  } visitor{see, nullptr};
  const auto one = [](void* user, const lodge_slice* key, const lodge_slice* value) noexcept -> std::int32_t {
    auto& self = *static_cast<Visitor*>(user);
    try {
      if constexpr (std::is_void_v<std::invoke_result_t<See&, std::string_view, AnyView>>) {
        self.see(text_of(*key), AnyView{bytes_of(*value)});
        return 0;
      } else {
        return self.see(text_of(*key), AnyView{bytes_of(*value)}) ? 0 : 1;
      }
    } catch (...) {
      self.thrown = std::current_exception();
      return 1;
    }
  };
  const std::int32_t code = visit(+one, static_cast<void*>(&visitor));
  if (visitor.thrown) std::rethrow_exception(visitor.thrown);
  return code;
}

/// Runs `update(fn, user)` of an interface around `change(std::optional<T>)`, which returns the new T or a Result<T>:
/// its error changes nothing and is the answer. What it throws is thrown again here.
/// `otherwise(code)` is the error of what the interface refuses.
template <typename T, typename Change_, typename Update, typename Otherwise>
Result<void> update_entry(Change_& change, std::string_view key, Update&& update, Otherwise&& otherwise) {
  struct Updater {
    Change_& change;
    std::string_view key;
    std::optional<Error> refused;
    std::exception_ptr thrown;

    Result<T> next(const lodge_slice* present) {
      if (present == nullptr) return change(std::optional<T>());
      Result<T> value = value_from<T>(key, bytes_of(*present));
      if (!value) return value;
      return change(std::optional<T>(std::move(*value)));
    }
  } updater{change, key, std::nullopt, nullptr};
  const auto one = [](void* user, const lodge_slice* present, lodge_writer* out) noexcept -> std::int32_t {
    auto& self = *static_cast<Updater*>(user);
    try {
      const Result<T> value = self.next(present);
      if (value) return Pack<T>::write(*out, *value);
      self.refused = value.error();
      return self.refused->code < 0 ? self.refused->code : std::int32_t{LODGE_INTERNAL};
    } catch (...) {
      self.thrown = std::current_exception();
      return LODGE_ABORTED;
    }
  };
  const std::int32_t code = update(+one, static_cast<void*>(&updater));
  if (updater.thrown) std::rethrow_exception(updater.thrown);
  if (code == LODGE_OK) return {};
  return updater.refused ? *updater.refused : otherwise(code);
}

/// Begins a watch by `begin(fn, user, &handle)` of an interface.
template <typename Table, typename Begin>
Result<Watch> begin_watch(Link<Table> link, std::string_view key, std::function<void(const Change&)> fn,
                          Begin&& begin) {
  using State = Subscriber<const Change&>;
  auto state = std::make_shared<State>(link.host, std::move(fn));
  const auto tell = [](void* user, const lodge_watch_event* event) {
    const Change change{event->what, text_of(event->key), AnyView{bytes_of(event->value)}};
    static_cast<State*>(user)->run("a watcher", change);
  };
  lodge_handle handle = 0;
  const std::int32_t code = begin(+tell, static_cast<void*>(state.get()), &handle);
  if (code != LODGE_OK) return failed<Table>("watch", key, code);
  return Watch(link.host, link.table->unwatch, handle, std::move(state));
}

}  // namespace sdk
}  // namespace lodge
