// Verbs about private stores.
#include "base/writer.hpp"
#include "control/admin.hpp"

namespace lodge::control {

namespace {

using wire::Value;

Result<std::shared_ptr<service::Service>> service_of(Admin& admin, std::span<const Value> args) {
  const Result<std::string> name = text_argument(args, 0);
  if (!name) return name.error();
  std::shared_ptr<service::Service> found = admin.runtime.find(*name);
  if (!found) return no_service(admin, *name);
  return found;
}

/// Stored bytes as people read them: the value that they are the msgpack of, else the bytes.
Value readable(ByteView stored) {
  Result<Value> value = Value::unpack(stored);
  return value ? *std::move(value) : Value(Value::Binary{copy_of(stored)});
}

Value readable_key(ByteView key) {
  const bool printable = std::all_of(key.begin(), key.end(), [](std::uint8_t byte) { return byte >= 0x20; });
  return printable ? Value(text_of(key)) : Value(Value::Binary{copy_of(key)});
}

Error failed(Code code, const std::string& key) {
  return {code, code == Code::NOT_FOUND ? "no key `" + key + "` in the store" : "key `" + key + "`"};
}

Result<Value> list(Admin& admin, std::span<const Value> args) {
  const auto service = service_of(admin, args);
  const Result<std::string> prefix = text_argument(args, 1);
  const Result<std::uint64_t> limit = count_argument(args, 2);
  if (!service) return service.error();
  if (!prefix) return prefix.error();
  if (!limit) return limit.error();
  Value::List out;
  (*service)->store().scan(view_of(*prefix), [&](ByteView key, ByteView value) {
    if (out.size() < *limit) out.push_back(Value::map({{"key", readable_key(key)}, {"value", readable(value)}}));
    return out.size() < *limit;
  });
  return Value(std::move(out));
}

Result<Value> get(Admin& admin, std::span<const Value> args) {
  const auto service = service_of(admin, args);
  const Result<std::string> key = text_argument(args, 1);
  if (!service) return service.error();
  if (!key) return key.error();
  Writer value;
  if (const Code code = (*service)->store().get(view_of(*key), value); code != Code::OK) return failed(code, *key);
  return readable(value.view());
}

Result<Value> put(Admin& admin, std::span<const Value> args) {
  const auto service = service_of(admin, args);
  const Result<std::string> key = text_argument(args, 1);
  if (!service) return service.error();
  if (!key) return key.error();
  if (const Code code = (*service)->store().put(view_of(*key), args[2].pack()); code != Code::OK) {
    return failed(code, *key);
  }
  return Value();
}

Result<Value> remove(Admin& admin, std::span<const Value> args) {
  const auto service = service_of(admin, args);
  const Result<std::string> key = text_argument(args, 1);
  if (!service) return service.error();
  if (!key) return key.error();
  if (const Code code = (*service)->store().remove(view_of(*key)); code != Code::OK) return failed(code, *key);
  return Value();
}

constexpr AdminVerb verbs[] = {
    {"store_list", 3, "service: str, prefix: str, limit: int", "entries whose keys begin so", list},
    {"store_get", 2, "service: str, key: str", "the value at a key", get},
    {"store_put", 3, "service: str, key: str, value: any", "puts a value, as msgpack", put},
    {"store_delete", 2, "service: str, key: str", "deletes a key", remove},
};

}  // namespace

std::span<const AdminVerb> store_verbs() { return verbs; }

}  // namespace lodge::control
