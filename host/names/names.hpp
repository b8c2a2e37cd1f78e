// Who is who on this node: unique names with one holder, shared names with many.
#pragma once

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/concurrent_table.hpp"
#include "base/slots.hpp"
#include "base/status.hpp"
#include "base/watch.hpp"
#include "names/holders.hpp"
#include "names/owner.hpp"
#include "wire/packed_values.hpp"
#include "wire/value.hpp"

namespace lodge::names {

/// Brings a message to the service that holds a name; the layer of the services implements it.
class Deliver {
 public:
  virtual ~Deliver() = default;
  /// Calls a callback, one-way. RESOURCE_EXHAUSTED: the queue is full.
  [[nodiscard]] virtual Status send(std::string_view service, std::string_view callback,
                                    const wire::PackedValues& args) = 0;
};

struct NamesLimits {
  std::uint64_t node = 1'000'000;
  /// Of a service itself, and of all owners that one instance has opened.
  std::uint64_t instance = 250'000;
};

/// Thread-safe; look-ups take no lock. Operations answer a code, with the meanings that <lodge/names.h> gives them.
class Names {
 public:
  static constexpr std::size_t name_bytes_max = 255;
  static constexpr std::size_t label_bytes_max = 64;
  static constexpr std::uint32_t owners_max = 1'000'000;
  static constexpr std::size_t owners_per_instance_max = 65'536;

  Names(Executor& executor, HashSeed seed, const NamesLimits& limits = {})
      : limits_(limits), node_(limits.node), unique_(seed), shared_(seed), hub_(executor) {}
  ~Names();
  Names(const Names&) = delete;
  Names& operator=(const Names&) = delete;

  /// Before the first `send`; outlives the names. Without it `send` answers UNAVAILABLE.
  void set_deliver(Deliver& deliver) { deliver_ = &deliver; }

  // -- owners

  using OwnerPtr = std::shared_ptr<Owner>;
  /// The service itself as an owner. `id`: HostContext::service_owner of its present life.
  [[nodiscard]] OwnerPtr service_owner(std::uint64_t id, std::string_view service);
  /// An owner for something of a plugin's own; it goes with the instance. RESOURCE_EXHAUSTED: more than
  /// owners_per_instance_max, or owners_max on the node.
  [[nodiscard]] Code open_owner(std::uint64_t instance, std::string_view service, std::string_view label,
                                lodge_handle& owner);
  /// nullptr: no such owner of that instance.
  [[nodiscard]] OwnerPtr find_owner(std::uint64_t instance, lodge_handle owner) const;
  /// Its names go. STALE.
  [[nodiscard]] Code close_owner(std::uint64_t instance, lodge_handle owner);

  /// The names of a service that has ended go. Nothing may register for that life of it any more.
  void release_owner(std::uint64_t service_owner);
  /// What an instance opened goes: its owners with their names, and its watches (none is running when this returns).
  void release_instance(std::uint64_t instance);

  // -- unique names

  /// `why` (may be nullptr) gets who holds it, with ALREADY_EXISTS, and with RESOURCE_EXHAUSTED which limit it is.
  [[nodiscard]] Code register_name(Owner& owner, ByteView name, ByteView value, std::string* why);
  [[nodiscard]] Code unregister(Owner& owner, ByteView name);

  /// One entry. Borrowed; never from memory that a lock or a pin holds, so that the visitor may take its time.
  struct Entry {
    std::string_view owner;  ///< "service" or "service/label"
    ByteView value;          ///< msgpack
  };
  /// Shows the holder to `see(const Entry&)`, once. NOT_FOUND.
  template <typename See>
  [[nodiscard]] Code whereis(ByteView name, See&& see) const;

  [[nodiscard]] Code send(ByteView name, std::string_view callback, ByteView args, std::uint32_t arity) const;

  // -- shared names

  [[nodiscard]] Code store(Owner& owner, ByteView name, ByteView value);
  [[nodiscard]] Code unstore(Owner& owner, ByteView name);
  /// False: stop.
  using Visit = std::function<bool(const Entry& entry)>;
  /// `filter`: empty, or a msgpack map. INVALID_ARGUMENT: neither.
  [[nodiscard]] Code values(ByteView name, ByteView filter, const Visit& visit) const;
  [[nodiscard]] Code count(ByteView name, ByteView filter, std::uint64_t& count) const;

