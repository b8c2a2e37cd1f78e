#include "testing/faults.hpp"

#include <algorithm>

namespace lodge::testing {

void Faults::add(const Fault& fault) {
  std::lock_guard lock(mutex_);
  faults_.push_back(fault);
}

void Faults::clear() {
  std::lock_guard lock(mutex_);
  faults_.clear();
}

std::optional<Faults::Struck> Faults::strike(const Function& function, const plugin::HostContext& caller) {
  std::lock_guard lock(mutex_);
  ++counts_[{std::string(function.interface_id), std::string(function.name)}];
  std::optional<Struck> struck;
  for (Fault& each : faults_) {
    if (each.interface_id != function.interface_id || each.function != function.name) continue;
    if (!each.plugin.empty() && each.plugin != caller.plugin()) continue;
    if (each.let_pass > 0) {
      --each.let_pass;  // and the next one looks at this call as well: each counts for itself
    } else if (!struck) {
      struck = Struck{each.code, each.message};
      if (each.times > 0 && --each.times == 0) each.code = LODGE_OK;
    }
  }
  std::erase_if(faults_, [](const Fault& each) { return each.code == LODGE_OK; });
  return struck;
}

std::uint64_t Faults::count(const Function& function) const {
  std::lock_guard lock(mutex_);
  const auto found = counts_.find({std::string(function.interface_id), std::string(function.name)});
  return found != counts_.end() ? found->second : 0;
}

}  // namespace lodge::testing
