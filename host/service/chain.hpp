// Chains: who answers a callback, in which order. Flat and immutable once built.
#pragma once

#include <lodge/descriptor.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/status.hpp"
#include "service/instance.hpp"

namespace lodge::service {

struct ChainMetrics;
class CallMetrics;

struct Link {
  lodge_callback_fn run = nullptr;
  void* self = nullptr;
  InstanceContext* context = nullptr;
  Instance* instance = nullptr;
  QuickRecord* quick = nullptr;
  bool serial = false;
};

class Dispatch;

/// One callback (or function) of a service: the plugins that implement it, in chain order.
struct Chain {
  std::string name;
  std::uint32_t arity = 0;
  bool function = false;    ///< one link, asked alone
  bool idempotent = false;  ///< every link may run twice
  std::vector<Link> links;
  ChainMetrics* metrics = nullptr;  ///< always set
  std::string params;               ///< as the first implementer describes them
  std::string result;
  std::string doc;
  const Dispatch* home = nullptr;  ///< what it is a part of

  /// Every link promises to be quick, and has kept it. A serial link may have to wait, so it is none.
  [[nodiscard]] bool quick() const;
};

/// All chains of a service. Thread-safe, since it never changes.
class Dispatch {
 public:
  /// Chains over instances in chain order, of plugins that `plan_chain` found to go together: a function is offered by
  /// one of them.
  [[nodiscard]] static std::unique_ptr<const Dispatch> build(std::span<const std::shared_ptr<Instance>> instances,
                                                             CallMetrics& metrics);

  /// The chains of all of those, each of this one link.
  [[nodiscard]] static std::unique_ptr<const Dispatch> mirror(std::span<const Dispatch* const> others,
                                                              const Link& link);

  /// nullptr: nobody implements it.
  [[nodiscard]] const Chain* find(std::string_view name, std::uint32_t arity) const;

  /// The UNIMPLEMENTED error for what was not found, naming the closest there is.
  [[nodiscard]] Error unimplemented(std::string_view service, std::string_view name, std::uint32_t arity) const;

  /// The chain of `service_call/3` where more than `base` implements it or `service_authorize/3`: each call from
  /// outside the service goes through it. nullptr otherwise.
  [[nodiscard]] const Chain* guard() const { return guard_; }

  /// Unique in the process, never 0: tells this table from those before and after it.
  [[nodiscard]] std::uint64_t life() const { return life_; }

  /// In the order of first declaration.
  [[nodiscard]] const std::deque<Chain>& chains() const { return chains_; }

 private:
  struct Key {
    std::string_view name;
    std::uint32_t arity;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const {
      return std::hash<std::string_view>()(key.name) ^ (std::size_t{key.arity} * 0x9e3779b97f4a7c15U);
    }
  };

  [[nodiscard]] static std::uint64_t new_life();
  void add(Instance& instance, std::size_t callback, CallMetrics& metrics);
  Chain& add_chain(const Chain& described);

  const std::uint64_t life_ = new_life();
  std::deque<Chain> chains_;  // stable addresses: keys view the names in it
  std::unordered_map<Key, Chain*, KeyHash> by_key_;
  const Chain* guard_ = nullptr;
};

}  // namespace lodge::service
