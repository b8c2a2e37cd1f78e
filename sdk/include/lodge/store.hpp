// The service's private key-value table, with C++ types for values.
#pragma once

#include <lodge/entries.hpp>

namespace lodge {
inline namespace sdk {

template <>
struct Advice<lodge_store_v1> {
  static constexpr const char* on(std::string_view operation, std::int32_t code) noexcept {
    const bool reads = operation == "get" || operation == "take" || operation == "scan" || operation == "size";
    switch (code) {
      case LODGE_NOT_FOUND:
        return "the service's store has no such key; put it first, or take this for an absent value";
      case LODGE_ALREADY_EXISTS:
        return "the key is there already; `put` replaces it";
      case LODGE_INVALID_ARGUMENT:
        return operation == "increment" ? "the value there is no integer, or the key has not 1 to 1,024 bytes"
                                        : "a key has 1 to 1,024 bytes, a value at most 16 MiB; split what is larger";
      case LODGE_RESOURCE_EXHAUSTED:
        return reads ? "no memory for the value"
                     : "the store is full; remove entries, give them a time to live, or raise store_bytes_max of the "
                       "service";
      case LODGE_OUT_OF_RANGE:
        return "the sum does not fit into 64 bits; nothing was changed";
      case LODGE_ABORTED:
        return operation == "update" ? "1,000 other writers came between; spread the writes over more keys"
                                     : "something else is there now; get it and decide anew";
      case LODGE_STALE:
        return "this instance is gone; end its threads and watches in `stop`";
      default:
        return nullptr;
    }
  }
};

/// Values are one msgpack value each, but for `append`. Limits, threads and errors: lodge/store.h. Keys: bytes.
/// ttl_ms: milliseconds until the entry goes by itself; 0: never.
class Store {
  using Table = lodge_store_v1;

 public:
  explicit Store(Link<Table> link) noexcept : link_(link) {}

  /// NOT_FOUND; INVALID_ARGUMENT: the value is no T.
  template <typename T>
  [[nodiscard]] Result<T> get(std::string_view key) const {
    return read<T>("get", &Table::get, key);
  }
  /// Deletes and answers what was there: of many takers one gets it.
  template <typename T>
  [[nodiscard]] Result<T> take(std::string_view key) const {
    return read<T>("take", &Table::take, key);
  }
  /// The bytes as they are: what `append` has gathered.
  [[nodiscard]] Result<std::vector<std::uint8_t>> get_bytes(std::string_view key) const {
    Buffer<> value;
    if (Result<void> there = fetch("get", &Table::get, key, value); !there) return there.error();
    return std::vector<std::uint8_t>(value.view().begin(), value.view().end());
  }

  template <typename T>
  Result<void> put(std::string_view key, const T& value, std::uint64_t ttl_ms = 0) const {
    return write("put", &Table::put, key, value, ttl_ms);
  }
  /// ALREADY_EXISTS.
  template <typename T>
  Result<void> put_new(std::string_view key, const T& value, std::uint64_t ttl_ms = 0) const {
    return write("put_new", &Table::put_new, key, value, ttl_ms);
  }
  /// NOT_FOUND.
  Result<void> remove(std::string_view key) const {
    if (link_.table == nullptr) return missing_interface<Table>();
    return checked("remove", key, link_.table->remove(link_.host, at(key), key.size()));
  }
  /// Replaces `expected`; std::nullopt: creates. ABORTED: something else is there.
  template <typename T>
  Result<void> compare_and_put(std::string_view key, const std::optional<T>& expected, const T& value) const {
    if (link_.table == nullptr) return missing_interface<Table>();
    Buffer<> before;
    Buffer<> after;
    if ((expected && Pack<T>::write(before, *expected) != LODGE_OK) || Pack<T>::write(after, value) != LODGE_OK) {
      return failed<Table>("compare_and_put", key, LODGE_RESOURCE_EXHAUSTED);
    }
    const lodge_slice old{before.data, before.size};
    return checked("compare_and_put", key,
                   link_.table->compare_and_put(link_.host, at(key), key.size(), expected ? &old : nullptr, after.data,
                                                after.size));
  }
  /// Adds to an integer, a missing one counting as 0; answers the sum.
  Result<std::int64_t> increment(std::string_view key, std::int64_t by = 1) const {
    if (link_.table == nullptr) return missing_interface<Table>();
    std::int64_t sum = 0;
    const std::int32_t code = link_.table->increment(link_.host, at(key), key.size(), by, &sum);
    if (code != LODGE_OK) return failed<Table>("increment", key, code);
    return sum;
  }
  /// Adds bytes to what is there; answers the new size.
  Result<std::size_t> append(std::string_view key, std::span<const std::uint8_t> bytes) const {
    if (link_.table == nullptr) return missing_interface<Table>();
    std::size_t size = 0;
    const std::int32_t code = link_.table->append(link_.host, at(key), key.size(), bytes.data(), bytes.size(), &size);
    if (code != LODGE_OK) return failed<Table>("append", key, code);
    return size;
  }
  /// Replaces the value by change(std::optional<T>): a T, or a Result<T> whose error changes nothing and is the answer.
  /// Runs again when another writer came between.
  template <typename T, typename Fn>
  Result<void> update(std::string_view key, Fn&& change) const {
    if (link_.table == nullptr) return missing_interface<Table>();
    return update_entry<T>(
        change, key,
        [&](lodge_update_fn fn, void* user) { return link_.table->update(link_.host, at(key), key.size(), fn, user); },
        [&](std::int32_t code) { return failed<Table>("update", key, code); });
  }
  /// see(std::string_view key, AnyView value) for each entry whose key begins so, in no order; it returns void, or
  /// false to stop.
  template <typename Fn>
  Result<void> scan(std::string_view prefix, Fn&& see) const {
    if (link_.table == nullptr) return missing_interface<Table>();
    const std::int32_t code = visit_entries(see, [&](lodge_visit_fn fn, void* user) {
      return link_.table->scan(link_.host, at(prefix), prefix.size(), fn, user);
    });
    return checked("scan", prefix, code < 0 ? code : std::int32_t{LODGE_OK});
  }

  struct Size {
    std::uint64_t entries = 0;
    std::uint64_t bytes = 0;  ///< counted against the quota
  };
  [[nodiscard]] Result<Size> size() const {
    if (link_.table == nullptr) return missing_interface<Table>();
    Size out;
    const std::int32_t code = link_.table->size(link_.host, &out.entries, &out.bytes);
    if (code != LODGE_OK) return failed<Table>("size", {}, code);
    return out;
  }
  /// Tells `fn` of changes from now on, on a worker, one at a time.
  [[nodiscard]] Result<Watch> watch(std::string_view key, std::function<void(const Change&)> fn,
                                    WatchMode mode = WatchMode::key) const {
    if (link_.table == nullptr) return missing_interface<Table>();
    return begin_watch(link_, key, std::move(fn), [&](lodge_watch_fn tell, void* user, lodge_handle* handle) {
      return link_.table->watch(link_.host, at(key), key.size(), static_cast<std::uint32_t>(mode), tell, user, handle);
    });
  }

 private:
  static const std::uint8_t* at(std::string_view key) { return bytes_of(key).data(); }
  static Result<void> checked(const char* operation, std::string_view key, std::int32_t code) {
    if (code != LODGE_OK) return failed<Table>(operation, key, code);
    return {};
  }

  template <typename Function>
  Result<void> fetch(const char* operation, Function function, std::string_view key, lodge_writer& value) const {
    if (link_.table == nullptr) return missing_interface<Table>();
    return checked(operation, key, (link_.table->*function)(link_.host, at(key), key.size(), &value));
  }
  template <typename T, typename Function>
  Result<T> read(const char* operation, Function function, std::string_view key) const {
    Buffer<> value;
    if (Result<void> there = fetch(operation, function, key, value); !there) return there.error();
    return value_from<T>(key, value.view());
  }
  template <typename T, typename Function>
  Result<void> write(const char* operation, Function function, std::string_view key, const T& value,
                     std::uint64_t ttl_ms) const {
    if (link_.table == nullptr) return missing_interface<Table>();
    Buffer<> bytes;
    std::int32_t code = write_values(bytes, value);
    if (code == LODGE_OK) {
      code = (link_.table->*function)(link_.host, at(key), key.size(), bytes.data, bytes.size, ttl_ms);
    }
    return checked(operation, key, code);
  }

  Link<Table> link_;
};

inline Store Host::store() const noexcept { return Store(link<lodge_store_v1>()); }

}  // namespace sdk
}  // namespace lodge
