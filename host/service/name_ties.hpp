// What ties names and node configuration to services: messages to a name become calls, and what a service or an
// instance holds goes with it.
#pragma once

#include "names/names.hpp"
#include "names/node_config.hpp"
#include "service/calls.hpp"
#include "service/node_parts.hpp"

namespace lodge::service {

/// Thread-safe.
class NameTies final : public names::Deliver, public OwnerListener {
 public:
  NameTies(names::Names& names, names::NodeConfig& config, Calls& calls)
      : names_(names), config_(config), calls_(calls) {
    names_.set_deliver(*this);
  }

  Status send(std::string_view service, std::string_view callback, const wire::PackedValues& args) override;
  void instance_ended(std::uint64_t instance_owner) override;
  void service_ended(std::uint64_t service_owner) override;

 private:
  names::Names& names_;
  names::NodeConfig& config_;
  Calls& calls_;
};

}  // namespace lodge::service
