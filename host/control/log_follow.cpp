#include "control/log_follow.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <vector>

#include "base/function_task.hpp"
#include "base/utf8.hpp"

namespace lodge::control {

using wire::Value;

Value value_of(const log::Ring::Page& page) {
  Value::List lines;
  for (const log::Line& each : page.lines) {
    lines.push_back(Value::map({{"number", each.number},
                                {"time_unix_ms", each.wall_ns / 1'000'000},
                                {"level", log::level_name(each.level)},
                                {"module", escape_for_terminal(each.module)},
                                {"text", escape_for_terminal(each.text)}}));
  }
  return Value::map({{"lines", std::move(lines)}, {"next", page.next}, {"lost", page.lost}, {"more", page.more}});
}

struct LogFollow::State {
  State(const log::Ring& of, const Clock& with, Timers& by, Executor& on)
      : ring(of), clock(with), timers(by), executor(on) {}

  const log::Ring& ring;
  const Clock& clock;
  Timers& timers;
  Executor& executor;

  struct Waiting {
    log::Ring::Query query;
    MonotonicNs until;
    VerbAnswer answer;
    TimerId timer;
  };
  std::mutex mutex;
  std::vector<Waiting> waiting;
  bool ended = false;
  std::atomic<std::size_t> waiting_count{0};
  std::atomic<bool> looking{false};  ///< somebody will, and has not begun

  void answer_those_who_can(std::vector<std::pair<VerbAnswer, log::Ring::Page>>& out) {
    const MonotonicNs now = clock.now();
    std::lock_guard lock(mutex);
    std::erase_if(waiting, [&](Waiting& each) {
      log::Ring::Page page = ring.read(each.query);
      each.query.after = page.next;
      if (page.lines.empty() && page.lost == 0 && now < each.until && !ended) return false;
      (void)timers.cancel(each.timer);
      out.emplace_back(each.answer, std::move(page));
      return true;
    });
    waiting_count = waiting.size();
  }
};

LogFollow::LogFollow(const log::Ring& ring, const Clock& clock, Timers& timers, Executor& executor)
    : state_(new State(ring, clock, timers, executor)) {}

LogFollow::~LogFollow() { end(); }

// On a worker: whoever writes a line has other things to do.
void LogFollow::look(const std::shared_ptr<State>& state) {
  if (state->waiting_count == 0 || state->looking.exchange(true)) return;
  state->executor.submit_always(task_of([state] {
    state->looking = false;
    std::vector<std::pair<VerbAnswer, log::Ring::Page>> out;
    state->answer_those_who_can(out);
    for (const auto& [answer, page] : out) answer(value_of(page));
  }));
}

void LogFollow::look() { look(state_); }

void LogFollow::end() {
  {
    std::lock_guard lock(state_->mutex);
    state_->ended = true;
  }
  look();
}

void LogFollow::wait(const log::Ring::Query& query, MonotonicNs until, const VerbAnswer& answer) {
  {
    std::lock_guard lock(state_->mutex);
    std::vector<State::Waiting>& waiting = state_->waiting;
    // Those whose connection has closed know nothing of it.
    if (waiting.size() >= waiting_max) std::erase_if(waiting, [](const auto& each) { return !each.answer.awaited(); });
    if (waiting.size() >= waiting_max) {
      return answer(Error{Code::RESOURCE_EXHAUSTED, std::to_string(waiting_max) + " follow the log already"});
    }
    const TimerId timer = state_->timers.at(until, [weak = std::weak_ptr<State>(state_)] {
      if (const auto state = weak.lock()) look(state);
    });
    waiting.push_back({query, until, answer, timer});
    state_->waiting_count = waiting.size();
  }
  // A line may have come since the query was answered with nothing.
  look();
}

}  // namespace lodge::control
