#include "service/recipe.hpp"

#include <utility>

#include "service/chain_plan.hpp"

namespace lodge::service {

Result<Recipe> make_recipe(const ServiceSpec& spec, PluginSource& source, const plugin::InterfaceRegistry& interfaces) {
  ChainPlan plan = plan_chain(spec, source, interfaces);
  if (!plan.findings.empty()) return error_of(plan.findings);
  Recipe out;
  out.notes = std::move(plan.notes);
  for (PlannedPlugin& each : plan.plugins) {
    const std::string& name = each.descriptor->name;
    Result<std::shared_ptr<const plugin::Plugin>> loaded = source.load(name);
    if (!loaded) return Error{loaded.error().code, "service " + spec.name + ": " + loaded.error().message};
    out.plugins.push_back({*std::move(loaded), std::move(each.withheld), std::move(each.settings)});
  }
  return out;
}

}  // namespace lodge::service
