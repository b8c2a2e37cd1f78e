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

#include "base/alarm.hpp"
#include "service/assembly.hpp"
#include "service/cell.hpp"
#include "service/change.hpp"
#include "service/finding.hpp"
#include "service/hold.hpp"
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

  /// Changes its plugins or settings while it answers calls: all that is asked, or nothing. Errors name what is wrong,
  /// with its path. Of a service that is down they take effect when it starts. DEADLOCK: from code of its own, which
  /// would wait for itself.
  [[nodiscard]] Result<Changed> change(const Change& change);

  /// Settings for its next start and those after it, in place of those given so before; nothing: as they are.
  /// FAILED_PRECONDITION: it is up. Else as `change`.
  [[nodiscard]] Status override(const std::optional<PluginTables>& settings);

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

  [[nodiscard]] const std::string& name() const { return cell_.name(); }
  /// Of the node that it is on.
  [[nodiscard]] const std::string& node() const { return node_.name; }
  /// As it is configured now, all layers of configuration in one.
  [[nodiscard]] std::shared_ptr<const ServiceSpec> spec() const;
  [[nodiscard]] Store& store() const { return *store_; }
  [[nodiscard]] Cell& cell() { return cell_; }
  /// nullptr: it has no instances now.
  [[nodiscard]] std::shared_ptr<const Assembly> assembly() const;

 private:
  class Transition;
  /// An instance, and its settings as they are becoming.
  struct Configured {
    Instance* instance;
    wire::Value settings;
  };
  /// A door that calls are, or may be, inside of, and what they need there.
  struct Entrance {
    Door* door;
    std::shared_ptr<const Assembly> assembly;
    std::shared_ptr<const void> more = nullptr;  ///< whatever else it needs
  };

  void poke();
  void take_turn();
  void wake_later();
  [[nodiscard]] Moment moment() const;
  /// Its lines in the log.
  [[nodiscard]] std::string log_module() const { return "service." + name(); }
  void tell(const std::vector<State>& changes) const;

  // The steps.
  [[nodiscard]] Status perform(const Lifecycle::Due& due, bool& returned);
  [[nodiscard]] Status assemble(bool& returned);
  [[nodiscard]] Status start();
  void announce(const State& said);
  void tell_plugins(std::string_view callback, const std::vector<wire::Value>& args);
  void open();
  void shut();
  [[nodiscard]] bool stop();
  [[nodiscard]] bool destroy();

  [[nodiscard]] Result<Recipe> next_recipe();
  [[nodiscard]] Status create_instances(const Assembly& assembly);
  [[nodiscard]] std::shared_ptr<Instance> make_instance(const LoadedPlugin& loaded);
  [[nodiscard]] Result<Bytes> ask_config(std::vector<Configured>& all) const;
  [[nodiscard]] std::vector<Finding> foreign_tables(const wire::Value& config,
                                                    const std::vector<Configured>& all) const;
  [[nodiscard]] static wire::Value whole_config(const Assembly& assembly);
  void stop_instances();
  void stop_instance(Instance& instance);
  [[nodiscard]] bool destroy_instance(Instance& instance);
  [[nodiscard]] bool quiesce(Instance& instance, std::chrono::nanoseconds patience);
  void drain_until(MonotonicNs until);
  [[nodiscard]] std::vector<std::shared_ptr<Instance>> all_instances() const;
  void void_tickets_of(Instance& instance);
  [[nodiscard]] bool end_retired();
  [[nodiscard]] bool wait_for_the_held();
  [[nodiscard]] std::vector<std::string> not_drained(const Dispatch& dispatch) const;
  void pause_until(MonotonicNs when);
  [[nodiscard]] bool left_by(MonotonicNs until);
  [[nodiscard]] bool left_without_tickets_by(MonotonicNs until, const std::vector<std::shared_ptr<Instance>>& of);
  void show(std::shared_ptr<const Assembly> assembly);
  void show_draining(std::optional<Draining> draining);

  // For transitions.
  void adopt(std::shared_ptr<const ServiceSpec> spec, const Layers& layers);
  [[nodiscard]] bool is_open() const { return open_door_ != nullptr && !open_door_->gate().closed(); }
  /// Lets calls in to be held. False: those inside did not leave by then, and calls are let in to the assembly again.
  [[nodiscard]] bool hold_calls(const std::shared_ptr<Hold>& hold);
  void retire(std::vector<std::shared_ptr<Instance>> old);
  bool bury(const std::shared_ptr<Instance>& instance);

  const NodeParts& node_;
  Cell& cell_;
  std::unique_ptr<Store> store_;

  // Only of who takes the turn.
  std::optional<Recipe> recipe_;
  std::uint64_t owner_ = 0;
  Layers layers_;
  std::vector<Entrance> entrances_;
  Door* open_door_ = nullptr;
  std::vector<std::shared_ptr<Instance>> retired_;     ///< out of the chain, with calls still inside
  std::vector<std::shared_ptr<Instance>> left_alone_;  ///< code of them has not returned

  mutable std::mutex mutex_;
  std::condition_variable idle_;
  Lifecycle lifecycle_;
  std::deque<std::function<void()>> errands_;
  bool busy_ = false;  ///< a turn is taken, or about to be
  bool held_ = false;  ///< calls do not leave, and the drain deadline has passed
  bool given_up_ = false;
  Alarm alarm_;
  MonotonicNs drained_by_ = no_deadline;
  std::shared_ptr<const ServiceSpec> spec_;
  std::shared_ptr<const Assembly> assembly_;
  std::optional<Draining> draining_;
};

}  // namespace lodge::service
