#include "service/hold.hpp"

#include <utility>

#include "plugin/frame.hpp"
#include "service/calls.hpp"

namespace lodge::service {

namespace {

void complete(Tickets& tickets, lodge_handle ticket, std::int32_t verdict, ByteView body, Executed executed) {
  // Its deadline may have come first.
  if (const auto standing = tickets.remove(ticket)) (void)(*standing)->complete(verdict, body, executed);
}

/// The answer to the call as it was made again.
class AnswerHeld final : public AnswerTo {
 public:
  AnswerHeld(Tickets& tickets, lodge_handle ticket) : tickets_(tickets), ticket_(ticket) {}
  void answer(Code code, Executed executed, ByteView body) override {
    complete(tickets_, ticket_, static_cast<std::int32_t>(code), body, executed);
  }

 private:
  Tickets& tickets_;
  const lodge_handle ticket_;
};

}  // namespace

Hold::Hold(Calls& calls, const Dispatch& before, const Dispatch& after, Instance& base) : calls_(calls) {
  const Link link{.run = keep,
                  .self = this,
                  .context = &base.context(),
                  .instance = &base,
                  .quick = &base.quick_record(0),
                  .serial = false};
  const Dispatch* const both[] = {&before, &after};
  dispatch_ = Dispatch::mirror(both, link);
}

std::int32_t Hold::keep(void* self, const lodge_call* call, lodge_writer*) {
  Hold& hold = *static_cast<Hold*>(self);
  Held held{.ticket = static_cast<Walk*>(plugin::top_frame()->walk)->take_ticket(),
            .service = std::string(text_of(call->service)),
            .name = std::string(text_of(call->name)),
            .caller = std::string(text_of(call->caller)),
            .args = copy_of(view_of(call->args)),
            .arity = call->arity,
            .flags = call->flags,
            .deadline = call->deadline_ns,
            .trace = call->trace != nullptr ? std::optional(*call->trace) : std::nullopt};
  std::unique_lock lock(hold.mutex_);
  if (!hold.released_) {
    hold.held_.push_back(std::move(held));
    return LODGE_DEFERRED;
  }
  lock.unlock();
  hold.make(held);
  return LODGE_DEFERRED;
}

void Hold::release() {
  std::vector<Held> held;
  {
    std::lock_guard lock(mutex_);
    released_ = true;
    held.swap(held_);
  }
  for (const Held& each : held) make(each);
}

void Hold::make(const Held& held) const {
  const WalkGround& ground = calls_.ground();
  const CallRequest request{.name = held.name,
                            .args = wire::PackedValues::vouched(held.args, held.arity),
                            .flags = held.flags,
                            .deadline = held.deadline,
                            .caller = held.caller,
                            .trace = held.trace ? &*held.trace : nullptr};
  auto made = calls_.prepare(held.service, request, true, std::make_unique<AnswerHeld>(ground.tickets, held.ticket));
  if (!made) {
    const Error& error = made.error();
    complete(ground.tickets, held.ticket, static_cast<std::int32_t>(error.code), view_of(error.message),
             error.executed);
    return;
  }
  (*made)->submitted();
  ground.executor.submit_always(**made);
}

}  // namespace lodge::service
