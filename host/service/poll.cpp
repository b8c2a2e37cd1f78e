#include "service/poll.hpp"

#include <utility>

#include "service/call_request.hpp"

namespace lodge::service {

namespace {

Polled ask(const WalkGround& ground, const Cell& cell, const Chain& alone, const wire::PackedValues& args,
           MonotonicNs deadline) {
  const CallRequest request{.name = alone.name, .args = args, .deadline = deadline, .caller = cell.name()};
  Walk walk(ground, alone, request.seen(cell, alone, args), nullptr);
  Writer out;
  walk.run_through(out);
  Polled answer;
  answer.plugin = alone.links.front().instance->name();
  answer.code = code_from(walk.code());
  if (answer.code != Code::OK) {
    answer.message = text_of(out.view());
  } else if (Result<wire::Value> value = wire::Value::unpack(out.view())) {
    answer.value = *std::move(value);
  }
  return answer;
}

}  // namespace

std::vector<Polled> poll(const WalkGround& ground, const Cell& cell, const Dispatch& dispatch, std::string_view name,
                         const std::vector<wire::Value>& args, MonotonicNs patience_ns) {
  std::vector<Polled> out;
  const auto arity = static_cast<std::uint32_t>(args.size());
  const Chain* const chain = dispatch.find(name, arity);
  if (chain == nullptr) return out;
  Bytes packed;
  for (const wire::Value& each : args) {
    const Bytes bytes = each.pack();
    packed.insert(packed.end(), bytes.begin(), bytes.end());
  }
  Chain alone = *chain;
  for (const Link& link : chain->links) {
    alone.links.assign(1, link);
    out.push_back(
        ask(ground, cell, alone, wire::PackedValues::vouched(packed, arity), ground.clock.now() + patience_ns));
  }
  return out;
}

}  // namespace lodge::service
