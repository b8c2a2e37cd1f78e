#include "plugin/plugin.hpp"

#include <cstring>
#include <utility>

namespace lodge::plugin {

Result<std::shared_ptr<const Plugin>> bind(const lodge_plugin& plugin, std::string file) {
  Result<Descriptor> descriptor = read_descriptor(plugin);
  if (!descriptor) return std::move(descriptor).error();
  auto out = std::make_shared<Plugin>();
  out->descriptor = *std::move(descriptor);
  out->file = std::move(file);
  // read_descriptor has checked the pointers and sizes that are followed here.
  const auto* callbacks = static_cast<const std::uint8_t*>(plugin.callbacks.items);
  out->functions.reserve(plugin.callbacks.count);
  for (std::uint32_t i = 0; i < plugin.callbacks.count; ++i) {
    const auto* item = callbacks + std::size_t{i} * plugin.callbacks.item_size;
    out->functions.push_back(reinterpret_cast<const lodge_callback*>(item)->fn);
  }
  out->hooks.struct_size = sizeof(lodge_hooks);
  if (plugin.hooks != nullptr) {
    out->hooks = *plugin.hooks;
    out->hooks.struct_size = sizeof(lodge_hooks);
  }
  return std::shared_ptr<const Plugin>(std::move(out));
}

}  // namespace lodge::plugin
