// lodge.child/1, the host's side.
#pragma once

#include <lodge/child.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "service/child_group.hpp"
#include "service/node_parts.hpp"

namespace lodge::service {

/// The children of all instances. Thread-safe.
class PluginChildren final : public OwnerListener {
 public:
  /// All but `handles`, which are its own.
  struct Parts {
    const Clock& clock;
    Executor& executor;
    Executor& turns;
    Timers& timers;
    std::function<void(const plugin::HostContext& instance, const Error& error, const std::string& reason)> fail;
  };
  explicit PluginChildren(Parts parts)
      : ground_{parts.clock, parts.executor, parts.turns, parts.timers, handles_, std::move(parts.fail)} {}

  [[nodiscard]] Result<lodge_handle> start(plugin::HostContext& instance, const lodge_child& spec);
  [[nodiscard]] Code stop(const plugin::HostContext& instance, lodge_handle child);
  [[nodiscard]] Code exit(const plugin::HostContext& instance, lodge_handle run, Error how);
  void supervise(plugin::HostContext& instance, const Supervisor::Policy& policy);
  /// In the order of their first starts.
  [[nodiscard]] std::vector<ChildFacts> list(std::uint64_t instance_owner) const;

  /// While its state is handed over its children are down, and their unique names free; `resume` undoes that. `rest`
  /// waits for their code.
  void rest(plugin::HostContext& instance);
  void resume(plugin::HostContext& instance);

  /// The instance is about to stop: it starts no child any more, and none of it is started again.
  void close(plugin::HostContext& instance);
  /// Ends all its children. Waits for their code.
  void end(plugin::HostContext& instance);

  /// Of which instance's children the host runs code now, and what ("stop of child poller"); of several the first.
  struct Running {
    const plugin::HostContext& instance;
    std::string what;
  };
  [[nodiscard]] std::optional<Running> running() const;

  void instance_stopped(std::uint64_t instance_owner) override;
  void instance_ended(std::uint64_t instance_owner) override;
  void service_ended(std::uint64_t) override {}

 private:
  using GroupPtr = std::shared_ptr<ChildGroup>;
  [[nodiscard]] GroupPtr group_of(plugin::HostContext& instance);
  [[nodiscard]] GroupPtr find(std::uint64_t instance_owner) const;
  [[nodiscard]] std::optional<ChildRef> find(const plugin::HostContext& instance, lodge_handle handle, bool run) const;

  Slots<ChildRef> handles_;
  const ChildGround ground_;
  mutable std::mutex mutex_;
  std::map<std::uint64_t, GroupPtr> groups_;  // by instance
};

void offer_children(plugin::InterfaceRegistry& registry, PluginChildren& children);

}  // namespace lodge::service
