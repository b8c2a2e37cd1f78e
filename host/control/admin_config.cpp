// Verbs about node configuration.
#include <set>

#include "base/writer.hpp"
#include "control/admin.hpp"

namespace lodge::control {

namespace {

using wire::Value;

struct Place {
  std::string domain;
  std::string key;
};

Result<Place> place_of(std::span<const Value> args) {
  Result<std::string> domain = text_argument(args, 0);
  Result<std::string> key = text_argument(args, 1);
  if (!domain) return std::move(domain).error();
  if (!key) return std::move(key).error();
  return Place{*std::move(domain), *std::move(key)};
}

Error failed(Code code, const Place& place) {
  const std::string where = "`" + place.key + "` in domain `" + place.domain + "`";
  return {code, code == Code::NOT_FOUND ? "no key " + where : "key " + where};
}

// The domains, or what is in one of them.
Result<Value> list(Admin& admin, std::span<const Value> args) {
  const Result<std::string> wanted = text_argument(args, 0);
  if (!wanted) return wanted.error();
  std::set<std::string> domains;
  Value::List entries;
  admin.node_config.scan_all([&](std::string_view domain, ByteView key, ByteView packed) {
    domains.emplace(domain);
    if (domain != *wanted) return true;
    Result<Value> value = Value::unpack(packed);
    entries.push_back(Value::map({{"key", text_of(key)}, {"value", value ? *std::move(value) : Value()}}));
    return true;
  });
  if (!wanted->empty()) return Value(std::move(entries));
  return Value(Value::List(domains.begin(), domains.end()));
}

Result<Value> get(Admin& admin, std::span<const Value> args) {
  const Result<Place> place = place_of(args);
  if (!place) return place.error();
  Writer value;
  const Code code = admin.node_config.get(place->domain, view_of(place->key), value);
  if (code != Code::OK) return failed(code, *place);
  return Value::unpack(value.view());
}

Result<Value> put(Admin& admin, std::span<const Value> args) {
  const Result<Place> place = place_of(args);
  if (!place) return place.error();
  const Code code = admin.node_config.put(place->domain, view_of(place->key), args[2].pack());
  if (code != Code::OK) return failed(code, *place);
  return Value();
}

Result<Value> remove(Admin& admin, std::span<const Value> args) {
  const Result<Place> place = place_of(args);
  if (!place) return place.error();
  const Code code = admin.node_config.remove(place->domain, view_of(place->key));
  if (code != Code::OK) return failed(code, *place);
  return Value();
}

constexpr AdminVerb verbs[] = {
    {"config_list", 1, "domain: str", "the domains (\"\"), or what is in one", list},
    {"config_get", 2, "domain: str, key: str", "a value", get},
    {"config_put", 3, "domain: str, key: str, value: any", "creates or replaces a value", put},
    {"config_delete", 2, "domain: str, key: str", "deletes a key", remove},
};

}  // namespace

std::span<const AdminVerb> config_verbs() { return verbs; }

}  // namespace lodge::control
