// Verbs about keys and their values: those of a service's private store, and those of a domain of the node's
// configuration.
#include <algorithm>
#include <set>

#include "base/utf8.hpp"
#include "base/writer.hpp"
#include "control/admin.hpp"

namespace lodge::control {

namespace {

using wire::Value;

/// The store of a service.
struct StorePlace {
  std::shared_ptr<service::Service> service;

  static constexpr std::string_view limits = "a key has 1 to 1,024 bytes, a value at most 16 MiB";

  static Result<StorePlace> of(Admin& admin, const std::string& name) {
    std::shared_ptr<service::Service> found = admin.runtime.find(name);
    if (!found) return no_service(admin, name);
    return StorePlace{std::move(found)};
  }

  [[nodiscard]] std::string text() const { return "the store of service `" + service->spec().name + "`"; }
  [[nodiscard]] std::string full() const { return text() + " " + service->store().fill_text(); }
  Code get(ByteView key, Writer& value) const { return service->store().get(key, value); }
  Code put(ByteView key, ByteView value) const { return service->store().put(key, value); }
  Code remove(ByteView key) const { return service->store().remove(key); }
  Code scan(ByteView prefix, const ValueTable::Visit& visit) const {
    service->store().scan(prefix, visit);
    return Code::OK;
  }
};

/// A domain of the node's configuration, whether or not anything is in it.
struct DomainPlace {
  names::NodeConfig& config;
  std::string domain;

  static constexpr std::string_view limits =
      "a domain has 1 to 64 bytes, a key 1 to 255, a value at most 65,536 as msgpack";

  static Result<DomainPlace> of(Admin& admin, const std::string& name) { return DomainPlace{admin.node_config, name}; }

  [[nodiscard]] std::string text() const { return "domain `" + domain + "`"; }
  [[nodiscard]] std::string full() const { return "the configuration of the node " + config.fill_text(); }
  Code get(ByteView key, Writer& value) const { return config.get(domain, key, value); }
  Code put(ByteView key, ByteView value) const { return config.put(domain, key, value); }
  Code remove(ByteView key) const { return config.remove(domain, key); }
  Code scan(ByteView prefix, const ValueTable::Visit& visit) const {
    return config.scan(domain, [&](ByteView key, ByteView value) {
      const bool wanted = key.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), key.begin());
      return !wanted || visit(key, value);
    });
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
  if (code == Code::RESOURCE_EXHAUSTED) return Error{code, place.full()};
  const std::string what = code == Code::NOT_FOUND ? "no key `" : "key `";
  return Error{code, what + escape_for_terminal(text_of(key)) + "` in " + place.text()};
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
  const Code code = place->scan(*prefix, [&](ByteView key, ByteView value) {
    if (out.size() < *limit) out.push_back(Value::map({{"key", readable_key(key)}, {"value", readable(value)}}));
    return out.size() < *limit;
  });
  if (code != Code::OK) return outcome(code, *place, {});
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
