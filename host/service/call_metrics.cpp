#include "service/call_metrics.hpp"

namespace lodge::service {

namespace {
constexpr std::string_view other = "other";
}

ServiceMetrics& CallMetrics::service_of(std::string_view name) {
  if (const auto found = by_service_.find(name); found != by_service_.end()) return *found->second;
  if (services_.size() >= services_max && name != other) return service_of(other);
  ServiceMetrics& made = services_.emplace_back(std::string(name));
  by_service_.emplace(made.name, &made);
  return made;
}

ChainMetrics& CallMetrics::of(std::string_view service, std::string_view callback, std::uint32_t arity) {
  std::lock_guard lock(mutex_);
  ServiceMetrics& in = service_of(service);
  std::pair<std::string, std::string> key(in.name, std::string(callback) + "/" + std::to_string(arity));
  if (const auto found = by_chain_.find(key); found != by_chain_.end()) return *found->second;
  if (chains_.size() >= chains_max) {
    key = {std::string(other), std::string(other)};
    if (const auto found = by_chain_.find(key); found != by_chain_.end()) return *found->second;
  }
  ChainMetrics& made = chains_.emplace_back(service_of(key.first), key.second);
  by_chain_.emplace(std::move(key), &made);
  return made;
}

}  // namespace lodge::service
