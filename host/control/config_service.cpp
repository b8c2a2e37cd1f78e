#include "control/config_service.hpp"

#include <algorithm>

#include "plugin/name_forms.hpp"

namespace lodge::control {
namespace {

using service::ServiceSpec;

constexpr std::string_view name_rule = "a-z first, then a-z, 0-9, _ and -, up to 64";

/// "service.greeter.plugins" -> "service.greeter.config"
std::string config_path(const std::string& plugins_path) {
  return plugins_path.substr(0, plugins_path.rfind('.')) + ".config";
}

/// `{ name = "ratelimit", per_second = 100 }`: the name, and the rest as configuration of that plugin.
void read_plugin_table(Reading& reading, const ConfigNode& node, const std::string& path, std::string& name,
                       ServiceSpec& spec) {
  const ConfigNode* name_node = node.find("name");
  if (name_node == nullptr) {
    reading.wrong(node.place, path + ": a plugin's table needs its `name`");
    return;
  }
  const std::string* text = read_text(reading, *name_node, path + ".name");
  if (text == nullptr) return;
  name = *text;
  for (const ConfigEntry& entry : *node.table()) {
    if (entry.key == "name") continue;
    const std::string entry_path = path_of(path_of(config_path(path), name), entry.key);
    spec.config[name].set(entry.key, read_value(reading, entry.node, entry_path));
    reading.origins.note(entry_path, entry.place);
  }
}

/// The plugin that an item of the list names, with its place noted; empty, and a problem: none that could be had.
std::string read_plugin_item(Reading& reading, const ConfigNode& item, const std::string& path, ServiceSpec& spec) {
  std::string name;
  if (item.table() != nullptr) {
    read_plugin_table(reading, item, path, name, spec);
    if (name.empty()) return name;
  } else if (item.text() != nullptr) {
    name = *item.text();
  } else {
    reading.wrong_type(item, path, "string or table");
    return name;
  }
  if (!plugin::is_name(name)) {
    reading.wrong(item.place, path + ": `" + name + "` is not a plugin's name: " + std::string(name_rule));
    return {};
  }
  if (std::find(spec.plugins.begin(), spec.plugins.end(), name) != spec.plugins.end()) {
    reading.wrong(item.place, path + ": plugin `" + name + "` is listed twice; once is enough");
    return {};
  }
  reading.origins.note(path_of(path, name), item.place);
  return name;
}

void read_plugin_list(Reading& reading, const ConfigNode& node, const std::string& path, ServiceSpec& spec) {
  const ConfigNode::List* items = node.list();
  if (items == nullptr) return reading.wrong_type(node, path, "array");
  bool whole = true;
  for (const ConfigNode& item : *items) {
    std::string name = read_plugin_item(reading, item, path, spec);
    whole = whole && !name.empty();
    if (!name.empty()) spec.plugins.push_back(std::move(name));
  }
  // Half of a list would be another service.
  if (!whole) spec.plugins.clear();
}

bool names_no_plugin(const ConfigNode& node) {
  const ConfigNode* const plugins = node.find("plugins");
  return node.table() != nullptr && (plugins == nullptr || (plugins->list() != nullptr && plugins->list()->empty()));
}

/// Lays the plugin's own table over what its entry in the list gave; nothing may be said in both.
void merge_plugin_config(Reading& reading, const ConfigNode& node, const std::string& path, wire::Value& onto) {
  if (onto.is_nil()) {
    onto = read_value(reading, node, path);
    return;
  }
  for (const ConfigEntry& entry : *node.table()) {
    if (onto.find(entry.key) == nullptr) {
      onto.set(entry.key, read_value(reading, entry.node, path_of(path, entry.key)));
    } else {
      reading.wrong(entry.place, path_of(path, entry.key) + ": also set in the list of plugins; say it once");
    }
  }
}

void read_plugin_configs(Reading& reading, const ConfigNode& node, const std::string& path, ServiceSpec& spec) {
  for (const ConfigEntry& entry : read_entries(reading, node, path)) {
    const std::string entry_path = path_of(path, entry.key);
    if (entry.node.table() == nullptr) {
      reading.wrong(entry.node.place, entry_path + ": expected one table a plugin, got " +
                                          std::string(entry.node.type_name()) + "; write `PLUGIN." + entry.key +
                                          " = ...`");
    } else if (!plugin::is_name(entry.key)) {
      reading.wrong(entry.place, entry_path + ": not a plugin's name: " + std::string(name_rule));
    } else {
      merge_plugin_config(reading, entry.node, entry_path, spec.config[entry.key]);
    }
  }
}

// The list of plugins is read before their configuration: the order here is not the order of the file.
constexpr Field<ServiceSpec> fields[] = {
    {"plugins", read_plugin_list},
    flag_field<&ServiceSpec::global>("global"),
    text_field<&ServiceSpec::version>("version"),
    text_field<&ServiceSpec::service_class>("class"),
    flag_field<&ServiceSpec::paused>("paused"),
    number_field<&ServiceSpec::store_bytes_max, service::store_bytes_least, service::store_bytes_most>(
        "store_bytes_max"),
    {"config", read_plugin_configs},
};

void read_service(Reading& reading, const ConfigEntry& entry, const std::string& path, HostConfig& config) {
  if (entry.key == "lodge") {
    return reading.wrong(entry.place, path + ": the name is taken by the host itself; choose another");
  }
  if (!plugin::is_name(entry.key)) {
    return reading.wrong(entry.place, path + ": not a service's name: " + std::string(name_rule));
  }
  ServiceSpec spec;
  spec.name = entry.key;
  spec.origin = entry.place.line_only();
  ConfigNode ordered = entry.node;
  if (ConfigNode::Table* table = ordered.table()) {
    std::stable_partition(table->begin(), table->end(), [](const ConfigEntry& one) { return one.key != "config"; });
  }
  read_fields(reading, ordered, path, fields, spec);
  if (names_no_plugin(entry.node)) {
    reading.wrong(entry.place, path + ": names no plugin; give it `plugins = [\"...\"]`");
  }
  if (!spec.plugins.empty()) config.services.push_back(std::move(spec));
}

}  // namespace

void read_services(Reading& reading, const ConfigNode& node, const std::string& path, HostConfig& config) {
  for (const ConfigEntry& entry : read_entries(reading, node, path)) {
    read_service(reading, entry, path_of(path, entry.key), config);
  }
}

std::span<const Field<ServiceSpec>> service_fields() { return fields; }

}  // namespace lodge::control
