// The spans of traced calls: their ids, and the last ones that have ended.
#pragma once

#include <lodge/traceparent.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/record_ring.hpp"
#include "base/status.hpp"

namespace lodge::service {

using SpanId = std::array<std::uint8_t, 8>;
using TraceId = std::array<std::uint8_t, 16>;

[[nodiscard]] std::string hex_of(const SpanId& id);
[[nodiscard]] std::string hex_of(const TraceId& id);

/// One span that has ended.
struct SpanRecord {
  std::uint64_t number = 0;
  TraceId trace_id{};
  SpanId span_id{};
  SpanId parent_id{};  ///< zero: it has none
  std::int64_t began_wall_ns = 0;
  std::int64_t took_ns = 0;
  bool call = true;  ///< of a call, which the host made; else a plugin's own
  std::string service;
  std::string plugin;  ///< whose it is; of a call: who answered
  std::string name;    ///< of a call: "greet/1"
  Code code = Code::OK;
  std::string error = {};  ///< its message
  std::vector<std::pair<std::string, std::string>> attributes = {};
  struct Event {
    std::int64_t after_ns = 0;  ///< of the span's beginning
    std::string text;
  };
  std::vector<Event> events = {};
  std::uint32_t dropped = 0;  ///< attributes and events beyond their limits
};

struct SpanQuery {
  std::uint64_t after = 0;
  std::string service = {};  ///< empty: of any
  std::optional<TraceId> trace_id = {};
  std::size_t last = SIZE_MAX;
  std::size_t records_max = 256;
  std::size_t bytes_max = 65'536;
};

[[nodiscard]] std::size_t cost_of(const SpanRecord& span);
[[nodiscard]] bool fits(const SpanRecord& span, const SpanQuery& query);

using SpanRing = RecordRing<SpanRecord, SpanQuery>;

struct SpanOptions {
  std::uint32_t sample_one_in = 0;  ///< calls from outside that bring no trace; 0: none
  std::uint32_t kept_bytes_max = 1u << 20;
  bool operator==(const SpanOptions&) const = default;
};

/// Thread-safe.
class Spans {
 public:
  /// `seed`: random; ids are made of it, so that it is no secret.
  Spans(const Clock& clock, std::uint64_t seed) : clock_(clock), next_id_(seed) {}

  void configure(const SpanOptions& options);

  /// Whether a span below `parent` is recorded: that trace is sampled, or somebody listens.
  [[nodiscard]] bool wanted(const lodge_trace& parent) const {
    const bool sampled = (parent.flags & LODGE_TRACE_SAMPLED) != 0;
    return (sampled || listened()) && lodge_no_id(parent.trace_id, sizeof parent.trace_id) == 0;
  }
  [[nodiscard]] bool listened() const {
    const MonotonicNs until = listened_until_.load(std::memory_order_relaxed);
    return until != 0 && clock_.now() < until;
  }
  /// Whether this call from outside, which brings no trace, shall have one.
  [[nodiscard]] bool samples() {
    const std::uint32_t one_in = sample_one_in_.load(std::memory_order_relaxed);
    return one_in != 0 && outside_calls_.fetch_add(1, std::memory_order_relaxed) % one_in == 0;
  }

  /// What a new trace begins below: it has no span yet.
  [[nodiscard]] lodge_trace new_trace();
  /// A new span in the trace of `parent`.
  [[nodiscard]] lodge_trace below(const lodge_trace& parent);

  void record(SpanRecord span);
  [[nodiscard]] const SpanRing& ring() const { return ring_; }

  /// Somebody waits for spans: until then those are recorded too whose trace is not sampled.
  void listen(MonotonicNs until);
  /// Calls `told` after each span that is recorded, on the thread that ended it: it must not wait. An empty one: nobody
  /// is told; who is being told has been when this returns.
  void on_record(std::function<void()> told);

  [[nodiscard]] const Clock& clock() const { return clock_; }

 private:
  [[nodiscard]] std::uint64_t new_id();

  const Clock& clock_;
  std::atomic<std::uint64_t> next_id_;
  std::atomic<std::uint32_t> sample_one_in_{0};
  std::atomic<std::uint32_t> outside_calls_{0};
  std::atomic<MonotonicNs> listened_until_{0};
  SpanRing ring_{SpanOptions().kept_bytes_max};
  std::shared_mutex told_mutex_;
  std::function<void()> told_;
};

/// What spans hold of texts that plugins make: so many bytes, cut where a character ends.
[[nodiscard]] std::string cut_text(std::string_view text, std::size_t bytes_max);

/// A span that goes on. Used by one thread at a time.
class Span {
 public:
  /// Below `parent`, of which it is a part; `began`: on the clock of `spans`.
  Span(Spans& spans, const lodge_trace& parent, std::string name, MonotonicNs began);

  /// Its own: what calls within it are below.
  [[nodiscard]] const lodge_trace& trace() const { return trace_; }
  [[nodiscard]] std::int64_t age_ns() const { return spans_->clock().now() - began_; }
  /// What is recorded at its end, save its times, service and plugin.
  [[nodiscard]] SpanRecord& record() { return record_; }

  /// Once. `error`: where the code is one, what it says.
  void end(std::string service, std::string plugin, Code code, std::string_view error);

 private:
  Spans* spans_;
  lodge_trace trace_;
  MonotonicNs began_;
  SpanRecord record_;
};

}  // namespace lodge::service
