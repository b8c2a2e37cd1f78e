// One service: what it is configured to be, its store, and the assembly of plugins that answers its calls now.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "service/assembly.hpp"
#include "service/cell.hpp"
#include "service/lifecycle.hpp"
#include "service/node_parts.hpp"
#include "service/recipe.hpp"
#include "service/service_spec.hpp"
#include "service/store.hpp"

namespace lodge::service {

/// What it does to itself it does on workers, one thing at a time, as its Lifecycle says; calls come through its cell
/// from all threads meanwhile. Thread-safe.
class Service : public std::enable_shared_from_this<Service> {
 public:
  using State = Lifecycle::State;

  /// `recipe`: of the first assembly; later ones are planned anew.
  Service(const NodeParts& node, Cell& cell, ServiceSpec spec, Recipe recipe);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// What the operator wants, and why. Returns at once; false: that was wanted already. A service that has to stop
  /// waits for its calls until `drained_by`; no_deadline: as long as the node allows.
  bool want(Admin admin, std::string_view reason, MonotonicNs drained_by = no_deadline);
  /// To be stopped for ever, without waiting for calls beyond `drained_by`.
  void end(std::string_view reason, MonotonicNs drained_by);
  /// Where calls do not leave although the drain deadline has passed: its instances are left alone.
  void give_up();
  /// It cannot go on: it stops, and counts as failed.
  void fail(const Error& error, std::string_view reason);

  /// Lets no call in any more, and waits for those inside as `stop` would. Only before `end`.
  void drain(MonotonicNs until);

  /// Waits until it is what it should be, or cannot be; the state then. Not from code of its own.
  State settle(std::chrono::nanoseconds patience);
  /// The same; false: calls do not leave it although the drain deadline has passed. It goes on to wait for them.
  [[nodiscard]] bool settle_unless_held();

  [[nodiscard]] State state() const;
  /// Something is being done about it.
  [[nodiscard]] bool busy() const;
  /// It runs, and no plugin's `service_ready` says no. Asks them: not from the loop thread.
  [[nodiscard]] bool ready();
  /// Plugin code did not return, so that its instances were left alone; only the end of the process can end them.
  [[nodiscard]] bool stuck() const;

  struct Draining {
    std::uint64_t in_flight = 0;           ///< calls inside
    std::vector<std::string> not_drained;  ///< plugins whose `service_drain` says no
    MonotonicNs until = 0;
  };
  /// While it drains.
  [[nodiscard]] std::optional<Draining> draining() const;

  [[nodiscard]] const ServiceSpec& spec() const { return spec_; }
  [[nodiscard]] Store& store() { return *store_; }
  [[nodiscard]] Cell& cell() { return cell_; }
  [[nodiscard]] const WalkGround& ground() const { return node_.ground; }
  /// nullptr: it has no instances now.
  [[nodiscard]] std::shared_ptr<const Assembly> assembly() const;

 private:
  class Turn;
  /// A door that calls are, or may be, inside of, and what they need there.
  struct Entrance {
    Door* door;
    std::shared_ptr<const Assembly> assembly;
  };

  void poke();
  void take_turn();
  void wake_later();
  [[nodiscard]] Moment moment() const;
  void tell(const std::vector<State>& changes) const;

  // The steps.
  [[nodiscard]] Status perform(const Lifecycle::Due& due, bool& returned);
  [[nodiscard]] Status assemble(bool& returned);
  [[nodiscard]] Status start();
  void announce(const State& said);
  void open();
  void shut();
  [[nodiscard]] bool stop();
  [[nodiscard]] bool destroy();

  [[nodiscard]] Result<Recipe> next_recipe();
  [[nodiscard]] Status create_instances(const Assembly& assembly);
  [[nodiscard]] Status ask_config();
  void stop_instances();
  [[nodiscard]] bool destroy_instances(const Assembly& assembly, std::chrono::nanoseconds patience);
  [[nodiscard]] bool quiesce(Instance& instance, std::chrono::nanoseconds patience);
  [[nodiscard]] bool drain_until(MonotonicNs until);
  void void_tickets();
  [[nodiscard]] bool wait_for_the_held();
  [[nodiscard]] std::vector<std::string> not_drained();
  [[nodiscard]] bool left_by(MonotonicNs until);
  void show(std::shared_ptr<const Assembly> assembly);
  void show_draining(std::optional<Draining> draining);

  const NodeParts& node_;
  Cell& cell_;
  const ServiceSpec spec_;
  std::unique_ptr<Store> store_;

  // Only of who takes the turn.
  std::optional<Recipe> recipe_;
  std::uint64_t owner_ = 0;
  std::vector<Entrance> entrances_;

  mutable std::mutex mutex_;
  std::condition_variable idle_;
  Lifecycle lifecycle_;
  std::deque<std::function<void()>> errands_;
  bool busy_ = false;  ///< a turn is taken, or about to be
  bool held_ = false;  ///< calls do not leave, and the drain deadline has passed
  bool given_up_ = false;
  TimerId alarm_ = 0;
  MonotonicNs alarm_at_ = no_deadline;
  MonotonicNs drained_by_ = no_deadline;
  std::shared_ptr<const Assembly> assembly_;
  std::optional<Draining> draining_;
};

}  // namespace lodge::service
