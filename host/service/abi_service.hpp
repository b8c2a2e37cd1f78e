// lodge.service/1, the host's side.
#pragma once

#include <lodge/service.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "service/change.hpp"
#include "service/node_parts.hpp"
#include "service/service_spec.hpp"

namespace lodge::service {

class Runtime;
class Service;

/// What plugins may do with services. Thread-safe.
class PluginServices final : public OwnerListener {
 public:
  explicit PluginServices(Runtime& runtime) : runtime_(runtime) {}

  /// An order as lodge_service_order has it.
  struct Order {
    Admin admin;
    std::string reason;
    std::optional<PluginTables> overrides;
    std::chrono::nanoseconds wait;
  };
  [[nodiscard]] Status want(const plugin::HostContext& by, const std::string& name, const Order& order);
  [[nodiscard]] Result<Changed> change(const plugin::HostContext& by, const std::string& name, const Change& change);
  [[nodiscard]] Status create(const plugin::HostContext& by, ServiceSpec spec);
  [[nodiscard]] Status remove(const plugin::HostContext& by, const std::string& name, std::chrono::nanoseconds drain);

  [[nodiscard]] Runtime& runtime() const { return runtime_; }

  void instance_ended(std::uint64_t instance_owner) override;
  void service_ended(std::uint64_t) override {}

 private:
  [[nodiscard]] Result<std::shared_ptr<Service>> to_change(const plugin::HostContext& by, const std::string& name,
                                                           bool waits) const;

  Runtime& runtime_;
};

void offer_services(plugin::InterfaceRegistry& registry, PluginServices& services);

}  // namespace lodge::service
