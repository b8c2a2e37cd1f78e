#include "control/follow.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <vector>

#include "base/function_task.hpp"

namespace lodge::control {

using wire::Value;

struct Follow::State {
  State(std::string of, const Clock& with, Timers& by, Executor& on)
      : what(std::move(of)), clock(with), timers(by), executor(on) {}

  const std::string what;
  const Clock& clock;
  Timers& timers;
  Executor& executor;

  struct Waiting {
    Read read;
    MonotonicNs until;
    VerbAnswer answer;
    TimerId timer;
  };
  std::mutex mutex;
  std::vector<Waiting> waiting;
  bool ended = false;
  std::atomic<std::size_t> waiting_count{0};
  std::atomic<bool> looking{false};  ///< somebody will, and has not begun

  void answer_those_who_can(std::vector<std::pair<VerbAnswer, Value>>& out) {
    const MonotonicNs now = clock.now();
    std::lock_guard lock(mutex);
    std::erase_if(waiting, [&](Waiting& each) {
      std::optional<Value> read = each.read(now >= each.until || ended);
      if (!read) return false;
      (void)timers.cancel(each.timer);
      out.emplace_back(each.answer, *std::move(read));
      return true;
    });
    waiting_count = waiting.size();
  }
};

Follow::Follow(std::string what, const Clock& clock, Timers& timers, Executor& executor)
    : state_(new State(std::move(what), clock, timers, executor)) {}

Follow::~Follow() { end(); }

// On a worker: whoever adds something has other things to do.
void Follow::look(const std::shared_ptr<State>& state) {
  if (state->waiting_count == 0 || state->looking.exchange(true)) return;
  state->executor.submit_always(task_of([state] {
    state->looking = false;
    std::vector<std::pair<VerbAnswer, Value>> out;
    state->answer_those_who_can(out);
    for (const auto& [answer, value] : out) answer(value);
  }));
}

void Follow::look() { look(state_); }

void Follow::end() {
  {
    std::lock_guard lock(state_->mutex);
    state_->ended = true;
  }
  look();
}

void Follow::wait(Read read, std::uint64_t wait_ms, const VerbAnswer& answer) {
  const MonotonicNs until = state_->clock.now() + static_cast<MonotonicNs>(std::min(wait_ms, wait_ms_max)) * 1'000'000;
  {
    std::lock_guard lock(state_->mutex);
    std::vector<State::Waiting>& waiting = state_->waiting;
    // Those whose connection has closed know nothing of it.
    if (waiting.size() >= waiting_max) std::erase_if(waiting, [](const auto& each) { return !each.answer.awaited(); });
    if (waiting.size() >= waiting_max) {
      return answer(
          Error{Code::RESOURCE_EXHAUSTED, std::to_string(waiting_max) + " follow " + state_->what + " already"});
    }
    const TimerId timer = state_->timers.at(until, [weak = std::weak_ptr<State>(state_)] {
      if (const auto state = weak.lock()) look(state);
    });
    waiting.push_back({std::move(read), until, answer, timer});
    state_->waiting_count = waiting.size();
  }
  // Something may have come since the query was answered with nothing.
  look();
}

Status read_count(const Value& map, std::string_view key, std::uint64_t& out) {
  const Value* const value = map.find(key);
  if (value == nullptr) return {};
  const std::int64_t* const number = value->as_int();
  if (number == nullptr || *number < 0) {
    return Error{Code::INVALID_ARGUMENT, std::string(key) + ": expected a whole number from 0"};
  }
  out = static_cast<std::uint64_t>(*number);
  return {};
}

Status only_keys(const Value& map, std::span<const std::string_view> keys) {
  if (map.as_map() == nullptr) return Error{Code::INVALID_ARGUMENT, "expected a map"};
  for (const auto& [key, value] : *map.as_map()) {
    const std::string* const name = key.as_text();
    if (name != nullptr && std::find(keys.begin(), keys.end(), *name) != keys.end()) continue;
    std::string there;
    for (const std::string_view each : keys) {
      if (!there.empty()) there += each == keys.back() ? " and " : ", ";
      there += each;
    }
    return Error{Code::INVALID_ARGUMENT, "there is no `" + (name != nullptr ? *name : "?") + "`; there are " + there};
  }
  return {};
}

}  // namespace lodge::control
