#include "service/chain_order.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <set>
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
  explicit Graph(const FindDescriptor& find) : find_(find) {}

  void collect(std::span<const std::string> listed);
  void connect();
  void note_cycles();
  void connect_groups(std::span<const std::string> listed);
  [[nodiscard]] ChainOrder place() &&;

 private:
  struct Plugin {
    const Descriptor* descriptor;
    std::string listed;       ///< itself, or the plugin of the list that pulled it in
    std::vector<Node> after;  ///< what must come later
  };

  [[nodiscard]] const Descriptor* look_up(const std::string& name, const Plugin* dependent,
                                          const Dependency* dependency);
  [[nodiscard]] std::vector<Plugin> pulled_in_by(const Plugin& dependent);
  void check_version(const Plugin& dependent, const Dependency& dependency, const Descriptor& found);
  void complain(Code code, const std::string& listed, std::string what) {
    order_.problems.push_back({code, listed, std::move(what)});
  }

  [[nodiscard]] std::optional<std::vector<Node>> path(Node from, Node to) const;
  [[nodiscard]] std::vector<std::string> names_of(const std::vector<Node>& nodes) const;
  [[nodiscard]] const std::string& name_of(Node node) const { return nodes_[node].descriptor->name; }

  const FindDescriptor& find_;
  std::vector<Plugin> nodes_;
  std::unordered_map<std::string_view, Node> index_;
  std::set<std::string, std::less<>> seen_{std::string(base_plugin)};
  ChainOrder order_;
};

/// "plugin `a` needs plugin `b` ^1.2"
std::string need_of(const Descriptor& dependent, const Dependency& dependency) {
  return fmt::format("plugin `{}` needs plugin `{}`{}{}", dependent.name, dependency.name,
                     dependency.range.empty() ? "" : " ", dependency.range);
}

/// nullptr, and a problem: there is no such plugin. `dependent`: who needs it; nullptr: the list names it.
const Descriptor* Graph::look_up(const std::string& name, const Plugin* dependent, const Dependency* dependency) {
  const Result<const Descriptor*> found = find_(name);
  if (found) return *found;
  order_.complete = false;
  const std::string& why = found.error().message;
  if (dependent == nullptr) {
    complain(found.error().code, name, why);
  } else {
    complain(found.error().code, dependent->listed, need_of(*dependent->descriptor, *dependency) + ": " + why);
  }
  return nullptr;
}

/// Whether the dependency's range holds for the version there is.
void Graph::check_version(const Plugin& dependent, const Dependency& dependency, const Descriptor& found) {
  const Result<plugin::VersionRange> range = plugin::VersionRange::parse(dependency.range);
  if (!range) return complain(range.error().code, dependent.listed, range.error().message);
  const Result<plugin::Version> version = plugin::Version::parse(found.version);
  if (!version) return complain(version.error().code, dependent.listed, version.error().message);
  if (range->contains(*version)) return;
  complain(Code::FAILED_PRECONDITION, dependent.listed,
           fmt::format("{}{}, and there is {} {}; install one that fits, or another version of `{}`",
                       need_of(*dependent.descriptor, dependency),
                       dependency.optional ? " where that is in the service" : "", found.name, found.version,
                       dependent.descriptor->name));
}

/// What a plugin needs and nobody before it has brought along.
std::vector<Graph::Plugin> Graph::pulled_in_by(const Plugin& dependent) {
  std::vector<Plugin> out;
  for (const Dependency& dependency : dependent.descriptor->dependencies) {
    if (dependency.optional || seen_.contains(dependency.name)) continue;
    const Descriptor* found = look_up(dependency.name, &dependent, &dependency);
    if (found == nullptr) continue;
    seen_.insert(found->name);
    out.push_back({found, dependent.listed, {}});
  }
  return out;
}

void Graph::collect(std::span<const std::string> listed) {
  for (const std::string& name : listed) {
    if (seen_.contains(name)) {
      if (name != base_plugin)
        order_.notes.push_back(fmt::format("plugin `{}` is listed twice: its first place counts", name));
      continue;
    }
    const Descriptor* found = look_up(name, nullptr, nullptr);
    if (found == nullptr) continue;
    seen_.insert(found->name);
    nodes_.push_back({found, name, {}});
  }
  // What is pulled in ranks right behind who did it.
  for (std::size_t at = 0; at < nodes_.size(); ++at) {
    std::vector<Plugin> pulled_in = pulled_in_by(nodes_[at]);
    nodes_.insert(nodes_.begin() + static_cast<std::ptrdiff_t>(at) + 1, std::make_move_iterator(pulled_in.begin()),
                  std::make_move_iterator(pulled_in.end()));
  }
  for (Node node = 0; node < nodes_.size(); ++node) index_.emplace(name_of(node), node);
}

void Graph::connect() {
  for (Plugin& each : nodes_) {
    for (const Dependency& dependency : each.descriptor->dependencies) {
      if (dependency.name == base_plugin) {  // last by definition: no edge needed
        const Descriptor* base = look_up(dependency.name, &each, &dependency);
        if (base != nullptr) check_version(each, dependency, *base);
        continue;
      }
      const auto found = index_.find(dependency.name);
      if (found == index_.end()) continue;  // missing, or optional and nobody requires it
      check_version(each, dependency, *nodes_[found->second].descriptor);
      each.after.push_back(found->second);
    }
  }
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

void Graph::note_cycles() {
  // Breadth first from each plugin: finds a shortest cycle through the first-ranked plugin that is on one.
  std::set<Node> named;
  for (Node node = 0; node < nodes_.size(); ++node) {
    if (named.contains(node)) continue;
    const auto cycle = path(node, node);
    if (!cycle) continue;
    named.insert(cycle->begin(), cycle->end());
    complain(Code::FAILED_PRECONDITION, nodes_[node].listed,
             fmt::format("plugins depend on each other in a cycle: {}", arrows(names_of(*cycle))));
  }
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
      order_.notes.push_back(
          fmt::format("group `{}`: `{}` is listed before `{}`, but comes after it: the dependency {} wins", group,
                      name_of(earlier), name, arrows(names_of(*contradiction))));
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
  // Without cycles there always is one whose dependents are all placed; with one nothing but the names counts.
  const bool ordered = order_.problems.empty();
  while (order_.plugins.size() < nodes_.size()) {
    Node next = 0;
    while (placed[next] || (ordered && dependents[next] != 0)) ++next;
    placed[next] = true;
    for (const Node later : nodes_[next].after) --dependents[later];
    order_.plugins.push_back(name_of(next));
  }
  order_.plugins.emplace_back(base_plugin);
  return std::move(order_);
}

}  // namespace

ChainOrder order_chain(std::span<const std::string> listed, const FindDescriptor& find) {
  Graph graph(find);
  graph.collect(listed);
  graph.connect();
  graph.note_cycles();
  graph.connect_groups(listed);
  return std::move(graph).place();
}

}  // namespace lodge::service
