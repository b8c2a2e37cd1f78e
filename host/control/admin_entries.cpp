// Verbs about keys and their values: those of a service's private store, and those of a domain of the node's
// configuration.
#include <algorithm>
#include <optional>
#include <set>

#include "base/closest.hpp"
#include "base/utf8.hpp"
#include "base/writer.hpp"
#include "control/admin.hpp"

namespace lodge::control {

namespace {

using wire::Value;

// How much is looked at for what was probably meant: `get` answers on the loop thread.
constexpr std::size_t neighbours_max = 200;
constexpr std::size_t neighbour_bytes_max = std::size_t{1} << 20;

/// The store of a service.
struct StorePlace {
  std::shared_ptr<service::Service> service;
  const Clock& clock;

  static constexpr std::string_view limits = "a key has 1 to 1,024 bytes, a value at most 16 MiB";

  static Result<StorePlace> of(Admin& admin, const std::string& name) {
    std::shared_ptr<service::Service> found = admin.runtime.find(name);
    if (!found) return admin.runtime.no_service(name);
    return StorePlace{std::move(found), admin.clock};
  }

  [[nodiscard]] std::string text() const { return "the store of service `" + service->name() + "`"; }
  [[nodiscard]] std::string full() const { return text() + " " + service->store().fill_text(); }
  Code get(ByteView key, Writer& value) const { return service->store().get(key, value); }
  Code put(ByteView key, ByteView value, std::uint64_t ttl_ms = 0) const {
    return service->store().put(key, value, ttl_ms);
  }
  Code remove(ByteView key) const { return service->store().remove(key); }
  /// `visit(key, value, left_ms)`; nothing: the entry stays.
  template <typename Visit>
  Code scan(ByteView prefix, const Visit& visit) const {
    service->store().scan_timed(prefix, [&](ByteView key, ByteView value, MonotonicNs expires) {
      if (expires == no_deadline) return visit(key, value, std::nullopt);
      // What goes within the millisecond has some left.
      return visit(key, value, std::optional(std::max<std::int64_t>(1, (expires - clock.now()) / 1'000'000)));
    });
    return Code::OK;
  }
  /// Values may be large, and a scan copies them: nothing is looked for.
  [[nodiscard]] static std::string meant(ByteView /*key*/) { return {}; }
  /// There is a store where there is a service.
  [[nodiscard]] static std::optional<Error> missing() { return std::nullopt; }
};

/// A domain of the node's configuration, whether or not anything is in it.
struct DomainPlace {
  names::NodeConfig& config;
  std::string domain;

  static constexpr std::string_view limits =
      "a domain has 1 to 64 bytes, a key 1 to 255, a value at most 65,536 as msgpack";

  static Result<DomainPlace> of(Admin& admin, const std::string& name) { return DomainPlace{admin.node_config, name}; }

  [[nodiscard]] std::string text() const { return "domain `" + domain + "`"; }
  [[nodiscard]] std::string full() const { return config.refusal_text(); }
  Code get(ByteView key, Writer& value) const { return config.get(domain, key, value); }
  Code put(ByteView key, ByteView value) const { return config.put(domain, key, value); }
  Code remove(ByteView key) const { return config.remove(domain, key); }
  template <typename Visit>
  Code scan(ByteView prefix, const Visit& visit) const {
    return config.scan(domain, [&](ByteView key, ByteView value) {
      const bool wanted = key.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), key.begin());
      return !wanted || visit(key, value, std::nullopt);
    });
  }
  /// A key of this domain; where none is seen, another domain.
  [[nodiscard]] std::string meant(ByteView key) const {
    std::vector<std::string> keys;
    std::set<std::string> domains;
    std::size_t seen = 0;
    std::size_t bytes = 0;
    config.scan_all([&](std::string_view in, ByteView there, ByteView value) {
      if (in == domain) keys.emplace_back(text_of(there));
      domains.emplace(in);
      return ++seen < neighbours_max && (bytes += value.size()) < neighbour_bytes_max;
    });
    return domains.count(domain) > 0 ? did_you_mean(text_of(key), keys) : nearest_domain(domains);
  }
  /// The error of a domain in which there is nothing.
  [[nodiscard]] std::optional<Error> missing() const {
    bool empty = true;
    std::set<std::string> domains;
    config.scan_all([&](std::string_view in, ByteView, ByteView) {
      empty = in != domain;
      domains.emplace(in);
      return empty;
    });
    if (!empty) return std::nullopt;
    return Error{Code::NOT_FOUND, "nothing is in domain `" + domain + "`" + nearest_domain(domains)};
  }
  [[nodiscard]] std::string nearest_domain(const std::set<std::string>& domains) const {
    const std::vector<std::string> names(domains.begin(), domains.end());
    const std::string_view near = closest(domain, names);
    return near.empty() ? "" : "; did you mean domain `" + std::string(near) + "`?";
  }
};

/// Stored bytes as people read them: the value that they are the msgpack of, else the bytes.
Value readable(ByteView stored) {
  Result<Value> value = Value::unpack(stored);
  return value ? *std::move(value) : Value(Value::Binary{copy_of(stored)});
}

Value readable_key(ByteView key) {
  const std::string_view text = text_of(key);
  const bool printable = is_utf8(text) && std::all_of(key.begin(), key.end(), [](auto byte) { return byte >= 0x20; });
  return printable ? Value(text) : Value(Value::Binary{copy_of(key)});
}

