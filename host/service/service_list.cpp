#include "service/service_list.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.hpp"
#include "base/closest.hpp"
#include "service/service.hpp"

namespace lodge::service {

namespace {

/// Nothing runs there any more, nor will: another one may take its place.
bool over(const Service::State& state) { return state.admin == Admin::inactive && state.running == Running::stopped; }

std::string why_closed(std::string_view name, const Service::State& state) {
  const std::string since = wall_text(state.since_wall_ns);
  switch (state.running) {
    case Running::starting:
      return fmt::format("service `{}` is still starting; try again soon", name);
    case Running::failed:
      return fmt::format("service `{}` failed at {}: {}", name, since, state.last_error->text());
    case Running::running:
      break;
    default:
      return fmt::format("service `{}` is {} since {} ({})", name, running_name(state.running), since, state.reason);
  }
  // It was let in or shut out between the call's look at the gate and this one.
  return fmt::format("service `{}` has just started, or is about to stop; try again", name);
}

}  // namespace

void ServiceList::expect(const std::string& name) {
  std::lock_guard lock(mutex_);
  expected_.push_back(name);
}

Status ServiceList::vacant(std::string_view name) const {
  std::lock_guard lock(mutex_);
  return vacant_locked(name);
}

Status ServiceList::vacant_locked(std::string_view name) const {
  if (closed_) return Error{Code::UNAVAILABLE, "all services are being stopped; none is started"};
  for (const std::shared_ptr<Service>& each : services_) {
    if (each->name() != name) continue;
    const Service::State state = each->state();
    if (over(state)) continue;
    return Error{Code::ALREADY_EXISTS, fmt::format("service {} is {} already", name, running_name(state.running))};
  }
  return {};
}

Status ServiceList::put(std::shared_ptr<Service> service) {
  std::lock_guard lock(mutex_);
  const std::string& name = service->name();
  if (Status free = vacant_locked(name); !free) return free;
  std::erase(expected_, name);
  std::erase_if(services_, [&name](const auto& each) { return each->name() == name; });
  services_.push_back(std::move(service));
  return {};
}

std::vector<std::shared_ptr<Service>> ServiceList::close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  return services_;
}

void ServiceList::remove(std::string_view name) {
  std::lock_guard lock(mutex_);
  std::erase_if(services_, [name](const auto& each) { return each->name() == name; });
}

void ServiceList::open() {
  std::lock_guard lock(mutex_);
  closed_ = false;
}

std::shared_ptr<Service> ServiceList::find(std::string_view name) const {
  std::lock_guard lock(mutex_);
  for (const std::shared_ptr<Service>& each : services_) {
    if (each->name() == name) return each;
  }
  return nullptr;
}

std::vector<std::shared_ptr<Service>> ServiceList::all() const {
  std::lock_guard lock(mutex_);
  return services_;
}

std::vector<std::string> ServiceList::names() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> out = expected_;
  for (const std::shared_ptr<Service>& each : services_) out.push_back(each->name());
  return out;
}

Error ServiceList::no_service(std::string_view name) const {
  return {Code::NOT_FOUND, fmt::format("no service `{}`{}", name, did_you_mean(name, names()))};
}

Error ServiceList::refusal(std::string_view name) const {
  Error out{Code::UNAVAILABLE, {}, Executed::no};
  if (const std::shared_ptr<Service> found = find(name)) {
    out.message = why_closed(name, found->state());
    return out;
  }
  const std::vector<std::string> known = names();
  const bool expected = std::find(known.begin(), known.end(), name) != known.end();
  out.message = expected ? fmt::format("service `{}` has not been started yet; try again soon", name)
                         : fmt::format("there is no service `{}` on this node{}", name, did_you_mean(name, known));
  return out;
}

}  // namespace lodge::service
