// Verbs about names.
#include "control/admin.hpp"

namespace lodge::control {

namespace {

using wire::Value;

Result<Value> listed(Admin& admin, std::span<const Value> args, names::Kind kind) {
  const Result<std::string> prefix = text_argument(args, 0);
  const Result<std::uint64_t> limit = count_argument(args, 1);
  if (!prefix) return prefix.error();
  if (!limit) return limit.error();
  Value::List out;
  for (const names::Names::Listed& each : admin.names.list(view_of(*prefix), SIZE_MAX)) {
    if (each.kind != kind || out.size() >= *limit) continue;
    Result<Value> value = Value::unpack(each.value);
    out.push_back(
        Value::map({{"name", each.name}, {"owner", each.owner}, {"value", value ? *std::move(value) : Value()}}));
  }
  return Value(std::move(out));
}

Result<Value> unique_names(Admin& admin, std::span<const Value> args) {
  return listed(admin, args, names::Kind::unique);
}

Result<Value> shared_names(Admin& admin, std::span<const Value> args) {
  return listed(admin, args, names::Kind::shared);
}

constexpr AdminVerb verbs[] = {
    {"names", 2, "prefix: str, limit: int", "unique names that begin so, with their holders", unique_names},
    {"shared_names", 2, "prefix: str, limit: int", "shared names that begin so, with all holders", shared_names},
};

}  // namespace

std::span<const AdminVerb> names_verbs() { return verbs; }

}  // namespace lodge::control
