// A call as its maker describes it.
#pragma once

#include <lodge/call.h>

#include <cstdint>
#include <string_view>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "service/cell.hpp"
#include "service/chain.hpp"
#include "wire/packed_values.hpp"

namespace lodge::service {

/// All of it is borrowed.
struct CallRequest {
  std::string_view name;
  wire::PackedValues args{};
  std::uint32_t flags = 0;
  MonotonicNs deadline = no_deadline;
  MonotonicNs began = 0;         ///< when it came; 0: whoever makes a pending call of it asks the clock
  std::string_view caller = {};  ///< the calling service; empty: from outside
  const lodge_trace* trace = nullptr;

  /// What the links of `chain` are shown, with these arguments in place of the request's own.
  [[nodiscard]] lodge_call seen(const Cell& cell, const Chain& chain, const wire::PackedValues& shown_args) const {
    return {.struct_size = sizeof(lodge_call),
            .arity = shown_args.count(),
            .flags = flags,
            .args = slice_of(shown_args.bytes()),
            .deadline_ns = deadline,
            .service = slice_of(std::string_view(cell.name())),
            .name = slice_of(std::string_view(chain.name)),
            .caller = slice_of(caller),
            .trace = trace};
  }
};

}  // namespace lodge::service
