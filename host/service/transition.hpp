// One change of a service from what it is to what it is to be: all of it, or none.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "service/change.hpp"
#include "service/service.hpp"

namespace lodge::service {

/// Run once, in the service's turn. What the service is goes on answering calls until the new assembly is there; an
/// error leaves it as it was.
class Service::Transition {
 public:
  /// `renew`: plugins that get a new instance whatever else changes.
  Transition(Service& service, const Change& change, std::set<std::string> renew = {});

  [[nodiscard]] Result<Changed> run();

 private:
  /// One plugin of the chain to be.
  struct Place {
    std::shared_ptr<Instance> instance;
    std::shared_ptr<Instance> before;  ///< of the same plugin, where there was one; the same where it stays
    LoadedPlugin loaded;
    std::shared_ptr<const Bytes> settings_before;  ///< where it stays
    Bytes settings;
    bool started = false;

    [[nodiscard]] bool fresh() const { return instance != before; }
  };

  [[nodiscard]] Status propose();
  [[nodiscard]] Status propose_plugins();
  [[nodiscard]] Status propose_settings();
  [[nodiscard]] Status merge_by(Instance& instance, const PluginTables& tables);
  [[nodiscard]] Status check_removed() const;
  [[nodiscard]] Status check_upgraded() const;
  [[nodiscard]] Status take_places();
  [[nodiscard]] Status make_fresh(Place& place);
  [[nodiscard]] Status settle_settings();
  [[nodiscard]] Status hold_where_exclusive();
  [[nodiscard]] Status start_fresh();
  [[nodiscard]] Status start_one(Place& place);
  void let_go();
  [[nodiscard]] Status tell_changed();
  void take_back_settings(std::size_t told);
  void swap();
  void retire();
  void undo();
  [[nodiscard]] Changed report() const;
  [[nodiscard]] bool renews(const std::string& plugin) const;
  [[nodiscard]] std::shared_ptr<Instance> present(std::string_view plugin) const;
  [[nodiscard]] std::vector<std::shared_ptr<Instance>> instances() const;
  [[nodiscard]] std::unique_ptr<const Dispatch>& dispatch();

  Service& service_;
  const Change& change_;
  std::set<std::string> renew_;
  std::shared_ptr<const Assembly> before_;  ///< nullptr: it has no instances now
  std::shared_ptr<ServiceSpec> spec_;
  Layers layers_;
  Recipe recipe_;
  std::vector<Place> places_;  ///< top first
  Bytes config_;               ///< of the whole service, as `updated` is told it
  std::set<std::string> wants_renewal_;
  std::unique_ptr<const Dispatch> dispatch_;  ///< over what is to be there, once somebody has asked for it
  std::shared_ptr<Hold> hold_;                ///< while calls wait for the handover
};

}  // namespace lodge::service
