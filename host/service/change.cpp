#include "service/change.hpp"

#include <array>
#include <utility>

#include "base/closest.hpp"

namespace lodge::service {

namespace {

using wire::Value;

Error wrong(std::string_view what, std::string_view expected, const Value& got) {
  return {Code::INVALID_ARGUMENT,
          std::string(what) + ": expected " + std::string(expected) + ", got " + std::string(got.type_name())};
}

Status take_names(const Value& list, std::string_view what, std::vector<std::string>& out) {
  if (list.as_list() == nullptr) return wrong(what, "list", list);
  for (const Value& each : *list.as_list()) {
    if (each.as_text() == nullptr) return wrong(what, "names of plugins", each);
    out.push_back(*each.as_text());
  }
  return {};
}

Status take(const std::string& key, const Value& value, Change& out) {
  if (key == "add") return take_names(value, key, out.add);
  if (key == "remove") return take_names(value, key, out.remove);
  if (key == "upgrade") return take_names(value, key, out.upgrade);
  if (key == "dry_run") {
    if (value.as_bool() == nullptr) return wrong(key, "bool", value);
    out.dry_run = *value.as_bool();
    return {};
  }
  if (key == "update") {
    Result<PluginTables> tables = tables_of(value, key);
    if (!tables) return std::move(tables).error();
    out.update = *std::move(tables);
    return {};
  }
  constexpr std::array<std::string_view, 5> keys = {"add", "dry_run", "remove", "update", "upgrade"};
  return Error{Code::INVALID_ARGUMENT, "a change has no `" + key + "`" + did_you_mean(key, keys)};
}

}  // namespace

Result<PluginTables> tables_of(const Value& value, std::string_view what) {
  if (value.as_map() == nullptr) return wrong(what, "map", value);
  PluginTables out;
  for (const auto& [plugin, table] : *value.as_map()) {
    if (plugin.as_text() == nullptr) return wrong(what, "names of plugins as keys", plugin);
    if (table.as_map() == nullptr) return wrong(std::string(what) + "." + *plugin.as_text(), "map of settings", table);
    out.insert_or_assign(*plugin.as_text(), table);
  }
  return out;
}

Result<Change> change_of(const Value& asked) {
  if (asked.as_map() == nullptr) return wrong("a change", "map", asked);
  Change out;
  for (const auto& [key, value] : *asked.as_map()) {
    if (key.as_text() == nullptr) return wrong("a change", "texts as keys", key);
    if (Status taken = take(*key.as_text(), value, out); !taken) return std::move(taken).error();
  }
  return out;
}

Value value_of(const Changed& changed) {
  const auto list = [](const std::vector<std::string>& names) { return Value::List(names.begin(), names.end()); };
  Value::List replaced;
  for (const Changed::Replaced& each : changed.replaced) {
    replaced.push_back(Value::map({{"plugin", each.plugin}, {"from", each.from}, {"to", each.to}}));
  }
  return Value::map({{"settings", list(changed.settings)},
                     {"added", list(changed.added)},
                     {"removed", list(changed.removed)},
                     {"replaced", std::move(replaced)}});
}

}  // namespace lodge::service