  // -- watches, administration

  [[nodiscard]] Code watch(Kind kind, ByteView name, bool prefix, std::uint64_t instance, WatchHub::Tell tell,
                           lodge_handle& watch);
  [[nodiscard]] Code unwatch(lodge_handle watch, std::uint64_t instance) { return hub_.remove(watch, instance); }

  struct Listed {
    Kind kind;
    std::string name;
    std::string owner;
    Bytes value;
  };
  /// Names that begin so, sorted by kind and name, at most `limit` of them.
  [[nodiscard]] std::vector<Listed> list(ByteView prefix, std::size_t limit) const;
  /// Unique names and holders of shared ones.
  [[nodiscard]] std::uint64_t size() const { return node_.used(); }

 private:
  using Locked = ConcurrentTable::Locked;
  using Filter = std::optional<wire::Value>;
  struct Opened {
    std::uint64_t instance;
    OwnerPtr owner;
  };

  [[nodiscard]] static bool possible(ByteView name) { return !name.empty() && name.size() <= name_bytes_max; }
  /// What an instance has opened.
  struct Held {
    std::shared_ptr<Quota> quota;
    std::unordered_set<lodge_handle> owners;
  };

  [[nodiscard]] bool take_place(Owner& owner, std::string* why = nullptr);
  void give_place(Owner& owner);
  [[nodiscard]] Code give_back(Owner& owner, ByteView name, WatchHub::Wake& wake);
  [[nodiscard]] Code unstore_locked(Owner& owner, ByteView name, WatchHub::Wake& wake);
  void close(Owner& owner);
  void tidy(Owner& owner);
  [[nodiscard]] bool held(const Owner& owner, Kind kind, ByteView name);
  void publish(Kind kind, std::uint32_t what, ByteView name, ByteView value, WatchHub::Wake& wake);
  [[nodiscard]] static Result<Filter> filter_from(ByteView packed);

  const NamesLimits limits_;
  Quota node_;
  Deliver* deliver_ = nullptr;
  ConcurrentTable unique_;  ///< name -> `UniqueValue`
  ConcurrentTable shared_;  ///< name -> the address of its Holders
  WatchHub hub_;            ///< by kind, then name
  Slots<Opened> opened_{owners_max};
  mutable std::shared_mutex mutex_;  ///< over the maps below
  std::unordered_map<std::uint64_t, OwnerPtr> services_;
  std::unordered_map<std::uint64_t, Held> by_instance_;
};

/// What stands under a unique name: the owner's id, the size of its text, the text, the value.
class UniqueValue {
 public:
  explicit UniqueValue(ByteView bytes) : bytes_(bytes) {}
  [[nodiscard]] std::uint64_t owner() const;
  [[nodiscard]] std::string_view owner_text() const { return text_of(bytes_.subspan(head, text_size())); }
  [[nodiscard]] ByteView value() const { return bytes_.subspan(head + text_size()); }

  [[nodiscard]] static TableEntry::Ptr pack(const HashedKey& name, const Owner& owner, ByteView value);

 private:
  static constexpr std::size_t head = sizeof(std::uint64_t) + 1;
  [[nodiscard]] std::size_t text_size() const { return bytes_[sizeof(std::uint64_t)]; }
  ByteView bytes_;
};

template <typename See>
Code Names::whereis(ByteView name, See&& see) const {
  if (!possible(name)) return Code::INVALID_ARGUMENT;
  std::array<std::uint8_t, 512> small;
  Bytes large;
  std::size_t size = 0;
  const bool found = unique_.read(unique_.hashed(name), [&](const TableEntry& entry) {
    size = entry.value().size();
    if (size > small.size()) large.resize(size);
    std::copy(entry.value().begin(), entry.value().end(), large.empty() ? small.data() : large.data());
  });
  if (!found) return Code::NOT_FOUND;
  const UniqueValue value({large.empty() ? small.data() : large.data(), size});
  see(Entry{value.owner_text(), value.value()});
  return Code::OK;
}

}  // namespace lodge::names
