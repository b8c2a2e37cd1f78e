#include "service/transition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/closest.hpp"
#include "base/log.hpp"
#include "service/abi_child.hpp"
#include "service/pinned_source.hpp"
#include "service/settings.hpp"

namespace lodge::service {

namespace {

bool has(const std::vector<std::string>& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

std::vector<std::string> names_of(const Assembly* assembly) {
  std::vector<std::string> out;
  if (assembly == nullptr) return out;
  for (const std::shared_ptr<Instance>& each : assembly->instances) out.push_back(each->name());
  return out;
}

/// "greeter.salutation" for each setting that differs.
void note_differences(const std::string& plugin, const wire::Value& before, const wire::Value& now,
                      std::vector<std::string>& out) {
  for (const auto& [key, value] : *now.as_map()) {
    const wire::Value* const old = before.find(*key.as_text());
    if (old == nullptr || !(*old == value)) out.push_back(plugin + "." + *key.as_text());
  }
}

}  // namespace

Service::Transition::Transition(Service& service, const Change& change, std::set<std::string> renew)
    : service_(service),
      change_(change),
      renew_(std::move(renew)),
      before_(service.assembly()),
      spec_(std::make_shared<ServiceSpec>(change.file ? *change.file : *service.spec())),
      layers_(service.layers_) {
  if (change.file) {
    layers_.file = change.file->config;
    layers_.hidden.clear();
  }
  if (change.overrides) layers_.overrides = *change.overrides;
}

Result<Changed> Service::Transition::run() {
  Status done = propose();
  if (done && before_) {
    done = take_places();
    if (done) done = settle_settings();
    if (!done || change_.dry_run) undo();
  }
  if (!done) return std::move(done).error();
  Changed out = report();
  if (change_.dry_run) return out;
  if (before_) {
    if (Status up = start_fresh(); !up) return std::move(up).error();
    if (Status told = tell_changed(); !told) return std::move(told).error();
    swap();
  }
  service_.adopt(spec_, layers_);
  if (before_) {
    service_.tell_plugins("service_event", {"changed", value_of(out)});
    retire();
  }
  if (wants_renewal_.empty()) return out;
  const Change nothing_else{};
  Result<Changed> renewed = Transition(service_, nothing_else, wants_renewal_).run();
  if (!renewed) return std::move(renewed).error();
  out.replaced.insert(out.replaced.end(), renewed->replaced.begin(), renewed->replaced.end());
  return out;
}

// What it is to be, as far as that shows without running anything new.
Status Service::Transition::propose() {
  if (!change_.add.empty() || !change_.upgrade.empty() || change_.file) service_.node_.plugins.refresh();
  if (Status plugins = propose_plugins(); !plugins) return plugins;
  if (Status settings = propose_settings(); !settings) return settings;
  PinnedSource source(service_.node_.plugins, before_.get(), change_.upgrade);
  Result<Recipe> recipe = make_recipe(*spec_, source, service_.node_.interfaces);
  if (!recipe) return std::move(recipe).error();
  recipe_ = *std::move(recipe);
  if (Status removed = check_removed(); !removed) return removed;
  return check_upgraded();
}

Status Service::Transition::propose_plugins() {
  std::vector<std::string>& list = spec_->plugins;
  auto place = list.end();
  for (const std::string& name : change_.remove) {
    const auto found = std::find(list.begin(), list.end(), name);
    if (found == list.end()) {
      const std::vector<std::string> chain = names_of(before_.get());
      if (has(chain, name)) continue;  // not of its own: who needs it is told by check_removed
      return Error{Code::NOT_FOUND,
                   fmt::format("service {} has no plugin `{}`{}", spec_->name, name, did_you_mean(name, list))};
    }
    place = list.erase(found);
    layers_.hidden.insert(name);
  }
  for (const std::string& name : change_.add) {
    if (has(list, name)) {
      return Error{
          Code::ALREADY_EXISTS,
          fmt::format("service {} has plugin {} already; to take its new file, upgrade it", spec_->name, name)};
    }
    place = list.insert(place, name) + 1;
    layers_.hidden.erase(name);
  }
  if (!list.empty()) return {};
  return Error{Code::FAILED_PRECONDITION,
               fmt::format("service {} would have no plugin left; stop it instead", spec_->name)};
}

Status Service::Transition::propose_settings() {
  layers_.run_time = deep_merge(std::move(layers_.run_time), change_.update);
  if (before_ && !change_.update.empty()) {
    const PluginTables tables = service_.layers_.visible();
    for (const std::shared_ptr<Instance>& each : before_->instances) {
      if (Status merged = merge_by(*each, tables); !merged) return merged;
    }
  }
  spec_->config = layers_.visible();
  return {};
}

/// Has a plugin merge its own part of the update into what it has in `tables`, if it does that itself.
Status Service::Transition::merge_by(Instance& instance, const PluginTables& tables) {
  const auto table = tables.find(instance.name());
  const auto update = change_.update.find(instance.name());
  const wire::Value none = wire::Value::Map{};
  Result<std::optional<Bytes>> merged = instance.merge((table != tables.end() ? table->second : none).pack(),
                                                       (update != change_.update.end() ? update->second : none).pack());
  if (!merged) return std::move(merged).error();
  if (!*merged) {
    // A plugin that has merged before, and does not this time, goes on from what it made then.
    const auto made = layers_.merged_by.find(instance.name());
    if (made != layers_.merged_by.end() && update != change_.update.end()) {
      made->second = wire::deep_merge(std::move(made->second), update->second);
    }
    return {};
  }
  Result<wire::Value> value = wire::Value::unpack(**merged);
  if (!value) return std::move(value).error();
  layers_.merged_by[instance.name()] = *std::move(value);
  return {};
}

Status Service::Transition::check_removed() const {
  for (const std::string& name : change_.remove) {
    const auto stays = [&name](const LoadedPlugin& each) { return each.plugin->descriptor.name == name; };
    if (std::none_of(recipe_.plugins.begin(), recipe_.plugins.end(), stays)) continue;
    std::vector<std::string> needed_by;
    for (const LoadedPlugin& each : recipe_.plugins) {
      for (const plugin::Dependency& dependency : each.plugin->descriptor.dependencies) {
        if (dependency.name == name && !dependency.optional) needed_by.push_back(each.plugin->descriptor.name);
      }
    }
    return Error{Code::FAILED_PRECONDITION,
                 fmt::format("plugin {} cannot be removed from service {}: needed by {}; remove that too", name,
                             spec_->name, fmt::join(needed_by, ", "))};
  }
  return {};
}

Status Service::Transition::check_upgraded() const {
  for (const std::string& name : change_.upgrade) {
    const std::shared_ptr<Instance> old = present(name);
    if (!old) {
      return Error{Code::NOT_FOUND, fmt::format("service {} has no plugin `{}`{}", spec_->name, name,
                                                did_you_mean(name, names_of(before_.get())))};
    }
    for (const LoadedPlugin& each : recipe_.plugins) {
      if (each.plugin->descriptor.name != name || each.plugin != old->shared_plugin()) continue;
      return Error{Code::FAILED_PRECONDITION,
                   fmt::format("plugin {} {} is what runs already; put its new file in the plugin directory first",
                               name, each.plugin->descriptor.version)};
    }
  }
  return {};
}

std::shared_ptr<Instance> Service::Transition::present(std::string_view plugin) const {
  if (!before_) return nullptr;
  for (const std::shared_ptr<Instance>& each : before_->instances) {
    if (each->name() == plugin) return each;
  }
  return nullptr;
}

std::vector<std::shared_ptr<Instance>> Service::Transition::instances() const {
  std::vector<std::shared_ptr<Instance>> out;
  out.reserve(places_.size());
  for (const Place& each : places_) out.push_back(each.instance);
  return out;
}

std::unique_ptr<const Dispatch>& Service::Transition::dispatch() {
  if (!dispatch_) dispatch_ = Dispatch::build(instances(), service_.node_.ground.metrics);
  return dispatch_;
}

bool Service::Transition::renews(const std::string& plugin) const {
  return renew_.count(plugin) != 0 || has(change_.upgrade, plugin);
}

Status Service::Transition::take_places() {
  for (LoadedPlugin& each : recipe_.plugins) {
    Place place;
    place.before = present(each.plugin->descriptor.name);
    place.loaded = std::move(each);
    const bool stays = place.before && place.before->shared_plugin() == place.loaded.plugin &&
                       !renews(place.loaded.plugin->descriptor.name);
    if (stays) {
      place.instance = place.before;
      place.settings_before = place.instance->context().settings();
    }
    places_.push_back(std::move(place));
  }
  for (auto each = places_.rbegin(); each != places_.rend(); ++each) {
    if (each->instance) continue;
    if (Status made = make_fresh(*each); !made) return made;
  }
  return {};
}

Status Service::Transition::make_fresh(Place& place) {
  place.instance = service_.make_instance(place.loaded);
  return place.instance->create();
}

// Whoever stays, has other settings and cannot take them gets a new instance; which is asked about the whole again.
Status Service::Transition::settle_settings() {
  for (bool again = true; again;) {
    again = false;
    std::vector<Configured> all;
    for (const Place& each : places_) all.push_back({each.instance.get(), each.loaded.settings});
    Result<Bytes> config = service_.ask_config(all);
    if (!config) return std::move(config).error();
    config_ = *std::move(config);
    for (std::size_t i = 0; i < places_.size(); ++i) {
      Place& place = places_[i];
      place.settings = all[i].settings.pack();
      if (place.fresh() || place.settings == *place.settings_before || place.instance->takes_updates()) continue;
      again = true;
      if (Status made = make_fresh(place); !made) return made;
    }
  }
  return {};
}

Status Service::Transition::hold_where_exclusive() {
  const bool exclusive = std::any_of(places_.begin(), places_.end(), [](const Place& each) {
    return each.fresh() && each.before && each.before->exclusive_handover();
  });
  if (!exclusive || !service_.is_open()) return {};
  hold_ = std::make_shared<Hold>(*service_.node_.calls, *before_->dispatch, *dispatch(), *before_->instances.back());
  if (service_.hold_calls(hold_)) return {};
  hold_ = nullptr;
  return Error{Code::DEADLINE_EXCEEDED,
               fmt::format("calls of service {} did not end within limits.drain_timeout_ms, and its plugin hands over "
                           "only when none is under way",
                           spec_->name)};
}

Status Service::Transition::start_fresh() {
  Status up = hold_where_exclusive();
  for (auto each = places_.rbegin(); up && each != places_.rend(); ++each) {
    if (each->fresh()) up = start_one(*each);
  }
  if (!up) undo();
  return up;
}

Status Service::Transition::start_one(Place& place) {
  place.instance->context().set_settings(place.settings);
  if (place.before) {
    if (place.before->exclusive_handover()) service_.node_.children.rest(place.before->context());
    Result<std::optional<Bytes>> state = place.before->handover_save();
    if (!state) return std::move(state).error();
    if (*state) {
      if (Status loaded = place.instance->handover_load(**state); !loaded) return loaded;
    }
  }
  Status up = place.instance->start();
  place.started = up.ok();
  return up;
}

// The calls that were held go to what is there by now: the new assembly, or the old one after all.
void Service::Transition::let_go() {
  if (const std::shared_ptr<Hold> held = std::exchange(hold_, nullptr)) held->release();
}

Status Service::Transition::tell_changed() {
  const bool changed = std::any_of(places_.begin(), places_.end(), [](const Place& each) {
    return !each.settings_before || *each.settings_before != each.settings;
  });
  if (!changed) return {};
  for (const Place& each : places_) {
    if (!each.fresh()) each.instance->context().set_settings(each.settings);
  }
  for (std::size_t i = places_.size(); i-- > 0;) {
    const Place& each = places_[i];
    if (each.fresh() || !each.instance->takes_updates()) continue;
    Result<bool> renew = each.instance->updated(config_);
    if (!renew) {
      take_back_settings(i);
      undo();
      return std::move(renew).error();
    }
    if (*renew) wants_renewal_.insert(each.instance->name());
  }
  return {};
}

// Those from `told` on have heard of the change, and hear of its end.
void Service::Transition::take_back_settings(std::size_t told) {
  for (const Place& each : places_) {
    if (!each.fresh()) each.instance->context().set_settings(Bytes(*each.settings_before));
  }
  Bytes before = service_.whole_config(*before_).pack();
  for (std::size_t i = places_.size(); i-- > told;) {
    const Place& each = places_[i];
    if (each.fresh() || !each.instance->takes_updates()) continue;
    if (const Result<bool> told_again = each.instance->updated(before); !told_again) {
      log::warn("service." + spec_->name, "taking a change back: " + told_again.error().text());
    }
  }
}

void Service::Transition::swap() {
  const auto next =
      std::make_shared<const Assembly>(Assembly{instances(), std::move(dispatch()), std::move(recipe_.notes)});
  service_.show(next);
  if (service_.is_open()) service_.open();
  let_go();
}

void Service::Transition::retire() {
  std::vector<std::shared_ptr<Instance>> old;
  for (const std::shared_ptr<Instance>& each : before_->instances) {
    const auto stays = [&each](const Place& place) { return place.instance == each; };
    if (std::none_of(places_.begin(), places_.end(), stays)) old.push_back(each);
  }
  service_.retire(std::move(old));
}

// Of what is new nothing stays.
void Service::Transition::undo() {
  if (hold_) service_.open();
  let_go();
  for (const Place& each : places_) {
    if (each.fresh() && each.started) service_.stop_instance(*each.instance);
  }
  for (const Place& each : places_) {
    if (each.fresh() && each.instance) service_.bury(each.instance);
    if (each.fresh() && each.before && each.before->exclusive_handover()) {
      service_.node_.children.resume(each.before->context());
    }
  }
}

Changed Service::Transition::report() const {
  Changed out;
  for (const Place& each : places_) {
    const plugin::Descriptor& descriptor = each.loaded.plugin->descriptor;
    if (!each.before) {
      out.added.push_back(descriptor.name);
      continue;
    }
    if (each.fresh()) {
      out.replaced.push_back({descriptor.name, each.before->plugin().descriptor.version, descriptor.version});
    }
    const Result<wire::Value> before = wire::Value::unpack(*each.before->context().settings());
    const Result<wire::Value> now = wire::Value::unpack(each.settings);
    if (before && now) note_differences(descriptor.name, *before, *now, out.settings);
  }
  if (!before_) return out;
  for (const std::shared_ptr<Instance>& each : before_->instances) {
    const auto stays = [&each](const Place& place) { return place.before == each; };
    if (std::none_of(places_.begin(), places_.end(), stays)) out.removed.push_back(each->name());
  }
  return out;
}

}  // namespace lodge::service
