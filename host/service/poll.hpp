// Asking the plugins of a service one by one: for callbacks of the host's own, which every implementer shall hear
// whatever the others answer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "service/cell.hpp"
#include "service/chain.hpp"
#include "service/walk.hpp"
#include "wire/value.hpp"

namespace lodge::service {

struct Polled {
  std::string plugin;
  Code code = Code::OK;
  wire::Value value;    ///< where code is OK; nil where it passed the question on
  std::string message;  ///< where it is not

  /// It answered, with false.
  [[nodiscard]] bool says_no() const {
    const bool* const said = value.as_bool();
    return code == Code::OK && said != nullptr && !*said;
  }
};

/// Calls `name` of each plugin that implements it with `args`, in chain order, each as a chain of its own. Waits for
/// the answers, of what is deferred no longer than `patience_ns` each. Whoever asks keeps the dispatch alive.
[[nodiscard]] std::vector<Polled> poll(const WalkGround& ground, const Cell& cell, const Dispatch& dispatch,
                                       std::string_view name, const std::vector<wire::Value>& args,
                                       MonotonicNs patience_ns);

}  // namespace lodge::service
