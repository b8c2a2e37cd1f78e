// What the service layer adds to an instance's HostContext.
#pragma once

#include <atomic>

#include "plugin/host_context.hpp"

namespace lodge::service {

class Store;

/// `store` lives as long as the instance's gate lets anybody in.
struct InstanceContext : plugin::HostContext {
  using HostContext::HostContext;

  [[nodiscard]] static InstanceContext& from(const lodge_host* host) {
    return static_cast<InstanceContext&>(HostContext::from(host));
  }

  Store* store = nullptr;
  /// Its `start` hook has begun: from then on it may have children.
  std::atomic<bool> starts{false};

  /// Spans that it has begun and not ended.
  std::atomic<std::uint32_t> open_spans{0};

  /// Answers to calls that the instance has started and that it has not got yet are inside. Closed: it starts no more.
  Gate owed_answers;
};

}  // namespace lodge::service
