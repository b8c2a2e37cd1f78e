// How calls come into services: from plugins on their own thread, from plugins that do not wait, from outside.
#pragma once

#include <lodge/call.h>

#include <cstdint>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "service/call_request.hpp"
#include "service/cell.hpp"
#include "service/pending_call.hpp"
#include "service/service.hpp"
#include "service/service_list.hpp"
#include "service/targets.hpp"

namespace lodge::service {

/// The answer to a call that the executor did not take.
[[nodiscard]] Error queue_full(const Executor& executor);

/// Thread-safe.
class Calls {
 public:
  Calls(const WalkGround& ground, DeadlineWheel& deadlines, const ServiceList& services)
      : ground_(ground), deadlines_(deadlines), services_(services) {}

  /// The place of a service, made when it is first asked for.
  [[nodiscard]] Cell& cell(std::string_view service);
  /// nullptr: nobody has ever asked for it.
  [[nodiscard]] Cell* find_cell(std::string_view service) const;
  [[nodiscard]] Targets& targets() { return targets_; }
  /// A target for `by`, as Targets::intern.
  [[nodiscard]] Result<lodge_handle> resolve(std::string_view service, std::string_view name, std::uint32_t arity,
                                             const Resolver& by);
  [[nodiscard]] const WalkGround& ground() const { return ground_; }

  /// Calls a target and waits on this thread. `reply` is empty, and gets the value or the message.
  std::int32_t call(Target& target, const CallRequest& request, lodge_writer& reply, Executed& executed);

  /// Makes a call that can be submitted. `request.args` stay alive through `answer_to`, or are copied where
  /// `copy_args`. An error is the answer, which `answer_to` did not get: UNAVAILABLE, UNIMPLEMENTED.
  [[nodiscard]] Result<std::shared_ptr<PendingCall>> prepare(std::string_view service, const CallRequest& request,
                                                             bool copy_args, std::unique_ptr<AnswerTo> answer_to);

 private:
  struct Admitted {
    const Chain* chain = nullptr;
    Bytes wrapped;  ///< the arguments of `service_call`, where that is the chain; empty: the request's own
    [[nodiscard]] wire::PackedValues args(const CallRequest& request) const {
      return wrapped.empty() ? request.args : wire::PackedValues::vouched(wrapped, chain->arity);
    }
  };
  [[nodiscard]] static Result<Admitted> admit(const Cell::Pass& pass, const Chain* chain, const CallRequest& request);

  const WalkGround& ground_;
  DeadlineWheel& deadlines_;
  const ServiceList& services_;
  Targets targets_;
  mutable std::shared_mutex cells_mutex_;
  std::unordered_map<std::string_view, std::unique_ptr<Cell>> cells_;  // keys view the cells' names
};

}  // namespace lodge::service
