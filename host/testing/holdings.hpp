// What plugin instances hold of the host's, to tell what they leave behind.
#pragma once

#include <lodge/testing_core.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/host_context.hpp"
#include "service/node_parts.hpp"

namespace lodge::testing {

/// Thread-safe.
class Holdings final : public service::OwnerListener {
 public:
  using Id = std::uint64_t;

  /// The instance has something new. `interface_id` tells handles of one kind apart; `what` ends "left ...". `kept`
  /// lives as long as it is held.
  Id opened(const plugin::HostContext& instance, Leak::Kind kind, std::string_view interface_id, std::string what,
            std::shared_ptr<void> kept = nullptr);
  /// Under which handle it is known, once that is known.
  void known_as(Id id, lodge_handle handle);
  /// It is over.
  void over(Id id);
  void over(const plugin::HostContext& instance, Leak::Kind kind, std::string_view interface_id, lodge_handle handle);

  /// What a target calls, for people: "hello.greet/1".
  void name_target(lodge_handle target, std::string name);
  [[nodiscard]] std::string target_name(lodge_handle target);

  void instance_stopped(std::uint64_t instance_owner) override;
  void instance_ended(std::uint64_t instance_owner) override;
  void service_ended(std::uint64_t) override {}

  /// What instances that have ended have left, in the order in which they got it. Each is told once.
  [[nodiscard]] std::vector<Leak> take_leaks();

 private:
  struct Held {
    Leak leak;
    std::uint64_t instance_owner;
    std::string interface_id;
    lodge_handle handle;
    bool left;
    std::shared_ptr<void> kept;
  };

  std::mutex mutex_;
  Id next_ = 1;
  std::map<Id, Held> held_;
  std::map<lodge_handle, std::string> targets_;
};

}  // namespace lodge::testing
