#include "control/reload.hpp"

#include <algorithm>
#include <memory>

#include "base/log.hpp"
#include "base/log_ring.hpp"
#include "control/admin.hpp"

namespace lodge::control {

namespace {

using service::ServiceSpec;
using wire::Value;

constexpr std::string_view module = "reload";

const ServiceSpec* find(const std::vector<ServiceSpec>& list, const std::string& name) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const ServiceSpec& each) { return each.name == name; });
  return found != list.end() ? &*found : nullptr;
}

Value did(const std::string& service, std::string_view what) { return Value::map({{"name", service}, {"did", what}}); }

Value failed_as(const std::string& service, const Error& error) {
  Value out = did(service, "failed");
  out.set("error", error.text());
  return out;
}

}  // namespace

void Reload::open() {
  std::lock_guard lock(mutex_);
  open_ = true;
}

void Reload::close() {
  std::lock_guard lock(mutex_);
  open_ = false;
}

Result<Value> Reload::run() {
  std::lock_guard lock(mutex_);
  if (!open_) {
    return Error{Code::FAILED_PRECONDITION,
                 "the host is starting or stopping; its configuration is not read again now"};
  }
  const Result<ConfigOutcome> read = read_config_with_problems(parts_.source);
  if (!read) return read.error();
  if (!read->problems.empty()) return Error{Code::INVALID_ARGUMENT, report_of(read->problems)};
  apply_log(read->config.log);
  parts_.runtime.spans().configure(read->config.trace);
  wanted_ = read->config.services;
  origins_ = read->config.origins;
  Value::List services = apply_services(wanted_);
  const std::vector<std::string> restart = restart_needed(read->config);
  report(services);
  for (const std::string& each : restart) log::warn(module, "[" + each + "] has changed: that takes a restart");
  return Value::map(
      {{"services", std::move(services)}, {"restart_needed", Value::List(restart.begin(), restart.end())}});
}

void Reload::take_in(const std::string& plugin) {
  if (const auto loaded = parts_.plugins.load(plugin); !loaded) {
    log::warn(module, "plugin " + plugin + " cannot be taken in: " + loaded.error().message);
    return;
  }
  std::lock_guard lock(mutex_);
  if (!open_) return;
  report(apply_services(wanted_));
  for (const auto& each : parts_.runtime.services()) {
    const auto spec = each->spec();
    const service::Service::State state = each->state();
    const bool named = std::find(spec->plugins.begin(), spec->plugins.end(), plugin) != spec->plugins.end();
    if (!named || state.running != service::Running::failed || state.admin != service::Admin::active) continue;
    (void)each->want(service::Admin::active, "plugin " + plugin + " has come");
  }
}

void Reload::report(const Value::List& services) {
  for (const Value& each : services) {
    const Value* const error = each.find("error");
    log::info(module, "service " + *each.find("name")->as_text() + ": " + *each.find("did")->as_text() +
                          (error != nullptr ? ": " + *error->as_text() : ""));
  }
}

// First those that go, so that what they held is free; then those that change, then new ones, in the file's order.
Value::List Reload::apply_services(const std::vector<ServiceSpec>& wanted) {
  parts_.plugins.refresh();
  Value::List out;
  std::vector<ServiceSpec> applied;
  for (const ServiceSpec& each : services_) {
    if (find(wanted, each.name) != nullptr) continue;
    out.push_back(stop(each.name));
    if (out.back().find("error") != nullptr) applied.push_back(each);
  }
  for (const bool known : {true, false}) {
    for (const ServiceSpec& each : wanted) {
      const ServiceSpec* const before = find(services_, each.name);
      if ((before != nullptr) != known) continue;
      if (before != nullptr && before->same_as(each)) {
        applied.push_back(each);
        continue;
      }
      out.push_back(before != nullptr ? change(*before, each) : start(each));
      // What could not be done is tried again by the next reload, whether or not the file has changed by then; but a
      // service whose hooks failed is there, and is tried again by itself.
      const bool there = before == nullptr && parts_.runtime.find(each.name) != nullptr;
      if (out.back().find("error") == nullptr || there) {
        applied.push_back(each);
      } else if (before != nullptr) {
        applied.push_back(*before);
      }
    }
  }
  services_ = std::move(applied);
  return out;
}

Value Reload::start(const ServiceSpec& spec) {
  const Status started = parts_.runtime.start(spec);
  return started ? did(spec.name, "started") : failed(spec, started.error());
}

Value Reload::stop(const std::string& name) {
  const Status stopped = parts_.runtime.remove(name, std::chrono::milliseconds(parts_.running.limits.drain_timeout_ms));
  return stopped ? did(name, "stopped") : failed_as(name, stopped.error());
}

Value Reload::change(const ServiceSpec& before, const ServiceSpec& spec) {
  const std::shared_ptr<service::Service> found = parts_.runtime.find(spec.name);
  if (!found) return start(spec);
  service::Change asked;
  asked.file = std::make_shared<const ServiceSpec>(spec);
  const Result<service::Changed> changed = found->change(asked);
  if (!changed) return failed(spec, changed.error());
  if (before.paused != spec.paused) {
    (void)found->want(spec.paused ? service::Admin::pause : service::Admin::active, "configuration");
    (void)found->settle(std::chrono::milliseconds(parts_.running.limits.drain_timeout_ms));
  }
  Value out = did(spec.name, "changed");
  const Value parts = service::value_of(*changed);
  for (const auto& [key, value] : *parts.as_map()) out.set(*key.as_text(), value);
  return out;
}

// With the places of what is wrong with the file; of a hook that fails, that of the service.
Value Reload::failed(const ServiceSpec& spec, const Error& error) const {
  std::vector<Problem> problems;
  for (const service::Finding& each : parts_.runtime.check(spec)) {
    if (error.message.find(each.what) != std::string::npos) {
      problems.push_back({origins_.at(each.path), each.what, each.code});
    }
  }
  if (problems.empty()) problems.push_back({origins_.at("service." + spec.name), error.message, error.code});
  sort_problems(problems);
  return failed_as(spec.name, {error.code, report_of(problems)});
}

void Reload::apply_log(const LogSection& wanted) {
  if (wanted == log_) return;
  for (const auto& [name, level] : log_.modules) {
    if (wanted.modules.count(name) == 0) log::set_level(name, wanted.level);
  }
  log::set_level("", wanted.level);
  log::ring().set_bytes_max(wanted.kept_bytes_max);
  for (const auto& [name, level] : wanted.modules) log::set_level(name, level);
  log_ = wanted;
}

std::vector<std::string> Reload::restart_needed(const HostConfig& wanted) const {
  const HostConfig& running = parts_.running;
  std::vector<std::string> out;
  if (!(wanted.host == running.host)) out.emplace_back("host");
  if (!(wanted.threads == running.threads)) out.emplace_back("threads");
  if (!(wanted.limits == running.limits)) out.emplace_back("limits");
  if (!(wanted.plugin_files == running.plugin_files)) out.emplace_back("plugins");
  if (!(wanted.plugins == running.plugins)) out.emplace_back("plugin");
  if (!(wanted.node_config == running.node_config)) out.emplace_back("config");
  for (const ServiceSpec& each : wanted.services) {
    const ServiceSpec* const before = find(running.services, each.name);
    if (before != nullptr && before->store_bytes_max != each.store_bytes_max) {
      out.push_back("service." + each.name + ".store_bytes_max");
    }
  }
  return out;
}

}  // namespace lodge::control
