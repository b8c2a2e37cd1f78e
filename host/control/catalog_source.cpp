#include "control/catalog_source.hpp"

namespace lodge::control {

// A directory that is refused is told by whoever wants a plugin of it.
void CatalogSource::refresh() { (void)catalog_.list(); }

Result<const plugin::Descriptor*> CatalogSource::describe(std::string_view name) { return catalog_.describe(name); }

Result<std::shared_ptr<const plugin::Plugin>> CatalogSource::load(std::string_view name) { return catalog_.load(name); }

std::vector<std::string> CatalogSource::denied(std::string_view name) const {
  const auto found = config_.plugins.find(std::string(name));
  return found != config_.plugins.end() ? found->second.deny : std::vector<std::string>();
}

std::vector<plugin::Catalog::Entry> CatalogSource::scan() {
  // A refused directory is no reason not to show the others; the log has said so.
  (void)catalog_.scan();
  return catalog_.entries();
}

}  // namespace lodge::control