/// A key as `list` shows it: text, or bytes.
Result<Bytes> key_argument(std::span<const Value> args, std::size_t index) {
  if (const Value::Binary* binary = args[index].as_binary()) return binary->bytes;
  const Result<std::string> text = text_argument(args, index);
  if (!text) return text.error();
  return copy_of(view_of(*text));
}

template <typename Place>
Result<Place> place_of(Admin& admin, std::span<const Value> args) {
  const Result<std::string> name = text_argument(args, 0);
  if (!name) return name.error();
  return Place::of(admin, *name);
}

/// What the verbs about one entry name, first of all.
template <typename Place>
struct Entry {
  Place place;
  Bytes key;

  static Result<Entry> of(Admin& admin, std::span<const Value> args) {
    Result<Place> place = place_of<Place>(admin, args);
    Result<Bytes> key = key_argument(args, 1);
    if (!place) return std::move(place).error();
    if (!key) return std::move(key).error();
    return Entry{*std::move(place), *std::move(key)};
  }
};

/// Nothing, or what stood in the way.
template <typename Place>
Result<Value> outcome(Code code, const Place& place, ByteView key) {
  if (code == Code::OK) return Value();
  if (code == Code::INVALID_ARGUMENT) return Error{code, place.text() + ": " + std::string(Place::limits)};
  if (code == Code::RESOURCE_EXHAUSTED || code == Code::UNAVAILABLE) return Error{code, place.full()};
  const bool missing = code == Code::NOT_FOUND;
  return Error{code, (missing ? "no key `" : "key `") + escape_for_terminal(text_of(key)) + "` in " + place.text() +
                         (missing ? place.meant(key) : "")};
}

template <typename Place>
Result<Value> list(Admin& admin, std::span<const Value> args) {
  const Result<Place> place = place_of<Place>(admin, args);
  const Result<Bytes> prefix = key_argument(args, 1);
  const Result<std::uint64_t> limit = count_argument(args, 2);
  if (!place) return place.error();
  if (!prefix) return prefix.error();
  if (!limit) return limit.error();
  Value::List out;
  const Code code = place->scan(*prefix, [&](ByteView key, ByteView value, std::optional<std::int64_t> left_ms) {
    if (out.size() >= *limit) return false;
    Value& entry = out.emplace_back(Value::map({{"key", readable_key(key)}, {"value", readable(value)}}));
    if (left_ms) entry.set("expires_in_ms", *left_ms);
    return out.size() < *limit;
  });
  if (code != Code::OK) return outcome(code, *place, {});
  if (auto missing = place->missing(); out.empty() && missing) return *std::move(missing);
  return Value(std::move(out));
}

template <typename Place>
Result<Value> get(Admin& admin, std::span<const Value> args) {
  const auto entry = Entry<Place>::of(admin, args);
  if (!entry) return entry.error();
  Writer value;
  const Code code = entry->place.get(entry->key, value);
  if (code != Code::OK) return outcome(code, entry->place, entry->key);
  return readable(value.view());
}

template <typename Place>
Result<Value> put(Admin& admin, std::span<const Value> args) {
  const auto entry = Entry<Place>::of(admin, args);
  if (!entry) return entry.error();
  return outcome(entry->place.put(entry->key, args[2].pack()), entry->place, entry->key);
}

Result<Value> put_for_a_time(Admin& admin, std::span<const Value> args) {
  const auto entry = Entry<StorePlace>::of(admin, args);
  const Result<std::uint64_t> ttl_ms = count_argument(args, 3);
  if (!entry) return entry.error();
  if (!ttl_ms) return ttl_ms.error();
  return outcome(entry->place.put(entry->key, args[2].pack(), *ttl_ms), entry->place, entry->key);
}

template <typename Place>
Result<Value> remove(Admin& admin, std::span<const Value> args) {
  const auto entry = Entry<Place>::of(admin, args);
  if (!entry) return entry.error();
  return outcome(entry->place.remove(entry->key), entry->place, entry->key);
}

Result<Value> config_domains(Admin& admin, std::span<const Value>) {
  std::set<std::string> domains;
  admin.node_config.scan_all([&](std::string_view domain, ByteView, ByteView) {
    domains.emplace(domain);
    return true;
  });
  return Value(Value::List(domains.begin(), domains.end()));
}

constexpr AdminVerb verbs[] = {
    {"store_list", 3, "service: str, prefix: any, limit: int", "entries whose keys begin so", list<StorePlace>},
    {"store_get", 2, "service: str, key: any", "the value at a key", get<StorePlace>, true},
    {"store_put", 3, "service: str, key: any, value: any", "puts a value, as msgpack", put<StorePlace>},
    {"store_put", 4, "service: str, key: any, value: any, ttl_ms: int", "the same, gone after a time; 0: never",
     put_for_a_time},
    {"store_delete", 2, "service: str, key: any", "deletes a key", remove<StorePlace>},
    {"config_domains", 0, "", "the domains in which there is something", config_domains},
    {"config_list", 3, "domain: str, prefix: any, limit: int", "entries whose keys begin so", list<DomainPlace>},
    {"config_get", 2, "domain: str, key: any", "the value at a key", get<DomainPlace>, true},
    {"config_put", 3, "domain: str, key: any, value: any", "creates or replaces a value", put<DomainPlace>},
    {"config_delete", 2, "domain: str, key: any", "deletes a key", remove<DomainPlace>},
};

}  // namespace

std::span<const AdminVerb> entry_verbs() { return verbs; }

}  // namespace lodge::control
