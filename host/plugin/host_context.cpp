#include "plugin/host_context.hpp"

#include <algorithm>
#include <utility>

namespace lodge::plugin {

namespace {
const std::uint8_t empty_map = 0x80;
}

HostContext::HostContext(const InterfaceRegistry& interfaces, std::string service, std::string plugin,
                         std::vector<std::string> denied)
    : lodge_host{sizeof(lodge_host), &HostContext::query},
      interfaces_(interfaces),
      service_(std::move(service)),
      plugin_(std::move(plugin)),
      denied_(std::move(denied)),
      settings_(std::make_shared<const Bytes>(Bytes{empty_map})) {}

std::uint64_t HostContext::new_owner() {
  static std::atomic<std::uint64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

void HostContext::set_settings(Bytes settings) {
  settings_.store(std::make_shared<const Bytes>(std::move(settings)), std::memory_order_release);
}

const void* HostContext::query(const lodge_host* host, const char* id, std::size_t id_size) {
  if (host == nullptr || id == nullptr) return nullptr;
  const HostContext& self = from(host);
  const std::string_view wanted(id, id_size);
  if (std::find(self.denied_.begin(), self.denied_.end(), wanted) != self.denied_.end()) return nullptr;
  const Interface* found = self.interfaces_.find(wanted);
  return found != nullptr ? found->table : nullptr;
}

}  // namespace lodge::plugin
