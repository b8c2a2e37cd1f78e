// Who is who on this node, with C++ types for values.
#pragma once

#include <lodge/entries.hpp>

namespace lodge {
inline namespace sdk {

template <>
struct Advice<lodge_names_v1> {
  static constexpr const char* on(std::string_view operation, std::int32_t code) noexcept {
    switch (code) {
      case LODGE_NOT_FOUND:
        return operation == "unstore" ? "this owner has no value under that shared name"
                                      : "nobody holds that name; `watch` tells when somebody takes it";
      case LODGE_PERMISSION_DENIED:
        return "another owner holds it, and only that one may give it back; `whereis` tells which";
      case LODGE_INVALID_ARGUMENT:
        return operation == "open_owner" ? "a label has at most 64 bytes"
                                         : "a name has 1 to 255 bytes, a value at most 64 KiB of msgpack";
      case LODGE_RESOURCE_EXHAUSTED:
        return operation == "send" ? "the queue of calls is full; try again later"
                                   : "this instance or the node has as many names as it may; give some back, or raise "
                                     "limits.names_per_instance_max or limits.names_max";
      case LODGE_STALE:
        return "the owner has been closed, or this instance is gone";
      default:
        return nullptr;
    }
  }
};

/// Who holds a name, for people, and the value under it.
template <typename T>
struct Holder {
  std::string owner;
  T value;
};

/// Takes and gives back names for one owner: the service (handle 0), or an owner opened by Names::open_owner.
class NameOwner {
 protected:
  using Table = lodge_names_v1;

 public:
  NameOwner(Link<Table> link, lodge_handle owner) noexcept : link_(link), owner_(owner) {}

  /// Takes a unique name, or replaces this owner's value. ALREADY_EXISTS: the message says who holds it;
  /// RESOURCE_EXHAUSTED: it says which limit that is.
  template <typename T>
  Result<void> register_name(std::string_view name, const T& value) const {
    if (link_.table == nullptr) return missing_interface<Table>();
    Buffer<> bytes;
    Buffer<128> why;
    std::int32_t code = write_values(bytes, value);
    if (code == LODGE_OK) {
      code = link_.table->register_name(link_.host, owner_, at(name), name.size(), bytes.data, bytes.size, &why);
    }
    if (code == LODGE_ALREADY_EXISTS) return Error{code, shown(name) + " is held by " + why.text()};
    if (code == LODGE_RESOURCE_EXHAUSTED && why.size > 0) return Error{code, shown(name) + ": " + why.text()};
    return checked("register_name", name, code);
  }
  /// NOT_FOUND; PERMISSION_DENIED: another owner's.
  Result<void> unregister(std::string_view name) const {
    if (link_.table == nullptr) return missing_interface<Table>();
    return checked("unregister", name, link_.table->unregister(link_.host, owner_, at(name), name.size()));
  }
  /// Adds this owner's one value under a shared name, or replaces it.
  template <typename T>
  Result<void> store(std::string_view name, const T& value) const {
    if (link_.table == nullptr) return missing_interface<Table>();
    Buffer<> bytes;
    std::int32_t code = write_values(bytes, value);
    if (code == LODGE_OK) {
      code = link_.table->store(link_.host, owner_, at(name), name.size(), bytes.data, bytes.size);
    }
    return checked("store", name, code);
  }
  /// NOT_FOUND.
  Result<void> unstore(std::string_view name) const {
    if (link_.table == nullptr) return missing_interface<Table>();
    return checked("unstore", name, link_.table->unstore(link_.host, owner_, at(name), name.size()));
  }

 protected:
  static const std::uint8_t* at(std::string_view name) { return bytes_of(name).data(); }
  static Result<void> checked(const char* operation, std::string_view name, std::int32_t code) {
    if (code != LODGE_OK) return failed<Table>(operation, name, code);
    return {};
  }

  Link<Table> link_;
  lodge_handle owner_;
};

/// An owner of one's own: its names go when it is dropped.
class [[nodiscard]] Owner : public NameOwner {
 public:
  using NameOwner::NameOwner;
  Owner(Owner&& other) noexcept : NameOwner(other.link_, std::exchange(other.owner_, 0)) {}
  Owner& operator=(Owner&& other) noexcept {
    if (this != &other) {
      close();
      link_ = other.link_;
      owner_ = std::exchange(other.owner_, 0);
    }
    return *this;
  }
  Owner(const Owner&) = delete;
  Owner& operator=(const Owner&) = delete;
  ~Owner() { close(); }

 private:
  void close() noexcept {
    if (owner_ != 0) static_cast<void>(link_.table->close_owner(link_.host, std::exchange(owner_, 0)));
  }
};

/// The service as owner, and all look-ups. Limits and errors: lodge/names.h.
class Names : public NameOwner {
 public:
  explicit Names(Link<Table> link) noexcept : NameOwner(link, 0) {}

  [[nodiscard]] Result<Owner> open_owner(std::string_view label) const {
    if (link_.table == nullptr) return missing_interface<Table>();
    lodge_handle owner = 0;
    const std::int32_t code = link_.table->open_owner(link_.host, label.data(), label.size(), &owner);
    if (code != LODGE_OK) return failed<Table>("open_owner", label, code);
    return Owner(link_, owner);
  }

  /// The holder of a unique name. NOT_FOUND. [quick]
  template <typename T>
  [[nodiscard]] Result<Holder<T>> whereis(std::string_view name) const {
    if (link_.table == nullptr) return missing_interface<Table>();
    std::vector<Result<Holder<T>>> seen;
    Seeing<T> seeing{name, seen};
    const std::int32_t code = link_.table->whereis(link_.host, at(name), name.size(), &see<T>, &seeing);
    if (code < 0) return failed<Table>("whereis", name, code);
    if (seen.empty()) return failed<Table>("whereis", name, LODGE_NOT_FOUND);
    return std::move(seen.front());
  }
  /// All holders of a shared name whose values are T's and, where a filter is given, maps that hold each of its keys
  /// with an equal value.
  template <typename T, typename Filter = std::monostate>
  [[nodiscard]] Result<std::vector<Holder<T>>> values(std::string_view name, const Filter& filter = {}) const {
    if (link_.table == nullptr) return missing_interface<Table>();
    Buffer<128> packed;
    if (!write_filter(packed, filter)) return failed<Table>("values", name, LODGE_RESOURCE_EXHAUSTED);
    std::vector<Result<Holder<T>>> seen;
    Seeing<T> seeing{name, seen};
    const std::int32_t code =
        link_.table->values(link_.host, at(name), name.size(), packed.data, packed.size, &see<T>, &seeing);
    if (code < 0) return failed<Table>("values", name, code);
    std::vector<Holder<T>> out;
    for (auto& each : seen) {
      if (each) out.push_back(std::move(*each));
    }
    return out;
  }
  template <typename Filter = std::monostate>
  [[nodiscard]] Result<std::uint64_t> count(std::string_view name, const Filter& filter = {}) const {
    if (link_.table == nullptr) return missing_interface<Table>();
    Buffer<128> packed;
    if (!write_filter(packed, filter)) return failed<Table>("count", name, LODGE_RESOURCE_EXHAUSTED);
    std::uint64_t count = 0;
    const std::int32_t code = link_.table->count(link_.host, at(name), name.size(), packed.data, packed.size, &count);
    if (code != LODGE_OK) return failed<Table>("count", name, code);
    return count;
  }
  /// Calls a callback of the service that holds a unique name, one-way. NOT_FOUND: nobody holds it.
  template <typename... Args>
  Result<void> send(std::string_view name, std::string_view callback, const Args&... args) const {
    if (link_.table == nullptr) return missing_interface<Table>();
    Buffer<> message;
    std::int32_t code = write_values(message, args...);
    if (code == LODGE_OK) {
      code = link_.table->send(link_.host, at(name), name.size(), callback.data(), callback.size(), message.data,
                               message.size, sizeof...(Args));
    }
    return checked("send", name, code);
  }
  /// Tells `fn` of holders of unique names that come, change and go, on a worker, one at a time.
  [[nodiscard]] Result<Watch> watch(std::string_view name, std::function<void(const Change&)> fn,
                                    WatchMode mode = WatchMode::key) const {
    return begin(0, name, std::move(fn), mode);
  }
  /// The same of shared names: LODGE_WATCH_GONE means that one of the holders went.
  [[nodiscard]] Result<Watch> watch_shared(std::string_view name, std::function<void(const Change&)> fn,
                                           WatchMode mode = WatchMode::key) const {
    return begin(1, name, std::move(fn), mode);
  }

 private:
  template <typename T>
  struct Seeing {
    std::string_view name;
    std::vector<Result<Holder<T>>>& seen;
  };
  template <typename T>
  static std::int32_t see(void* user, const lodge_name_entry* entry) noexcept {
    auto& self = *static_cast<Seeing<T>*>(user);
    Result<T> value = value_from<T>(self.name, bytes_of(entry->value));
    if (value)
      self.seen.emplace_back(Holder<T>{std::string(text_of(entry->owner)), std::move(*value)});
    else
      self.seen.emplace_back(std::move(value).error());
    return 0;
  }
  template <typename Filter>
  static bool write_filter(lodge_writer& out, const Filter& filter) {
    if constexpr (std::is_same_v<Filter, std::monostate>)
      return true;
    else
      return Pack<Filter>::write(out, filter) == LODGE_OK;
  }
  Result<Watch> begin(std::uint32_t shared, std::string_view name, std::function<void(const Change&)> fn,
                      WatchMode mode) const {
    if (link_.table == nullptr) return missing_interface<Table>();
    return begin_watch(link_, name, std::move(fn), [&](lodge_watch_fn tell, void* user, lodge_handle* handle) {
      return link_.table->watch(link_.host, shared, at(name), name.size(), static_cast<std::uint32_t>(mode), tell, user,
                                handle);
    });
  }
};

inline Names Host::names() const noexcept { return Names(link<lodge_names_v1>()); }

}  // namespace sdk
}  // namespace lodge
