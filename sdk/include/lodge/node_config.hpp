// The configuration that the whole node shares, with C++ types for values.
#pragma once

#include <lodge/entries.hpp>

namespace lodge {
inline namespace sdk {

template <>
struct Advice<lodge_config_v1> {
  static constexpr const char* on(std::string_view operation, std::int32_t code) noexcept {
    switch (code) {
      case LODGE_NOT_FOUND:
        return "the domain has no such key; put it first, or seed it in [config.DOMAIN] of the host's file";
      case LODGE_ALREADY_EXISTS:
        return operation == "add" ? "an equal element is in the list already"
                                  : "the key is there already; `put` replaces it";
      case LODGE_INVALID_ARGUMENT:
        if (operation == "increment") return "the value there is no integer, or domain or key are too long";
        if (operation == "add") return "the value there is no list, or domain, key or element are too long";
        return "a domain has 1 to 64 bytes, a key 1 to 255, a value at most 64 KiB of msgpack";
      case LODGE_RESOURCE_EXHAUSTED:
        return "the node has as many entries as it may: remove some, or raise limits.config_entries_max; or, in a "
               "persisted domain, there is no room on the disk: the host's log says which";
      case LODGE_FAILED_PRECONDITION:
        return "it may wait (a change in a persisted domain waits for the disk): not in a quick callback";
      case LODGE_UNAVAILABLE:
        return "the domain is persisted, and the host cannot write its state any more: its log says why";
      case LODGE_OUT_OF_RANGE:
        return "the sum does not fit into 64 bits; nothing was changed";
      case LODGE_ABORTED:
        return "1,000 other writers came between; spread the writes over more keys";
      case LODGE_STALE:
        return "this instance is gone; end its threads and watches in `stop`";
      default:
        return nullptr;
    }
  }
};

/// Entries by (domain, key), one msgpack value each. What changes a domain that the operator has persisted waits for
/// the disk, and is refused in a quick callback. Limits and errors: lodge/config.h.
class NodeConfig {
  using Table = lodge_config_v1;

 public:
  explicit NodeConfig(Link<Table> link) noexcept : link_(link) {}

  /// NOT_FOUND; INVALID_ARGUMENT: the value is no T. [quick]
  template <typename T>
  [[nodiscard]] Result<T> get(std::string_view domain, std::string_view key) const {
    if (link_.table == nullptr) return missing_interface<Table>();
    Buffer<> value;
    const std::int32_t code = link_.table->get(link_.host, domain.data(), domain.size(), at(key), key.size(), &value);
    if (code != LODGE_OK) return failed<Table>("get", place(domain, key), code);
    return value_from<T>(key, value.view());
  }
  template <typename T>
  Result<void> put(std::string_view domain, std::string_view key, const T& value) const {
    return write("put", &Table::put, domain, key, value);
  }
  /// ALREADY_EXISTS.
  template <typename T>
  Result<void> put_new(std::string_view domain, std::string_view key, const T& value) const {
    return write("put_new", &Table::put_new, domain, key, value);
  }
  /// Adds an element to a list without equal ones, a missing one counting as empty. ALREADY_EXISTS.
  template <typename T>
  Result<void> add(std::string_view domain, std::string_view key, const T& element) const {
    return write("add", &Table::add, domain, key, element);
  }
  /// NOT_FOUND.
  Result<void> remove(std::string_view domain, std::string_view key) const {
    if (link_.table == nullptr) return missing_interface<Table>();
    return checked("remove", domain, key,
                   link_.table->remove(link_.host, domain.data(), domain.size(), at(key), key.size()));
  }
  /// Adds to an integer, a missing one counting as 0; answers the sum.
  Result<std::int64_t> increment(std::string_view domain, std::string_view key, std::int64_t by = 1) const {
    if (link_.table == nullptr) return missing_interface<Table>();
    std::int64_t sum = 0;
    const std::int32_t code =
        link_.table->increment(link_.host, domain.data(), domain.size(), at(key), key.size(), by, &sum);
    if (code != LODGE_OK) return failed<Table>("increment", place(domain, key), code);
    return sum;
  }
  /// As Store::update.
  template <typename T, typename Fn>
  Result<void> update(std::string_view domain, std::string_view key, Fn&& change) const {
    if (link_.table == nullptr) return missing_interface<Table>();
    return update_entry<T>(
        change, key,
        [&](lodge_update_fn fn, void* user) {
          return link_.table->update(link_.host, domain.data(), domain.size(), at(key), key.size(), fn, user);
        },
        [&](std::int32_t code) { return failed<Table>("update", place(domain, key), code); });
  }
  /// As Store::scan, over a domain.
  template <typename Fn>
  Result<void> scan(std::string_view domain, Fn&& see) const {
    if (link_.table == nullptr) return missing_interface<Table>();
    const std::int32_t code = visit_entries(see, [&](lodge_visit_fn fn, void* user) {
      return link_.table->scan(link_.host, domain.data(), domain.size(), fn, user);
    });
    return checked("scan", domain, {}, code < 0 ? code : std::int32_t{LODGE_OK});
  }
  /// Tells `fn` of changes from now on, on a worker, one at a time.
  [[nodiscard]] Result<Watch> watch(std::string_view domain, std::string_view key,
                                    std::function<void(const Change&)> fn, WatchMode mode = WatchMode::key) const {
    if (link_.table == nullptr) return missing_interface<Table>();
    return begin_watch(link_, key, std::move(fn), [&](lodge_watch_fn tell, void* user, lodge_handle* handle) {
      return link_.table->watch(link_.host, domain.data(), domain.size(), at(key), key.size(),
                                static_cast<std::uint32_t>(mode), tell, user, handle);
    });
  }

 private:
  static const std::uint8_t* at(std::string_view key) { return bytes_of(key).data(); }
  static std::string place(std::string_view domain, std::string_view key) {
    std::string text(domain.empty() ? "''" : shown(domain));
    return key.empty() ? text : text.append(" ").append(key);
  }
  static Result<void> checked(const char* operation, std::string_view domain, std::string_view key, std::int32_t code) {
    if (code != LODGE_OK) return failed<Table>(operation, place(domain, key), code);
    return {};
  }
  template <typename T, typename Function>
  Result<void> write(const char* operation, Function function, std::string_view domain, std::string_view key,
                     const T& value) const {
    if (link_.table == nullptr) return missing_interface<Table>();
    Buffer<> bytes;
    std::int32_t code = write_values(bytes, value);
    if (code == LODGE_OK) {
      code = (link_.table->*function)(link_.host, domain.data(), domain.size(), at(key), key.size(), bytes.data,
                                      bytes.size);
    }
    return checked(operation, domain, key, code);
  }

  Link<Table> link_;
};

inline NodeConfig Host::node_config() const noexcept { return NodeConfig(link<lodge_config_v1>()); }

}  // namespace sdk
}  // namespace lodge
