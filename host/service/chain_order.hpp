// In which order the plugins of a service stand in its chain.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"
#include "plugin/descriptor.hpp"

namespace lodge::service {

/// The built-in plugin that ends every chain.
constexpr std::string_view base_plugin = "base";

/// Why there is no chain.
struct OrderProblem {
  Code code = Code::NOT_FOUND;  ///< that of the look-up: a plugin is missing; FAILED_PRECONDITION: a version, a cycle
  std::string listed;           ///< the plugin of the list that it is about, or that pulled in the one it is about
  std::string what;             ///< names the plugins concerned
};

struct ChainOrder {
  std::vector<std::string> plugins;    ///< first link first; each once; "base" last
  std::vector<std::string> notes;      ///< for people: where the list's order could not be kept, and why
  std::vector<OrderProblem> problems;  ///< with any, `plugins` are those that are known, in no order that counts
  bool complete = true;                ///< no plugin is missing
};

/// The descriptor of the plugin of that name, alive until `order_chain` returns, or why it cannot be had.
using FindDescriptor = std::function<Result<const plugin::Descriptor*>(std::string_view name)>;

/// Orders the listed plugins and all that they need, transitively. Ranks are the list's order; a plugin that is not
/// listed ranks right after the first that pulled it in. Then, repeatedly, of the plugins whose dependents are all
/// placed, the lowest rank is next: a plugin comes before what it depends on, and else earlier in the list is earlier
/// in the chain.
///
/// Within a group each listed member counts as depending on the next one listed, unless that contradicts a real
/// dependency: that one wins, and a note says so. An optional dependency pulls nothing in; where the plugin is there
/// anyway, it orders, and its range must hold.
///
/// Pure, and looks on where something is wrong: the problems are all there are.
[[nodiscard]] ChainOrder order_chain(std::span<const std::string> listed, const FindDescriptor& find);

}  // namespace lodge::service
