#include "service/chain_order.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "plugin/version.hpp"

namespace lodge::service {

namespace {

using plugin::Dependency;
using plugin::Descriptor;

/// An index into `Graph::nodes_`.
using Node = std::size_t;

/// Path of names for people: "a -> b -> a".
std::string arrows(const std::vector<std::string>& names) { return fmt::format("{}", fmt::join(names, " -> ")); }

/// The plugins of one service and which comes before which. Nodes are kept in rank order.
class Graph {
 public:
  [[nodiscard]] Status collect(std::span<const std::string> listed, const FindDescriptor& find);
  [[nodiscard]] Status connect(const FindDescriptor& find);
  [[nodiscard]] Status refuse_cycles() const;
  void connect_groups(std::span<const std::string> listed);
  [[nodiscard]] ChainOrder place() &&;

 private:
  struct Plugin {
    const Descriptor* descriptor;
    std::vector<Node> after;  ///< what must come later
  };

  [[nodiscard]] std::optional<std::vector<Node>> path(Node from, Node to) const;
  [[nodiscard]] std::vector<std::string> names_of(const std::vector<Node>& nodes) const;
  [[nodiscard]] const std::string& name_of(Node node) const { return nodes_[node].descriptor->name; }

  std::vector<Plugin> nodes_;
  std::unordered_map<std::string_view, Node> index_;
  std::vector<std::string> notes_;
};

Error missing(std::string_view name, const Descriptor* dependent, const Dependency* dependency) {
  if (dependent == nullptr) return {Code::NOT_FOUND, fmt::format("there is no plugin `{}`", name)};
  return {Code::NOT_FOUND, fmt::format("plugin `{}` needs plugin `{}`{}{}, and there is none", dependent->name, name,
                                       dependency->range.empty() ? "" : " ", dependency->range)};
}

/// Whether the dependency's range holds for the version there is.
Status check_version(const Descriptor& dependent, const Dependency& dependency, const Descriptor& found) {
  const Result<plugin::VersionRange> range = plugin::VersionRange::parse(dependency.range);
  if (!range) return range.error();
  const Result<plugin::Version> version = plugin::Version::parse(found.version);
  if (!version) return version.error();
  if (range->contains(*version)) return {};
  return Error{Code::FAILED_PRECONDITION, fmt::format("plugin `{}` needs plugin `{}` {}, and there is version {}",
                                                      dependent.name, found.name, dependency.range, found.version)};
}

Status Graph::collect(std::span<const std::string> listed, const FindDescriptor& find) {
  // A linked order in which what is pulled in can be put right behind who did it.
  std::vector<const Descriptor*> ranked;
  std::unordered_map<std::string_view, bool> seen{{base_plugin, true}};
  const auto look_up = [&](std::string_view name) -> const Descriptor* {
    const Descriptor* found = find(name);
    if (found != nullptr) seen.emplace(found->name, true);
    return found;
  };
  for (const std::string& name : listed) {
    if (seen.contains(name)) {
      if (name != base_plugin)
        notes_.push_back(fmt::format("plugin `{}` is listed twice: its first place counts", name));
      continue;
    }
    const Descriptor* found = look_up(name);
    if (found == nullptr) return missing(name, nullptr, nullptr);
    ranked.push_back(found);
  }
  for (std::size_t at = 0; at < ranked.size(); ++at) {
    std::vector<const Descriptor*> pulled_in;
    for (const Dependency& dependency : ranked[at]->dependencies) {
      if (dependency.optional || seen.contains(dependency.name)) continue;
      const Descriptor* found = look_up(dependency.name);
      if (found == nullptr) return missing(dependency.name, ranked[at], &dependency);
      pulled_in.push_back(found);
    }
    ranked.insert(ranked.begin() + static_cast<std::ptrdiff_t>(at) + 1, pulled_in.begin(), pulled_in.end());
  }
  for (const Descriptor* each : ranked) {
    index_.emplace(each->name, nodes_.size());
    nodes_.push_back({each, {}});
  }
  return {};
}

Status Graph::connect(const FindDescriptor& find) {
  for (Plugin& each : nodes_) {
    for (const Dependency& dependency : each.descriptor->dependencies) {
      if (dependency.name == base_plugin) {  // last by definition: no edge needed
        const Descriptor* base = find(base_plugin);
        if (base == nullptr) return missing(base_plugin, each.descriptor, &dependency);
        if (Status fits = check_version(*each.descriptor, dependency, *base); !fits) return fits;
        continue;
      }
      const auto found = index_.find(dependency.name);
      if (found == index_.end()) continue;  // optional, and nobody requires it
      const Descriptor& needed = *nodes_[found->second].descriptor;
      if (Status fits = check_version(*each.descriptor, dependency, needed); !fits) return fits;
      each.after.push_back(found->second);
    }
  }
  return {};
}

/// The nodes from `from` to `to`, both included, over at least one edge.
std::optional<std::vector<Node>> Graph::path(Node from, Node to) const {
  std::map<Node, Node> came_from;
  std::vector<Node> queue{from};
  for (std::size_t at = 0; at < queue.size(); ++at) {
    for (const Node next : nodes_[queue[at]].after) {
      if (!came_from.emplace(next, queue[at]).second) continue;
      if (next == to) {
        std::vector<Node> out{to};
        do out.push_back(came_from.at(out.back()));
        while (out.back() != from);
        std::reverse(out.begin(), out.end());
        return out;
      }
      queue.push_back(next);
    }
  }
  return std::nullopt;
}

std::vector<std::string> Graph::names_of(const std::vector<Node>& nodes) const {
  std::vector<std::string> out;
  out.reserve(nodes.size());
  for (const Node node : nodes) out.push_back(name_of(node));
  return out;
}

Status Graph::refuse_cycles() const {
  // Breadth first from each plugin: finds a shortest cycle through the first-ranked plugin that is on one.
  for (Node node = 0; node < nodes_.size(); ++node) {
    if (const auto cycle = path(node, node)) {
      return Error{Code::FAILED_PRECONDITION,
                   fmt::format("plugins depend on each other in a cycle: {}", arrows(names_of(*cycle)))};
    }
  }
  return {};
}

void Graph::connect_groups(std::span<const std::string> listed) {
  std::map<std::string_view, Node> last_of_group;
  std::vector<bool> met(nodes_.size(), false);
  for (const std::string& name : listed) {
    const auto found = index_.find(name);
    if (found == index_.end() || met[found->second]) continue;
    const Node member = found->second;
    met[member] = true;
    const std::string& group = nodes_[member].descriptor->group;
    if (group.empty()) continue;
    const auto [before, first] = last_of_group.emplace(group, member);
    if (first) continue;
    const Node earlier = std::exchange(before->second, member);
    // Edges of groups alone all follow the list and cannot contradict each other: a real one is on this path.
    if (const auto contradiction = path(member, earlier)) {
      notes_.push_back(fmt::format("group `{}`: `{}` is listed before `{}`, but comes after it: the dependency {} wins",
                                   group, name_of(earlier), name, arrows(names_of(*contradiction))));
    } else {
      nodes_[earlier].after.push_back(member);
    }
  }
}

ChainOrder Graph::place() && {
  std::vector<std::size_t> dependents(nodes_.size(), 0);
  for (const Plugin& each : nodes_) {
    for (const Node later : each.after) ++dependents[later];
  }
  std::vector<bool> placed(nodes_.size(), false);
  ChainOrder out;
  out.notes = std::move(notes_);
  while (out.plugins.size() < nodes_.size()) {
    Node next = 0;  // without cycles there always is one
    while (placed[next] || dependents[next] != 0) ++next;
    placed[next] = true;
    for (const Node later : nodes_[next].after) --dependents[later];
    out.plugins.push_back(name_of(next));
  }
  out.plugins.emplace_back(base_plugin);
  return out;
}

}  // namespace

Result<ChainOrder> order_chain(std::span<const std::string> listed, const FindDescriptor& find) {
  Graph graph;
  if (Status done = graph.collect(listed, find); !done) return std::move(done).error();
  if (Status done = graph.connect(find); !done) return std::move(done).error();
  if (Status done = graph.refuse_cycles(); !done) return std::move(done).error();
  graph.connect_groups(listed);
  return std::move(graph).place();
}

}  // namespace lodge::service
