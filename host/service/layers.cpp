#include "service/layers.hpp"

#include <utility>

namespace lodge::service {

PluginTables deep_merge(PluginTables base, const PluginTables& over) {
  for (const auto& [plugin, table] : over) {
    const auto [at, fresh] = base.try_emplace(plugin, table);
    if (!fresh) at->second = wire::deep_merge(std::move(at->second), table);
  }
  return base;
}

PluginTables Layers::visible() const {
  PluginTables out = deep_merge(deep_merge(file, overrides), run_time);
  for (const auto& [plugin, table] : merged_by) out[plugin] = table;
  for (const std::string& plugin : hidden) out.erase(plugin);
  return out;
}

}  // namespace lodge::service
