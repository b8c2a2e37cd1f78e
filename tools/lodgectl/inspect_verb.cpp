// What a plugin's file says about itself, read without a host.
#include "lodgectl/verb.hpp"
#include "plugin/scan.hpp"

namespace lodge::ctl {
namespace {

using wire::Value;

constexpr std::string_view type_words[] = {"any", "bool", "int", "float", "str", "bin", "list", "map"};

Value::List flags_of(const plugin::Callback& callback) {
  Value::List flags;
  const auto add = [&](bool set, std::string_view word) {
    if (set) flags.emplace_back(word);
  };
  add(callback.function(), "function");
  add(callback.quick(), "quick");
  add(callback.serial(), "serial");
  add((callback.flags & LODGE_IDEMPOTENT) != 0, "idempotent");
  return flags;
}

Value callback_row(const plugin::Callback& callback) {
  return Value::map({{"name", callback.name},
                     {"arity", callback.arity},
                     {"flags", flags_of(callback)},
                     {"params", callback.params},
                     {"result", callback.result},
                     {"doc", callback.doc}});
}

Value setting_row(const plugin::Setting& setting) {
  const auto initial = Value::unpack(setting.default_value);
  const auto constraints = Value::unpack(setting.constraints);
  const bool required = (setting.flags & LODGE_REQUIRED) != 0;
  return Value::map({{"name", setting.name},
                     {"type", type_words[setting.type % std::size(type_words)]},
                     {"default", required || !initial ? Value() : *initial},
                     {"required", required},
                     {"secret", (setting.flags & LODGE_SECRET) != 0},
                     {"constraints", constraints ? *constraints : Value(Value::Map{})},
                     {"doc", setting.doc}});
}

Value dependency_row(const plugin::Dependency& dependency) {
  return Value::map({{"name", dependency.name}, {"version", dependency.range}, {"optional", dependency.optional}});
}

template <typename Item>
Value rows_of(const std::vector<Item>& items, Value (*row)(const Item&)) {
  Value::List rows;
  for (const Item& item : items) rows.push_back(row(item));
  return rows;
}

Value value_of(const plugin::Descriptor& descriptor) {
  Value::List needs(descriptor.needs.begin(), descriptor.needs.end());
  return Value::map({{"name", descriptor.name},
                     {"version", descriptor.version},
                     {"summary", descriptor.summary},
                     {"sdk_version", descriptor.sdk_version},
                     {"sdk_build_id", descriptor.sdk_build_id.empty() ? Value() : Value(descriptor.sdk_build_id)},
                     {"group", descriptor.group},
                     {"needs", std::move(needs)},
                     {"dependencies", rows_of(descriptor.dependencies, dependency_row)},
                     {"settings", rows_of(descriptor.settings, setting_row)},
                     {"callbacks", rows_of(descriptor.callbacks, callback_row)}});
}

ExitCode inspect(Session& session, const Verb& /*verb*/, Words words) {
  const auto descriptor = plugin::describe_file(words[0], plugin::ScanOptions{plugin::find_describe_program()});
  if (!descriptor) {
    const Code code = descriptor.error().code;
    const ExitCode exit = session.failed(descriptor.error());
    return code == Code::NOT_FOUND || code == Code::PERMISSION_DENIED ? ExitCode::no_input : exit;
  }
  session.output().fields(value_of(*descriptor));
  return ExitCode::ok;
}

constexpr Verb verbs[] = {
    {"inspect", "FILE", "what a plugin's file says about itself; needs no host", 1, 1, "", inspect},
};

}  // namespace

std::span<const Verb> inspect_verbs() { return verbs; }

}  // namespace lodge::ctl
