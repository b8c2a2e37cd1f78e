#include "service/service_definition.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/closest.hpp"
#include "plugin/name_forms.hpp"
#include "service/change.hpp"

namespace lodge::service {

namespace {

using wire::Value;

Status wrong(const std::string& path, const std::string& what) {
  return Error{Code::INVALID_ARGUMENT, path + ": " + what};
}

Status wrong_type(const std::string& path, std::string_view expected, const Value& got) {
  return wrong(path, "expected " + std::string(expected) + ", got " + std::string(got.type_name()));
}

Status read_plugins(const Value& value, const std::string& path, ServiceSpec& out) {
  if (value.as_list() == nullptr) return wrong_type(path, "list", value);
  for (const Value& each : *value.as_list()) {
    if (each.as_text() == nullptr) return wrong_type(path, "names of plugins", each);
    const std::string& name = *each.as_text();
    if (!plugin::is_name(name)) return wrong(path, "`" + name + "` is not a plugin's name");
    if (std::find(out.plugins.begin(), out.plugins.end(), name) != out.plugins.end()) {
      return wrong(path, "plugin `" + name + "` is listed twice; once is enough");
    }
    out.plugins.push_back(name);
  }
  return {};
}

Status read_config(const Value& value, const std::string& path, ServiceSpec& out) {
  Result<PluginTables> tables = tables_of(value, path);
  if (!tables) return std::move(tables).error();
  out.config = *std::move(tables);
  return {};
}

template <auto member>
Status read_text(const Value& value, const std::string& path, ServiceSpec& out) {
  if (value.as_text() == nullptr) return wrong_type(path, "str", value);
  out.*member = *value.as_text();
  return {};
}

template <auto member>
Status read_flag(const Value& value, const std::string& path, ServiceSpec& out) {
  if (value.as_bool() == nullptr) return wrong_type(path, "bool", value);
  out.*member = *value.as_bool();
  return {};
}

Status read_store_bytes_max(const Value& value, const std::string& path, ServiceSpec& out) {
  const std::int64_t* const bytes = value.as_int();
  if (bytes == nullptr) return wrong_type(path, "int", value);
  const auto wanted = static_cast<std::uint64_t>(*bytes);
  if (*bytes < 0 || wanted < store_bytes_least || wanted > store_bytes_most) {
    return wrong(path, "allowed are " + std::to_string(store_bytes_least) + " to " + std::to_string(store_bytes_most));
  }
  out.store_bytes_max = wanted;
  return {};
}

struct Field {
  std::string_view key;
  Status (*read)(const Value& value, const std::string& path, ServiceSpec& out);
};

constexpr std::array fields = {Field{"plugins", read_plugins},
                               Field{"config", read_config},
                               Field{"class", read_text<&ServiceSpec::service_class>},
                               Field{"version", read_text<&ServiceSpec::version>},
                               Field{"global", read_flag<&ServiceSpec::global>},
                               Field{"paused", read_flag<&ServiceSpec::paused>},
                               Field{"store_bytes_max", read_store_bytes_max}};

Status unknown(const std::string& path, const std::string& key) {
  std::array<std::string_view, fields.size()> keys;
  std::transform(fields.begin(), fields.end(), keys.begin(), [](const Field& each) { return each.key; });
  return wrong(path, "no such key" + did_you_mean(key, keys));
}

}  // namespace

Result<ServiceSpec> defined_service(const std::string& name, const Value& definition) {
  const std::string path = "service." + name;
  if (!plugin::is_name(name)) {
    return Error{Code::INVALID_ARGUMENT,
                 "`" + name + "` is not a service's name: a-z first, then a-z, 0-9, _ and -, up to 64"};
  }
  if (definition.as_map() == nullptr) return wrong_type(path, "map", definition).error();
  ServiceSpec out;
  out.name = name;
  out.by_plugin = true;
  for (const auto& [key, value] : *definition.as_map()) {
    if (key.as_text() == nullptr) return wrong_type(path, "texts as keys", key).error();
    const std::string& word = *key.as_text();
    const auto* const field =
        std::find_if(fields.begin(), fields.end(), [&word](const Field& each) { return each.key == word; });
    const std::string key_path = path + "." + word;
    Status read = field == fields.end() ? unknown(key_path, word) : field->read(value, key_path, out);
    if (!read) return std::move(read).error();
  }
  if (out.plugins.empty()) return wrong(path, "names no plugin; give it a list `plugins`").error();
  return out;
}

}  // namespace lodge::service
