// Those who wait for what is yet to come: lines of the log, spans of calls.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "base/timers.hpp"
#include "control/admin.hpp"

namespace lodge::control {

/// Thread-safe. A wait holds no thread; it ends when there is something, after a while, or when the host stops.
class Follow {
 public:
  static constexpr std::size_t waiting_max = 64;
  static constexpr std::uint64_t wait_ms_max = 60'000;

  /// `what` they follow, for messages: "the log".
  Follow(std::string what, const Clock& clock, Timers& timers, Executor& executor);
  ~Follow();
  Follow(const Follow&) = delete;
  Follow& operator=(const Follow&) = delete;

  /// Reads on from where it stands: what there is, or nothing. `at_last`: an answer in any case. Called by one thread
  /// at a time; must not wait.
  using Read = std::function<std::optional<wire::Value>(bool at_last)>;

  /// Answers with the first thing there is to read, or after `wait_ms` (at most wait_ms_max). RESOURCE_EXHAUSTED: too
  /// many wait.
  void wait(Read read, std::uint64_t wait_ms, const VerbAnswer& answer);

  /// There may be something: has the executor look, where anybody waits. Neither waits nor logs.
  void look();

  /// Answers all, now and from now on.
  void end();

 private:
  struct State;
  static void look(const std::shared_ptr<State>& state);

  const std::shared_ptr<State> state_;  // what is queued and timed outlives this
};

/// A page of the log as the verb `logs` answers it, of spans as `trace` does.
template <typename Page>
[[nodiscard]] wire::Value page_value(const Page& page, std::string_view name,
                                     wire::Value (*value_of)(const typename decltype(page.records)::value_type&)) {
  wire::Value::List records;
  for (const auto& each : page.records) records.push_back(value_of(each));
  return wire::Value::map({{name, std::move(records)}, {"next", page.next}, {"lost", page.lost}, {"more", page.more}});
}

/// The answer to a query of a ring: a page that has something, or what comes within `wait_ms`. Nothing: it has been
/// taken.
template <typename Ring>
[[nodiscard]] std::optional<Result<wire::Value>> answer_page(const Ring& ring, typename Ring::Query query,
                                                             wire::Value (*value_of)(const typename Ring::Page&),
                                                             Follow& follow, std::uint64_t wait_ms,
                                                             const TakeAnswer& take) {
  const typename Ring::Page page = ring.read(query);
  if (!page.records.empty() || page.lost != 0 || wait_ms == 0) return value_of(page);
  const Result<VerbAnswer> answer = take();
  if (!answer) return answer.error();
  query.after = page.next;
  query.last = SIZE_MAX;
  follow.wait(
      [&ring, query, value_of](bool at_last) mutable -> std::optional<wire::Value> {
        const typename Ring::Page next = ring.read(query);
        query.after = next.next;
        if (next.records.empty() && next.lost == 0 && !at_last) return std::nullopt;
        return value_of(next);
      },
      wait_ms, *answer);
  return std::nullopt;
}

/// What both verbs read of their question, a map: the whole number from 0 under a key, where there is one; whether all
/// keys are known.
[[nodiscard]] Status read_count(const wire::Value& map, std::string_view key, std::uint64_t& out);
[[nodiscard]] Status only_keys(const wire::Value& map, std::span<const std::string_view> keys);

}  // namespace lodge::control
