// Deadlines that pass while a call is being answered.
#pragma once

#include <cstdint>

#include "base/status.hpp"

namespace lodge::rig {

/// The answer of `call(timeout_ns)` where its deadline passed after it had begun. A busy machine may not come to begin
/// it within a short one; then a longer one is tried.
template <typename Call, typename ExecutedOf>
[[nodiscard]] auto outlasted(const Call& call, const ExecutedOf& executed_of) {
  constexpr std::int64_t longest_ns = 10'000'000'000;
  for (std::int64_t timeout_ns = 20'000'000;; timeout_ns *= 4) {
    auto answer = call(timeout_ns);
    if (executed_of(answer) != Executed::no || timeout_ns > longest_ns) return answer;
  }
}

}  // namespace lodge::rig
