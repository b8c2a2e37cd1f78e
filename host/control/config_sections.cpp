#include "control/config_sections.hpp"

#include <lodge/msgpack.h>

#include <algorithm>

#include "control/config_reader.hpp"
#include "control/config_service.hpp"
#include "names/config_path.hpp"
#include "plugin/name_forms.hpp"

namespace lodge::control {
namespace {

constexpr std::uint64_t most_u32 = UINT32_MAX;
constexpr std::uint64_t hour_ms = 3'600'000;
constexpr std::uint64_t gib = std::uint64_t{1} << 30;
constexpr std::size_t socket_path_max = 107;  // sockaddr_un, without its terminating zero

// --- [host] ---

/// The path a text means; empty, and a problem: an empty text.
std::filesystem::path read_path(Reading& reading, const ConfigNode& node, const std::string& path) {
  const std::string* text = node.text();
  if (text->empty() || text->find('\0') != std::string::npos) {
    reading.wrong(node.place, path + ": not a path");
    return {};
  }
  return (node.place.text->directory / *text).lexically_normal();
}

void read_name(Reading& reading, const ConfigNode& node, const std::string& path, HostSection& host) {
  const std::string* name = read_text(reading, node, path);
  if (name == nullptr) return;
  if (valid_host_name(*name)) {
    host.name = *name;
  } else {
    reading.wrong(node.place, path + ": `" + *name + "` is not a host's name; allowed are a-z, 0-9 and -, up to 63");
  }
}

void read_data_dir(Reading& reading, const ConfigNode& node, const std::string& path, HostSection& host) {
  if (read_text(reading, node, path) != nullptr) host.data_dir = read_path(reading, node, path);
}

void read_socket(Reading& reading, const ConfigNode& node, const std::string& path, HostSection& host) {
  if (read_text(reading, node, path) == nullptr) return;
  host.socket = read_path(reading, node, path);
  if (host.socket.native().size() <= socket_path_max) return;
  reading.wrong(node.place, path + ": " + host.socket.string() + " is longer than the " +
                                std::to_string(socket_path_max) + " bytes that a socket's path may have");
}

void read_plugin_dirs(Reading& reading, const ConfigNode& node, const std::string& path, HostSection& host) {
  host.plugin_dirs.clear();
  for (const ConfigNode* item : read_texts(reading, node, path)) {
    host.plugin_dirs.push_back(read_path(reading, *item, path));
  }
}

constexpr Field<HostSection> host_fields[] = {
    {"name", read_name}, {"data_dir", read_data_dir}, {"plugin_dirs", read_plugin_dirs}, {"socket", read_socket}};

// --- [threads], [limits] ---

constexpr Field<ThreadsSection> threads_fields[] = {
    number_field<&ThreadsSection::workers, 0, 1024>("workers"),
    number_field<&ThreadsSection::spares_max, 0, 4096>("spares_max"),
    number_field<&ThreadsSection::queue_depth_max, 1, 10'000'000>("queue_depth_max"),
    number_field<&ThreadsSection::spin_us, 0, 1'000'000>("spin_us")};

constexpr Field<LimitsSection> limits_fields[] = {
    number_field<&LimitsSection::frame_bytes_max, 1024, gib>("frame_bytes_max"),
    number_field<&LimitsSection::depth_max, 4, LODGE_MP_DEPTH_MAX>("depth_max"),
    number_field<&LimitsSection::elements_max, 16, 100'000'000>("elements_max"),
    number_field<&LimitsSection::connections_max, 1, 1'000'000>("connections_max"),
    number_field<&LimitsSection::in_flight_max, 1, 10'000'000>("in_flight_max"),
    number_field<&LimitsSection::out_bytes_max, 1024, gib * 3>("out_bytes_max"),
    number_field<&LimitsSection::frame_timeout_ms, 1, hour_ms>("frame_timeout_ms"),
    number_field<&LimitsSection::write_timeout_ms, 1, hour_ms>("write_timeout_ms"),
    number_field<&LimitsSection::call_timeout_ms, 1, hour_ms>("call_timeout_ms"),
    number_field<&LimitsSection::drain_timeout_ms, 0, hour_ms>("drain_timeout_ms"),
    number_field<&LimitsSection::names_max, 1, most_u32>("names_max"),
    number_field<&LimitsSection::names_per_instance_max, 1, most_u32>("names_per_instance_max"),
    number_field<&LimitsSection::config_entries_max, 1, most_u32>("config_entries_max"),
    number_field<&LimitsSection::state_bytes_max, 1 << 20, gib * 1024 * 64>("state_bytes_max"),
    number_field<&LimitsSection::store_bytes_max, 1024, gib * 1024 * 64>("store_bytes_max")};

// --- [log] ---

void read_level(Reading& reading, const ConfigNode& node, const std::string& path, log::Level& level) {
  const std::string* text = read_text(reading, node, path);
  if (text == nullptr) return;
  if (const auto found = log::level_from(*text)) {
    level = *found;
  } else {
    reading.wrong(node.place, path + ": " + found.error().message);
  }
}

void read_log_level(Reading& reading, const ConfigNode& node, const std::string& path, LogSection& section) {
  read_level(reading, node, path, section.level);
}

void read_log_format(Reading& reading, const ConfigNode& node, const std::string& path, LogSection& section) {
  constexpr std::string_view names[] = {"auto", "human", "json"};
  const std::string* text = read_text(reading, node, path);
  if (text == nullptr) return;
  const auto* const found = std::find(std::begin(names), std::end(names), *text);
  if (found == std::end(names)) {
    reading.wrong(node.place, path + ": `" + *text + "` is no format; there are auto, human and json");
  } else {
    section.format = static_cast<LogFormat>(found - std::begin(names));
  }
}

void read_log_modules(Reading& reading, const ConfigNode& node, const std::string& path, LogSection& section) {
  for (const ConfigEntry& entry : read_entries(reading, node, path)) {
    read_level(reading, entry.node, path_of(path, entry.key), section.modules[entry.key]);
  }
}

constexpr Field<LogSection> log_fields[] = {{"level", read_log_level},
                                            {"format", read_log_format},
                                            {"modules", read_log_modules},
                                            number_field<&LogSection::kept_bytes_max, 0, gib>("kept_bytes_max")};

// --- [trace] ---

constexpr Field<service::SpanOptions> trace_fields[] = {
    number_field<&service::SpanOptions::sample_one_in, 0, most_u32>("sample_one_in"),
    number_field<&service::SpanOptions::kept_bytes_max, 0, gib>("kept_bytes_max")};

// --- [plugins] ---

constexpr Field<PluginsSection> plugins_fields[] = {flag_field<&PluginsSection::take_in>("auto"),
                                                    number_field<&PluginsSection::quiet_ms, 1, 60'000>("quiet_ms")};

// --- [plugin.NAME] ---

void read_sha256(Reading& reading, const ConfigNode& node, const std::string& path, PluginSection& plugin) {
  const std::string* text = read_text(reading, node, path);
  if (text == nullptr) return;
  if (text->size() == 64 && text->find_first_not_of("0123456789abcdef") == std::string::npos) {
    plugin.sha256 = *text;
  } else {
    reading.wrong(node.place, path + ": not a SHA-256: 64 of 0-9 and a-f, as sha256sum prints them");
  }
}

void read_deny(Reading& reading, const ConfigNode& node, const std::string& path, PluginSection& plugin) {
  plugin.deny.clear();
  for (const ConfigNode* item : read_texts(reading, node, path)) {
    const std::string& id = *item->text();
    const auto slash = id.rfind('/');
    if (slash == std::string::npos || slash == 0 || slash + 1 == id.size() ||
        id.find_first_not_of("0123456789", slash + 1) != std::string::npos) {
      reading.wrong(item->place, path + ": `" + id + "` is no interface; they are written like \"lodge.store/1\"");
    } else {
      plugin.deny.push_back(id);
    }
  }
}

constexpr Field<PluginSection> plugin_fields[] = {{"sha256", read_sha256}, {"deny", read_deny}};

// --- the whole ---

template <auto Member, const auto& Fields>
constexpr Field<HostConfig> section(std::string_view key) {
  return {key, [](Reading& reading, const ConfigNode& node, const std::string& path, HostConfig& config) {
            read_fields(reading, node, path, Fields, config.*Member);
          }};
}

void read_plugins(Reading& reading, const ConfigNode& node, const std::string& path, HostConfig& config) {
  for (const ConfigEntry& entry : read_entries(reading, node, path)) {
    const std::string entry_path = path_of(path, entry.key);
    if (!plugin::is_name(entry.key)) {
      reading.wrong(entry.place, entry_path + ": not a plugin's name: a-z first, then a-z, 0-9, _ and -, up to 64");
    }
    read_fields(reading, entry.node, entry_path, plugin_fields, config.plugins[entry.key]);
  }
}

void read_node_config(Reading& reading, const ConfigNode& node, const std::string& path, HostConfig& config) {
  for (const ConfigEntry& domain : read_entries(reading, node, path)) {
    auto& entries = config.node_config[domain.key];
    const std::string domain_path = path_of(path, domain.key);
    for (const ConfigEntry& entry : read_entries(reading, domain.node, domain_path)) {
      entries[entry.key] = read_value(reading, entry.node, path_of(domain_path, entry.key));
    }
  }
}

constexpr Field<ConfigStoreSection> config_store_fields[] = {flag_field<&ConfigStoreSection::persist>("persist")};

void read_config_stores(Reading& reading, const ConfigNode& node, const std::string& path, HostConfig& config) {
  for (const ConfigEntry& domain : read_entries(reading, node, path)) {
    const std::string domain_path = path_of(path, domain.key);
    if (domain.key.empty() || domain.key.size() > names::ConfigPath::domain_bytes_max) {
      reading.wrong(domain.place, domain_path + ": a domain has 1 to 64 bytes");
    }
    read_fields(reading, domain.node, domain_path, config_store_fields, config.config_stores[domain.key]);
  }
}

void read_host(Reading& reading, const ConfigNode& node, const std::string& path, HostConfig& config) {
  const std::size_t problems_before = reading.problems.size();
  read_fields(reading, node, path, host_fields, config.host);
  reading.host_wrong = reading.problems.size() != problems_before;
}

constexpr Field<HostConfig> top_fields[] = {{"host", read_host},
                                            section<&HostConfig::threads, threads_fields>("threads"),
                                            section<&HostConfig::limits, limits_fields>("limits"),
                                            section<&HostConfig::log, log_fields>("log"),
                                            section<&HostConfig::trace, trace_fields>("trace"),
                                            section<&HostConfig::plugin_files, plugins_fields>("plugins"),
                                            {"plugin", read_plugins},
                                            {"config", read_node_config},
                                            {"config_store", read_config_stores},
                                            {"service", read_services}};

void note_origins(const ConfigNode& node, const std::string& path, Origins& origins) {
  const ConfigNode::Table* table = node.table();
  if (table == nullptr) return;
  for (const ConfigEntry& entry : *table) {
    const std::string entry_path = path_of(path, entry.key);
    origins.note(entry_path, entry.place);
    note_origins(entry.node, entry_path, origins);
  }
}

template <typename Fields>
void list_keys(const std::string& path, const Fields& fields, std::vector<std::string>& keys) {
  for (const auto& field : fields) keys.push_back(path + "." + std::string(field.key));
}

}  // namespace

bool valid_host_name(std::string_view name) {
  return !name.empty() && name.size() <= 63 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

bool read_sections(const ConfigNode& tree, HostConfig& config, std::vector<Problem>& problems) {
  Reading reading{.problems = problems, .origins = config.origins};
  note_origins(tree, "", config.origins);
  read_fields(reading, tree, "", top_fields, config);
  // A service that says nothing of its store gets the host's limit, wherever in the files that stands.
  for (service::ServiceSpec& spec : config.services) {
    const ConfigNode* services = tree.find("service");
    const ConfigNode* written = services->find(spec.name);
    if (written->find("store_bytes_max") == nullptr) spec.store_bytes_max = config.limits.store_bytes_max;
  }
  return !reading.host_wrong;
}

std::vector<std::string> section_keys() {
  std::vector<std::string> keys;
  list_keys("host", host_fields, keys);
  list_keys("threads", threads_fields, keys);
  list_keys("limits", limits_fields, keys);
  list_keys("log", log_fields, keys);
  list_keys("trace", trace_fields, keys);
  list_keys("plugins", plugins_fields, keys);
  list_keys("plugin.NAME", plugin_fields, keys);
  keys.emplace_back("config.DOMAIN");
  list_keys("config_store.DOMAIN", config_store_fields, keys);
  list_keys("service.NAME", service_fields(), keys);
  return keys;
}

}  // namespace lodge::control
