#include "service/chain_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/closest.hpp"
#include "plugin/sdk_build.hpp"
#include "service/chain_order.hpp"
#include "service/settings.hpp"

namespace lodge::service {

namespace {

class Planner {
 public:
  Planner(const ServiceSpec& spec, PluginSource& source, const plugin::InterfaceRegistry& interfaces)
      : spec_(spec), source_(source), interfaces_(interfaces) {}

  ChainPlan plan() && {
    const ChainOrder order =
        order_chain(spec_.plugins, [this](std::string_view name) { return source_.describe(name); });
    plan_.notes = order.notes;
    for (const OrderProblem& each : order.problems) wrong(each.code, each.listed, each.what);
    // What a missing plugin would have brought along is not known.
    if (order.complete) check_config_names(order.plugins);
    for (const std::string& name : order.plugins) {
      if (const Result<const plugin::Descriptor*> found = source_.describe(name)) {
        add(**found);
      } else {
        wrong(found.error().code, name, found.error().message);
      }
    }
    check_functions();
    return std::move(plan_);
  }

 private:
  /// About the service as a whole, or a plugin of it.
  void wrong(Code code, const std::string& plugin, const std::string& what) {
    plan_.findings.push_back(
        {code, "service." + spec_.name + ".plugins." + plugin, "service " + spec_.name + ": " + what});
  }
  [[nodiscard]] std::string config_path(const std::string& plugin) const {
    return "service." + spec_.name + ".config." + plugin;
  }

  void add(const plugin::Descriptor& descriptor) {
    std::vector<std::string> withheld = source_.denied(descriptor.name);
    check_needs(descriptor, withheld);
    check_build(descriptor);
    if (descriptor.sdk_build_id != plugin::sdk_build_id()) {
      const std::vector<std::string> drafts = interfaces_.drafts();
      withheld.insert(withheld.end(), drafts.begin(), drafts.end());
    }
    const auto given = spec_.config.find(descriptor.name);
    plan_.plugins.push_back({&descriptor,
                             effective_settings(descriptor, given != spec_.config.end() ? given->second : wire::Value(),
                                                config_path(descriptor.name), plan_.findings),
                             std::move(withheld)});
  }

  /// Who uses drafts means by an id what it meant in one build of the SDK, whatever that id means here.
  void check_build(const plugin::Descriptor& plugin) {
    if (plugin.sdk_build_id.empty() || plugin.sdk_build_id == plugin::sdk_build_id()) return;
    wrong(Code::FAILED_PRECONDITION, plugin.name,
          fmt::format("plugin {} {} uses drafts of the SDK of build {}, and this host is of build {}; build the plugin "
                      "with this host's SDK",
                      plugin.name, plugin.version, plugin.sdk_build_id, plugin::sdk_build_id()));
  }

  /// "; it has lodge.store/1, another revision of it", or all that there is.
  [[nodiscard]] std::string there_is_instead(std::string_view need) const {
    const std::string_view name = need.substr(0, need.rfind('/') + 1);
    const std::vector<std::string> ids = interfaces_.ids();
    for (const std::string& id : ids) {
      if (id.starts_with(name)) return "; it has " + id + ", another revision of it";
    }
    return fmt::format("; it has {}{}", fmt::join(ids, ", "), did_you_mean(need, ids));
  }

  void check_needs(const plugin::Descriptor& plugin, const std::vector<std::string>& denied) {
    for (const std::string& need : plugin.needs) {
      const plugin::Interface* const found = interfaces_.find(need);
      if (found == nullptr) {
        const std::string instead = there_is_instead(need);
        wrong(Code::FAILED_PRECONDITION, plugin.name,
              fmt::format("plugin {} {} needs the interface {}, which this host does not have{}{} Take a plugin that "
                          "is made for this host, or a newer host",
                          plugin.name, plugin.version, need, instead, instead.back() == '?' ? "" : "."));
      } else if (std::find(denied.begin(), denied.end(), need) != denied.end()) {
        wrong(
            Code::PERMISSION_DENIED, plugin.name,
            fmt::format("plugin {} {} needs the interface {}, which plugin.{}.deny denies it; take it out of there, or "
                        "leave the plugin out",
                        plugin.name, plugin.version, need, plugin.name));
      } else if (found->draft && plugin.sdk_build_id.empty()) {
        wrong(Code::FAILED_PRECONDITION, plugin.name,
              fmt::format("plugin {} {} needs the interface {}, which is a draft, and does not say of which build of "
                          "the SDK; build it with this host's, {}, and its sdk_build_id set to LODGE_SDK_BUILD_ID",
                          plugin.name, plugin.version, need, plugin::sdk_build_id()));
      }
    }
  }

  void check_config_names(const std::vector<std::string>& chain) {
    for (const auto& [name, given] : spec_.config) {
      if (std::find(chain.begin(), chain.end(), name) != chain.end()) continue;
      const std::string path = config_path(name);
      plan_.findings.push_back(
          {Code::INVALID_ARGUMENT, path,
           path + ": no plugin of that name is in the service's chain" + did_you_mean(name, chain)});
    }
  }

  // A function has one plugin that answers it.
  void check_functions() {
    std::map<std::pair<std::string_view, std::uint32_t>, std::pair<const plugin::Descriptor*, bool>> seen;
    for (const PlannedPlugin& each : plan_.plugins) {
      for (const plugin::Callback& callback : each.descriptor->callbacks) {
        const auto [at, fresh] =
            seen.try_emplace({callback.name, callback.arity}, std::pair(each.descriptor, callback.function()));
        if (fresh || (!at->second.second && !callback.function())) continue;
        wrong(Code::ALREADY_EXISTS, each.descriptor->name,
              fmt::format("plugins {} and {} both offer {}/{}, and at least one as a function, which only one plugin "
                          "answers; leave one of them out",
                          at->second.first->name, each.descriptor->name, callback.name, callback.arity));
      }
    }
  }

  const ServiceSpec& spec_;
  PluginSource& source_;
  const plugin::InterfaceRegistry& interfaces_;
  ChainPlan plan_;
};

}  // namespace

ChainPlan plan_chain(const ServiceSpec& spec, PluginSource& source, const plugin::InterfaceRegistry& interfaces) {
  return Planner(spec, source, interfaces).plan();
}

}  // namespace lodge::service
