#include "rig/plain_node.hpp"

#include <fmt/format.h>

#include <chrono>
#include <stdexcept>

#include "rig/node.hpp"

namespace lodge::rig {

PlainNode::PlainNode() : node_(std::make_unique<Node>()) {}

PlainNode::~PlainNode() = default;

void PlainNode::add(const lodge_plugin& plugin) { node_->plugins().add_builtin(plugin); }

void PlainNode::start(const std::string& service, const std::string& plugin, std::uint64_t store_bytes) {
  service::ServiceSpec spec;
  spec.name = service;
  spec.plugins = {plugin};
  spec.store_bytes_max = store_bytes;
  const Status started = node_->runtime().start(spec);
  if (!started) throw std::runtime_error(started.error().message);
}

void PlainNode::stop_all() {
  if (!node_->runtime().stop_all(std::chrono::seconds(10))) throw std::runtime_error("plugin code did not return");
}

std::vector<std::string> PlainNode::metrics() {
  std::vector<std::string> out;
  for (const service::PluginMetrics::Reading& each : node_->plugin_metrics().read()) {
    std::string line = each.spec.family;
    for (const auto& [name, value] : each.spec.labels) line += " " + name + "=" + value;
    line += fmt::format(" {}", each.value);
    if (!each.buckets.empty()) line += fmt::format(" [{}]", fmt::join(each.buckets, ", "));
    out.push_back(line);
  }
  return out;
}

}  // namespace lodge::rig
