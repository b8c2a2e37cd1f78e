// All services of this node, from the first to the last.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "service/abi_call.hpp"
#include "service/abi_child.hpp"
#include "service/abi_service.hpp"
#include "service/abi_timer.hpp"
#include "service/abi_trace.hpp"
#include "service/calls.hpp"
#include "service/chain_plan.hpp"
#include "service/service.hpp"
#include "service/service_list.hpp"

namespace lodge::service {

/// What a node runs on; all of it outlives the Runtime.
struct RuntimeParts {
  const Clock& clock;
  Executor& executor;
  Executor& turns;  ///< where services start and stop; may be `executor`
  Timers& timers;
  plugin::InterfaceRegistry& interfaces;
  PluginSource& plugins;
  HashSeed hash_seed;                                    ///< of the private stores
  MonotonicNs call_timeout_ns;                           ///< of a call that has no deadline, once it waits
  std::size_t answer_bytes_max = Writer::default_limit;  ///< of a call from outside, or started and not waited for
  MonotonicNs drain_patience_ns = 10'000'000'000;        ///< how long a service that stops waits for its calls
  Lifecycle::Options lifecycle = {};
  std::string name = "local";   ///< the node's
  std::uint64_t span_seed = 1;  ///< random: ids of spans are made of it
};

/// `listen` and `stop_all` by one thread at a time; everything else is thread-safe.
class Runtime {
 public:
  /// Offers lodge.call/1, lodge.child/1, lodge.service/1, lodge.timer/1 and lodge.trace/1.
  explicit Runtime(RuntimeParts parts);
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  /// Is told when instances and services end. Before the first start.
  void listen(OwnerListener& listener) { node_.listeners.push_back(&listener); }

  /// That a service of that name will be started: whoever calls it before is told so.
  void expect(const std::string& name) { services_.expect(name); }

  /// What keeps the service from being started, as far as that shows without running its plugins.
  [[nodiscard]] std::vector<Finding> check(const ServiceSpec& spec);

  /// Makes the service, and waits until it is what its configuration says. ALREADY_EXISTS: there is one, which goes on.
  /// An error of the plan or a plugin's file leaves nothing behind; one of a hook leaves the service `failed`, to be
  /// tried again in a while, unless a plugin has made it.
  [[nodiscard]] Status start(const ServiceSpec& spec);

  /// Stops it for ever, within `patience`. NOT_FOUND: there is none. FAILED_PRECONDITION: plugin code did not return,
  /// and was left alone.
  [[nodiscard]] Status stop(std::string_view name, std::chrono::nanoseconds patience);

  /// The same, and there is no such service any more.
  [[nodiscard]] Status remove(std::string_view name, std::chrono::nanoseconds patience);

  /// Stops all, the last started first, within `patience` altogether. False: some plugin code did not return.
  bool stop_all(std::chrono::nanoseconds patience);

  [[nodiscard]] Calls& calls() { return calls_; }
  [[nodiscard]] const PluginChildren& children() const { return children_; }
  [[nodiscard]] const Clock& clock() const { return parts_.clock; }
  [[nodiscard]] StatusWatches& status_watches() { return status_watches_; }
  /// NOT_FOUND, with the nearest name there is.
  [[nodiscard]] Error no_service(std::string_view name) const { return services_.no_service(name); }
  [[nodiscard]] WalkGround& ground() { return node_.ground; }
  [[nodiscard]] CallMetrics& metrics() { return metrics_; }
  [[nodiscard]] const InFlight& in_flight() const { return in_flight_; }
  [[nodiscard]] Spans& spans() { return spans_; }
  /// Since when the loop thread is in a quick callback; 0: it is not.
  [[nodiscard]] MonotonicNs quick_since() const { return quick_since_.load(std::memory_order_relaxed); }

  /// Whose hook runs now, and which ("stop" of "greeter"), or whose child is being started or stopped ("stop of child
  /// poller"); of several the first. Thread-safe.
  struct RunningHook {
    std::string service;
    std::string plugin;
    std::string hook;
    bool operator==(const RunningHook&) const = default;
  };
  [[nodiscard]] std::optional<RunningHook> running_hook() const;

  /// nullptr: no such service. It stays as long as the pointer is held; calls come through its cell.
  [[nodiscard]] std::shared_ptr<Service> find(std::string_view name) const { return services_.find(name); }
  /// In the order of their starts.
  [[nodiscard]] std::vector<std::shared_ptr<Service>> services() const { return services_.all(); }

 private:
  [[nodiscard]] Result<std::shared_ptr<Service>> make(const ServiceSpec& spec);

  const RuntimeParts parts_;
  std::atomic<MonotonicNs> quick_since_{0};
  CallMetrics metrics_;
  InFlight in_flight_;
  Spans spans_;
  Tickets tickets_;
  Contexts contexts_;
  PluginChildren children_;
  StatusWatches status_watches_;
  NodeParts node_;
  DeadlineWheel deadlines_;
  Calls calls_;
  CallInterface call_interface_;
  PluginTimers plugin_timers_;
  PluginServices plugin_services_;
  PluginSpans plugin_spans_;
  ServiceList services_;  // last: services go before what they use
};

}  // namespace lodge::service
