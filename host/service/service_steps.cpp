// The steps of a service's life that lead up.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "base/utf8.hpp"
#include "service/poll.hpp"
#include "service/service.hpp"
#include "service/settings.hpp"

namespace lodge::service {

namespace {

/// How long a plugin that defers its answer is waited for, where the host asks for itself.
constexpr MonotonicNs poll_patience_ns = 5'000'000'000;
constexpr MonotonicNs ready_patience_ns = 1'000'000'000;

wire::Value described(const std::string& service, const Lifecycle::State& state) {
  return wire::Value::map({{"service", service},
                           {"status", running_name(state.running)},
                           {"reason", state.reason},
                           {"since_unix_ms", state.since_wall_ns / 1'000'000},
                           {"admin", admin_name(state.admin)},
                           {"admin_reason", state.admin_reason},
                           {"last_error", state.last_error ? wire::Value(state.last_error->text()) : wire::Value()}});
}

}  // namespace

Status Service::perform(const Lifecycle::Due& due, bool& returned) {
  switch (due.step) {
    case Lifecycle::Step::assemble:
      return assemble(returned);
    case Lifecycle::Step::announce:
      announce(due.said);
      return {};
    case Lifecycle::Step::start:
      return start();
    case Lifecycle::Step::open:
      open();
      return {};
    case Lifecycle::Step::shut:
      shut();
      return {};
    case Lifecycle::Step::stop:
      returned = stop();
      return {};
    case Lifecycle::Step::destroy:
      returned = destroy();
      return {};
  }
  return {};
}

// The first one was checked and loaded by who made the service. Later ones see what there is by then.
Result<Recipe> Service::next_recipe() {
  if (std::optional<Recipe> first = std::exchange(recipe_, std::nullopt)) return *std::move(first);
  node_.plugins.refresh();
  return make_recipe(*spec(), node_.plugins, node_.interfaces);
}

Status Service::assemble(bool& returned) {
  Result<Recipe> recipe = next_recipe();
  if (!recipe) return std::move(recipe).error();
  owner_ = plugin::HostContext::new_owner();
  std::vector<std::shared_ptr<Instance>> instances;
  for (const LoadedPlugin& each : recipe->plugins) instances.push_back(make_instance(each));
  // Shown before its hooks run: who holds a host up by not returning is found there.
  const auto bare = std::make_shared<const Assembly>(Assembly{instances, nullptr, {}});
  show(bare);
  if (Status created = create_instances(*bare); !created) {
    returned = destroy();
    return created;
  }
  auto dispatch = Dispatch::build(instances, node_.ground.metrics);
  show(std::make_shared<const Assembly>(Assembly{std::move(instances), std::move(dispatch), std::move(recipe->notes)}));
  return {};
}

std::shared_ptr<Instance> Service::make_instance(const LoadedPlugin& loaded) {
  auto context =
      std::make_unique<InstanceContext>(node_.interfaces, name(), loaded.plugin->descriptor.name, loaded.denied);
  context->set_service_owner(owner_);
  context->set_settings(loaded.settings.pack());
  context->store = store_.get();
  return std::make_shared<Instance>(loaded.plugin, node_.contexts.keep(std::move(context)), node_.ground.executor);
}

Status Service::create_instances(const Assembly& assembly) {
  for (auto each = assembly.instances.rbegin(); each != assembly.instances.rend(); ++each) {
    if (Status made = (*each)->create(); !made) return made;
  }
  return {};
}

void Service::announce(const State& said) { tell_plugins("service_status_changed", {described(name(), said)}); }

// Each of them, whatever the others answer.
void Service::tell_plugins(std::string_view callback, const std::vector<wire::Value>& args) {
  const std::shared_ptr<const Assembly> now = assembly();
  for (const Polled& each : poll(node_.ground, cell_, *now->dispatch, callback, args, poll_patience_ns)) {
    if (each.code == Code::OK) continue;
    log::warn(log_module(), fmt::format("plugin {}, {}/{}: {}: {}", each.plugin, callback, args.size(),
                                        code_name(each.code), each.message));
  }
}

// The pass keeps instances and dispatch there while they are asked.
bool Service::ready() {
  const Cell::Pass pass(cell_);
  if (!pass) return false;
  const std::vector<Polled> all = poll(node_.ground, cell_, pass.dispatch(), "service_ready", {}, ready_patience_ns);
  return std::none_of(all.begin(), all.end(),
                      [](const Polled& each) { return each.code != Code::OK || each.says_no(); });
}

Status Service::start() {
  const std::shared_ptr<const Assembly> now = assembly();
  std::vector<Configured> all;
  for (const std::shared_ptr<Instance>& each : now->instances) {
    Result<wire::Value> settings = wire::Value::unpack(*each->context().settings());
    if (!settings) return std::move(settings).error();
    all.push_back({each.get(), *std::move(settings)});
  }
  Result<Bytes> asked = ask_config(all);
  Status done = asked ? Status() : Status(std::move(asked).error());
  for (const Configured& each : all) {
    if (done) each.instance->context().set_settings(each.settings.pack());
  }
  for (auto each = now->instances.rbegin(); done && each != now->instances.rend(); ++each) done = (*each)->start();
  if (!done) stop_instances();
  return done;
}

// Tables that hooks have made for plugins that are not there, or twice for one that is.
std::vector<Finding> Service::foreign_tables(const wire::Value& config, const std::vector<Configured>& all) const {
  std::vector<Finding> findings;
  std::vector<std::string> unseen;
  unseen.reserve(all.size());
  for (const Configured& each : all) unseen.push_back(each.instance->name());
  for (const auto& [key, table] : *config.as_map()) {
    const std::string plugin = key.as_text() != nullptr ? *key.as_text() : "?";
    if (const auto found = std::find(unseen.begin(), unseen.end(), plugin); found != unseen.end()) {
      unseen.erase(found);
      continue;
    }
    const std::string path = "service." + name() + ".config." + escape_for_terminal(plugin);
    findings.push_back({Code::INVALID_ARGUMENT, path,
                        path + ": a `config` hook has made this table, and no plugin of that name is in the service's "
                               "chain, or it has one already"});
  }
  return findings;
}

// Each sees the whole configuration as its predecessor left it; what comes out is checked like what came in.
Result<Bytes> Service::ask_config(std::vector<Configured>& all) const {
  wire::Value config = wire::Value::Map{};
  for (const Configured& each : all) config.set(each.instance->name(), each.settings);
  Bytes packed = config.pack();
  for (const Configured& each : all) {
    Result<Bytes> answered = each.instance->config(std::move(packed));
    if (!answered) return std::move(answered).error();
    packed = *std::move(answered);
  }
  Result<wire::Value> checked = wire::Value::unpack(packed);
  if (!checked) return std::move(checked).error();
  std::vector<Finding> findings = foreign_tables(*checked, all);
  for (Configured& each : all) {
    const wire::Value* const given = checked->find(each.instance->name());
    each.settings = effective_settings(each.instance->plugin().descriptor, given != nullptr ? *given : wire::Value(),
                                       "service." + name() + ".config." + each.instance->name(), findings);
    checked->set(each.instance->name(), each.settings);
  }
  if (!findings.empty()) return error_of(findings);
  return checked->pack();
}

wire::Value Service::whole_config(const Assembly& assembly) {
  wire::Value out = wire::Value::Map{};
  for (const std::shared_ptr<Instance>& each : assembly.instances) {
    Result<wire::Value> settings = wire::Value::unpack(*each->context().settings());
    if (settings) out.set(each->name(), *std::move(settings));
  }
  return out;
}

void Service::open() {
  std::shared_ptr<const Assembly> now = assembly();
  open_door_ = &cell_.open(*now->dispatch);
  entrances_.push_back({open_door_, std::move(now)});
}

// Calls that are inside go on.
void Service::shut() {
  cell_.close();
  if (!left_by(node_.ground.clock.now() + node_.drain_patience_ns)) {
    log::warn(log_module(), "calls are still under way after limits.drain_timeout_ms; they go on");
  }
}

}  // namespace lodge::service
