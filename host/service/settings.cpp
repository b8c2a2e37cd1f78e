#include "service/settings.hpp"

#include <algorithm>

#include "base/closest.hpp"
#include "plugin/constraints.hpp"
#include "wire/json.hpp"

namespace lodge::service {

namespace {

using plugin::Setting;
using wire::Value;

/// The words of who writes a configuration: those of TOML.
std::string_view word_of(std::uint32_t type) {
  switch (type) {
    case LODGE_TYPE_BOOL:
      return "boolean";
    case LODGE_TYPE_INT:
      return "integer";
    case LODGE_TYPE_FLOAT:
      return "float";
    case LODGE_TYPE_STRING:
      return "string";
    case LODGE_TYPE_BINARY:
      return "binary";
    case LODGE_TYPE_LIST:
      return "array";
    case LODGE_TYPE_MAP:
      return "table";
    default:
      return "anything";
  }
}

std::uint32_t type_of(const Value& value) {
  if (value.as_bool() != nullptr) return LODGE_TYPE_BOOL;
  if (value.as_int() != nullptr || value.as_large() != nullptr) return LODGE_TYPE_INT;
  if (value.as_float() != nullptr) return LODGE_TYPE_FLOAT;
  if (value.as_text() != nullptr) return LODGE_TYPE_STRING;
  if (value.as_binary() != nullptr) return LODGE_TYPE_BINARY;
  if (value.as_list() != nullptr) return LODGE_TYPE_LIST;
  if (value.as_map() != nullptr) return LODGE_TYPE_MAP;
  return LODGE_TYPE_ANY;
}

/// The default, or nil. The descriptor was checked: it is one value of the right type.
Value default_of(const Setting& setting) {
  if (setting.default_value.empty()) return {};
  Result<Value> value = Value::unpack(setting.default_value);
  return value ? *std::move(value) : Value();
}

/// "string", or "string or nothing" where it may be left out and is then nothing.
std::string expected(const Setting& setting) {
  const bool optional = (setting.flags & LODGE_REQUIRED) == 0 && default_of(setting).is_nil();
  return std::string(word_of(setting.type)) + (optional ? " or nothing" : "");
}

/// A value in a message: as it was written, or how large it is where that is long.
std::string shown(const Value& value, std::uint32_t type) {
  constexpr std::size_t shown_max = 64;
  std::string json = wire::json_from_value(value);
  if (json.size() <= shown_max) return json;
  return "a " + std::string(word_of(type)) + " of " + plugin::size_text_of(value);
}

class Settling {
 public:
  Settling(const plugin::Descriptor& plugin, const std::string& path, std::vector<Finding>& findings)
      : plugin_(plugin), path_(path), findings_(findings) {}

  void refuse_unknown(const Value::Map& given) {
    std::vector<std::string> known;
    for (const Setting& setting : plugin_.settings) known.push_back(setting.name);
    for (const auto& [key, value] : given) {
      const std::string name = key.as_text() != nullptr ? *key.as_text() : "?";
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      wrong(name, "plugin " + plugin_.name + " has no such setting" +
                      (known.empty() ? "; it has none" : did_you_mean(name, known)));
    }
  }

  Value settle(const Setting& setting, const Value* given) {
    if (given == nullptr || given->is_nil()) {
      if ((setting.flags & LODGE_REQUIRED) == 0) return default_of(setting);
      wrong(setting.name, "required, and not given; it is of type " + std::string(word_of(setting.type)) +
                              (setting.doc.empty() ? "" : ": " + setting.doc));
      return {};
    }
    const std::uint32_t type = type_of(*given);
    const bool whole_float = setting.type == LODGE_TYPE_FLOAT && given->as_int() != nullptr;
    if (!whole_float && setting.type != LODGE_TYPE_ANY && setting.type != type) {
      wrong(setting.name, "expected " + expected(setting) + ", got " + std::string(word_of(type)));
      return {};
    }
    Value value = whole_float ? Value(static_cast<double>(*given->as_int())) : *given;
    refuse_broken(setting, value);
    return value;
  }

 private:
  void refuse_broken(const Setting& setting, const Value& value) {
    const Result<plugin::Constraints> constraints = plugin::read_constraints(setting.constraints, setting.type);
    const std::string wanted = constraints ? plugin::broken_by(value, *constraints) : constraints.error().message;
    if (wanted.empty()) return;
    const bool secret = (setting.flags & LODGE_SECRET) != 0;
    wrong(setting.name, "expected " + wanted + ", got " + (secret ? "something else" : shown(value, setting.type)));
  }

  void wrong(const std::string& name, const std::string& what) {
    const std::string path = path_ + "." + name;
    findings_.push_back({Code::INVALID_ARGUMENT, path, path + ": " + what});
  }

  const plugin::Descriptor& plugin_;
  const std::string& path_;
  std::vector<Finding>& findings_;
};

}  // namespace

Value effective_settings(const plugin::Descriptor& plugin, const Value& given, const std::string& path,
                         std::vector<Finding>& findings) {
  if (!given.is_nil() && given.as_map() == nullptr) {
    findings.push_back({Code::INVALID_ARGUMENT, path,
                        path + ": expected a table of settings, got " + std::string(word_of(type_of(given)))});
    return {};
  }
  Settling settling(plugin, path, findings);
  if (const Value::Map* map = given.as_map()) settling.refuse_unknown(*map);
  Value out = Value::Map{};
  for (const Setting& setting : plugin.settings) {
    out.set(setting.name, settling.settle(setting, given.find(setting.name)));
  }
  return out;
}

}  // namespace lodge::service
