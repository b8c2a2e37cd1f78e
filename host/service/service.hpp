// One service: its chain of instances, from the first hook to the last.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "service/cell.hpp"
#include "service/chain.hpp"
#include "service/node_parts.hpp"
#include "service/service_spec.hpp"
#include "service/store.hpp"

namespace lodge::service {

/// Running status, as services.md names them.
enum class Running : std::uint8_t { starting, running, paused, stopping, stopped, failed };
[[nodiscard]] std::string_view running_name(Running running);

/// A plugin that the service will have an instance of.
struct LoadedPlugin {
  std::shared_ptr<const plugin::Plugin> plugin;
  std::vector<std::string> denied;  ///< interface ids
  wire::Value settings;             ///< effective
};

/// Started and stopped by one thread at a time; calls come through its cell from all threads meanwhile.
class Service {
 public:
  /// `plugins`: the chain, top first. `notes`: what a reader of `service show` should know.
  Service(const NodeParts& node, Cell& cell, ServiceSpec spec, std::vector<LoadedPlugin> plugins,
          std::vector<std::string> notes);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// Creates all instances, asks their `config` top to bottom, starts them bottom to top, lets calls in. An error
  /// undoes all of it: what has started is stopped, top to bottom; the status is `failed`, with the error.
  [[nodiscard]] Status start();

  /// Lets no call in any more, and waits for those inside: those that wait for a ticket at the end of `patience` are
  /// answered UNAVAILABLE, executed = maybe. Then the hooks, and the answers to calls that the instances have started,
  /// CANCELLED where there is none. False: plugin code was still running, so its instances were left alone; only the
  /// end of the process can end them.
  bool stop(std::chrono::nanoseconds patience);

  [[nodiscard]] const ServiceSpec& spec() const { return spec_; }
  [[nodiscard]] const std::vector<std::unique_ptr<Instance>>& instances() const { return instances_; }
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }
  [[nodiscard]] Store& store() { return *store_; }
  [[nodiscard]] Cell& cell() { return cell_; }
  [[nodiscard]] const WalkGround& ground() const { return node_.ground; }

  /// Only while it is started.
  [[nodiscard]] const Dispatch& dispatch() const { return *dispatch_; }

  struct State {
    Running running = Running::stopped;
    std::string reason = "init";
    std::int64_t since_wall_ns = 0;
    std::string last_error;
  };
  /// Thread-safe.
  [[nodiscard]] State state() const;

 private:
  [[nodiscard]] Status create_instances();
  [[nodiscard]] Status ask_config();
  [[nodiscard]] Status start_instances();
  void stop_instances();
  [[nodiscard]] bool destroy_instances(std::chrono::nanoseconds patience);
  [[nodiscard]] bool quiesce(Instance& instance, std::chrono::nanoseconds patience);
  void void_tickets();
  void enter_state(Running running, std::string_view reason, const Error* error = nullptr);

  const NodeParts& node_;
  Cell& cell_;
  const ServiceSpec spec_;
  const std::vector<std::string> notes_;
  const std::uint64_t owner_;
  std::unique_ptr<Store> store_;
  std::vector<std::unique_ptr<Instance>> instances_;  // top first
  std::unique_ptr<const Dispatch> dispatch_;
  mutable std::mutex state_mutex_;
  State state_;
};

}  // namespace lodge::service
