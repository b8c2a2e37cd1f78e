#include "service/chain.hpp"

#include <algorithm>
#include <atomic>
#include <cassert>

#include "base/closest.hpp"
#include "service/call_metrics.hpp"

namespace lodge::service {

bool Chain::quick() const {
  return std::all_of(links.begin(), links.end(), [](const Link& link) { return !link.serial && link.quick->quick(); });
}

std::uint64_t Dispatch::new_life() {
  static std::atomic<std::uint64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

std::unique_ptr<const Dispatch> Dispatch::build(std::span<const std::shared_ptr<Instance>> instances,
                                                CallMetrics& metrics) {
  auto out = std::make_unique<Dispatch>();
  for (const std::shared_ptr<Instance>& instance : instances) {
    for (std::size_t i = 0; i < instance->plugin().descriptor.callbacks.size(); ++i) {
      out->add(*instance, i, metrics);
    }
  }
  // What only `base` implements changes nothing, and costs nothing.
  const auto has_own = [&out](std::string_view name) {
    const Chain* const chain = out->find(name, 3);
    return chain != nullptr && chain->links.size() > 1;
  };
  if (has_own("service_call") || has_own("service_authorize")) out->guard_ = out->find("service_call", 3);
  return out;
}

std::unique_ptr<const Dispatch> Dispatch::mirror(std::span<const Dispatch* const> others, const Link& link) {
  auto out = std::make_unique<Dispatch>();
  for (const Dispatch* const other : others) {
    for (const Chain& chain : other->chains_) {
      if (out->find(chain.name, chain.arity) == nullptr) out->add_chain(chain).links = {link};
    }
  }
  return out;
}

Chain& Dispatch::add_chain(const Chain& described) {
  Chain& chain = chains_.emplace_back(described);
  chain.home = this;
  by_key_.emplace(Key{chain.name, chain.arity}, &chain);
  return chain;
}

void Dispatch::add(Instance& instance, std::size_t callback, CallMetrics& metrics) {
  const plugin::Callback& info = instance.plugin().descriptor.callbacks[callback];
  const auto found = by_key_.find({info.name, info.arity});
  Chain* chain = found != by_key_.end() ? found->second : nullptr;
  assert(chain == nullptr || (!chain->function && !info.function()));
  if (chain == nullptr) {
    Chain described;
    described.name = info.name;
    described.arity = info.arity;
    described.function = info.function();
    described.idempotent = true;
    described.params = info.params;
    described.result = info.result;
    described.doc = info.doc;
    described.metrics = &metrics.of(instance.context().service(), info.name, info.arity);
    chain = &add_chain(described);
  }
  chain->idempotent = chain->idempotent && (info.flags & LODGE_IDEMPOTENT) != 0;
  chain->links.push_back({.run = instance.plugin().functions[callback],
                          .self = instance.self(),
                          .context = &instance.context(),
                          .instance = &instance,
                          .quick = &instance.quick_record(callback),
                          .serial = info.serial()});
}

const Chain* Dispatch::find(std::string_view name, std::uint32_t arity) const {
  const auto found = by_key_.find({name, arity});
  return found != by_key_.end() ? found->second : nullptr;
}

Error Dispatch::unimplemented(std::string_view service, std::string_view name, std::uint32_t arity) const {
  const std::string wanted = std::string(name) + "/" + std::to_string(arity);
  std::vector<std::string> names;
  std::string same_name;
  for (const Chain& chain : chains_) {
    names.push_back(chain.name + "/" + std::to_string(chain.arity));
    if (chain.name == name) same_name += (same_name.empty() ? "" : ", ") + names.back();
  }
  std::string message = "service " + std::string(service) + " implements no " + wanted;
  message += same_name.empty() ? did_you_mean(wanted, names) : "; it has " + same_name;
  return {Code::UNIMPLEMENTED, std::move(message), Executed::no};
}

}  // namespace lodge::service
