#include "service/settings.hpp"

#include <algorithm>
#include <vector>

#include "base/closest.hpp"

namespace lodge::service {

namespace {

std::string_view type_name(std::uint32_t type) {
  switch (type) {
    case LODGE_TYPE_BOOL:
      return "bool";
    case LODGE_TYPE_INT:
      return "int";
    case LODGE_TYPE_FLOAT:
      return "float";
    case LODGE_TYPE_STRING:
      return "str";
    case LODGE_TYPE_BINARY:
      return "bin";
    case LODGE_TYPE_LIST:
      return "list";
    case LODGE_TYPE_MAP:
      return "map";
    default:
      return "any";
  }
}

bool fits(std::uint32_t type, const wire::Value& value) {
  return type == LODGE_TYPE_ANY || value.type_name() == type_name(type);
}

std::string unknown_key(const plugin::Descriptor& plugin, const std::string& path, const std::string& key) {
  std::vector<std::string> known;
  for (const plugin::Setting& setting : plugin.settings) known.push_back(setting.name);
  std::string line = path + "." + key + ": plugin " + plugin.name + " has no such setting";
  return line + (known.empty() ? "; it has none" : did_you_mean(key, known)) + "\n";
}

// Adds the setting to `out`, or a line to `problems`.
void settle(const plugin::Setting& setting, const wire::Value* given, const std::string& path, wire::Value& out,
            std::string& problems) {
  const bool whole_number_for_float =
      given != nullptr && setting.type == LODGE_TYPE_FLOAT && given->as_int() != nullptr;
  if (whole_number_for_float) {
    out.set(setting.name, static_cast<double>(*given->as_int()));
  } else if (given != nullptr && fits(setting.type, *given)) {
    out.set(setting.name, *given);
  } else if (given != nullptr) {
    problems += path + "." + setting.name + ": expected " + std::string(type_name(setting.type)) + ", got " +
                std::string(given->type_name()) + "\n";
  } else if ((setting.flags & LODGE_REQUIRED) != 0) {
    problems += path + "." + setting.name + ": required, and not given; it is a " +
                std::string(type_name(setting.type)) + (setting.doc.empty() ? "" : ": " + setting.doc) + "\n";
  } else if (!setting.default_value.empty()) {
    // The descriptor was checked: its default is one value of the right type.
    Result<wire::Value> value = wire::Value::unpack(setting.default_value);
    if (value) out.set(setting.name, *std::move(value));
  } else {
    out.set(setting.name, wire::Value());
  }
}

}  // namespace

Result<wire::Value> effective_settings(const plugin::Descriptor& plugin, const wire::Value& given,
                                       const std::string& path) {
  std::string problems;
  if (!given.is_nil() && given.as_map() == nullptr) {
    return Error{Code::INVALID_ARGUMENT,
                 path + ": expected a table of settings, got " + std::string(given.type_name())};
  }
  if (const wire::Value::Map* map = given.as_map()) {
    for (const auto& [key, value] : *map) {
      const std::string name = key.as_text() != nullptr ? *key.as_text() : "?";
      const bool known = std::any_of(plugin.settings.begin(), plugin.settings.end(),
                                     [&](const plugin::Setting& each) { return each.name == name; });
      if (!known) problems += unknown_key(plugin, path, name);
    }
  }
  wire::Value out = wire::Value::Map{};
  for (const plugin::Setting& setting : plugin.settings) {
    settle(setting, given.find(setting.name), path, out, problems);
  }
  if (problems.empty()) return out;
  problems.pop_back();
  return Error{Code::INVALID_ARGUMENT, std::move(problems)};
}

}  // namespace lodge::service
