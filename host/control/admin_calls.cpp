// The verb about calls under way.
#include "control/admin.hpp"

namespace lodge::control {

namespace {

using wire::Value;

constexpr std::int64_t ms = 1'000'000;

Result<Value> calls(Admin& admin, std::span<const Value> args) {
  const Result<std::uint64_t> limit = count_argument(args, 0);
  if (!limit) return limit.error();
  const service::InFlight::Listed listed = admin.runtime.in_flight().list(*limit);
  const MonotonicNs now = admin.clock.now();
  Value::List out;
  for (const service::CallFacts& each : listed.calls) {
    const Value left = each.deadline == no_deadline ? Value() : Value((each.deadline - now) / ms);
    out.push_back(Value::map({{"service", each.service},
                              {"callback", each.callback},
                              {"caller", each.caller},
                              {"where", service::place_name(each.place)},
                              {"plugin", each.plugin},
                              {"age_ms", (now - each.since) / ms},
                              {"deadline_left_ms", left}}));
  }
  return Value::map({{"calls", std::move(out)}, {"in_flight", listed.all}});
}

constexpr AdminVerb verbs[] = {
    {"calls", 1, "limit: int", "calls under way, the oldest first: where each is", calls},
};

}  // namespace

std::span<const AdminVerb> calls_verbs() { return verbs; }

}  // namespace lodge::control
