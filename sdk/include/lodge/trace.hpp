// Spans of a plugin's own in traced calls; and events, metrics and log lines that plugins of the service may replace.
//
//   std::int64_t load(lodge::Call& call, std::string path) {
//     return host_.trace().in_span(call, "load", [&](lodge::Span& span) {
//       span.set("path", path);
//       return rows_in(span.call<std::string>("files", "read", path).or_throw());
//     });
//   }
#pragma once

#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include <lodge/metric.hpp>
#include <lodge/task.hpp>
#include <lodge/trace_records.hpp>

namespace lodge {
inline namespace sdk {

class Span;

/// What a span is a part of: a call that is being answered, a span, a trace from elsewhere; nothing: it begins a trace.
class SpanParent {
 public:
  SpanParent() noexcept = default;
  SpanParent(const Call& call) noexcept : of_(call.parent()) {}          // NOLINT: wherever a parent is asked for
  SpanParent(const TaskRoot& task) noexcept : of_(task.parent()) {}      // NOLINT
  SpanParent(const Reply& reply) noexcept : of_(reply.parent()) {}       // NOLINT
  SpanParent(const lodge_trace& trace) noexcept { of_.trace = &trace; }  // NOLINT
  SpanParent(const Span& span) noexcept;                                 // NOLINT

  [[nodiscard]] lodge_span_parent raw() const noexcept {
    if (span_ != 0) return {sizeof(lodge_span_parent), nullptr, 0, span_, nullptr};
    const bool of_call = of_.trace == nullptr;
    return {sizeof(lodge_span_parent), of_call ? of_.call : nullptr, of_call ? of_.ticket : 0, 0, of_.trace};
  }
  /// On whose behalf calls within the span are made.
  [[nodiscard]] Parent call() const noexcept { return {of_.call, of_.ticket, nullptr}; }

 private:
  Parent of_;
  lodge_handle span_ = 0;
};

/// A text, or what a function that is only run where it is needed returns.
template <typename Text>
std::string made_text(Text&& text) {
  if constexpr (std::is_invocable_v<Text&>) {
    return std::string(text());
  } else {
    return std::string(std::forward<Text>(text));
  }
}

/// What the plugins of a service hear of what is traced.
class Listeners {
 public:
  explicit Listeners(Link<lodge_trace_v1> link) noexcept : link_(link) {}

  /// Whether one of them listens to LODGE_TRACE_... [quick]
  [[nodiscard]] bool listen(std::uint32_t kind) const noexcept {
    return link_.table != nullptr && link_.table->listened(link_.host, kind) != 0;
  }
  /// Tells them; the record is what they made of it then. False: one of them has seen to all there is to do. Those who
  /// fail, or cannot be asked in a quick callback, change nothing.
  template <typename Record>
  [[nodiscard]] bool tell(std::uint32_t kind, Record& record) const {
    Buffer<> packed;
    Buffer<> answer;
    if (Pack<Record>::write(packed, record) != LODGE_OK) return true;
    if (link_.table->tell(link_.host, kind, packed.data, packed.size, &answer) != LODGE_OK) return true;
    constexpr std::uint8_t nil = 0xc0;
    if (answer.size == 1 && answer.data[0] == nil) return false;
    Record changed;
    Mismatch mismatch;
    if (read_value(answer.view(), changed, mismatch)) record = std::move(changed);
    return true;
  }

 private:
  Link<lodge_trace_v1> link_;
};

/// A span from its beginning to its end, or to where it goes out of scope. Used by one thread at a time; not within a
/// call on another one's stack. Where the host has no lodge.trace/1, or nobody keeps it, it does nothing.
class [[nodiscard]] Span {
 public:
  Span(const Host& host, const SpanParent& parent, std::string_view name)
      : host_(host), link_(host.link<lodge_trace_v1>()), above_(parent.call()) {
    if (link_.table == nullptr) return;
    const lodge_span_parent raw = parent.raw();
    static_cast<void>(link_.table->begin(link_.host, &raw, name.data(), name.size(), &handle_, &context_));
    const Listeners listeners(link_);
    if (listeners.listen(LODGE_TRACE_SPAN_ENDED)) told_ = std::make_unique<Told>(Told{{}, now()});
    if (told_) told_->record.name = name;
    if (!listeners.listen(LODGE_TRACE_SPAN_BEGUN)) return;
    SpanBegun record{std::string(name), traceparent()};
    if (listeners.tell(LODGE_TRACE_SPAN_BEGUN, record)) return;
    static_cast<void>(link_.table->discard(link_.host, std::exchange(handle_, 0)));
  }
  Span(Span&& other) noexcept
      : host_(other.host_),
        link_(other.link_),
        above_(other.above_),
        context_(other.context_),
        handle_(std::exchange(other.handle_, 0)),
        told_(std::move(other.told_)),
        exceptions_(other.exceptions_) {}
  Span(const Span&) = delete;
  Span& operator=(const Span&) = delete;
  Span& operator=(Span&&) = delete;
  ~Span() {
    if (std::uncaught_exceptions() > exceptions_) fail(LODGE_INTERNAL, "left by an exception");
    end();
  }

  /// Whether somebody will see it: ask before building dear text.
  [[nodiscard]] bool kept() const noexcept { return handle_ != 0 || told_ != nullptr; }
  /// What calls within it carry; all zero: no trace.
  [[nodiscard]] const lodge_trace& trace() const noexcept { return context_; }
  /// The same as the text of a header; empty: no trace.
  [[nodiscard]] std::string traceparent() const {
    if (lodge_no_id(context_.trace_id, sizeof context_.trace_id) != 0) return {};
    std::string out(LODGE_TRACEPARENT_SIZE, '\0');
    lodge_traceparent_write(&context_, out.data());
    return out;
  }
  [[nodiscard]] lodge_handle handle() const noexcept { return handle_; }
  /// For calls within it; valid while it stays where it is.
  [[nodiscard]] Parent parent() const noexcept {
    const bool traced = lodge_no_id(context_.trace_id, sizeof context_.trace_id) == 0;
    return {above_.call, above_.ticket, traced ? &context_ : nullptr};
  }
  /// Calls a service, as Call::call does, below this span.
  template <typename R = void, typename... Args>
  Result<R> call(std::string_view service, std::string_view name, const Args&... args) const {
    return call_by_name<R>(host_, parent(), service, name, args...);
  }

  /// An attribute: text, number or bool. [quick]
  template <typename Value>
  void set(std::string_view key, const Value& value) {
    if (!kept()) return;
    std::string text;
    if constexpr (std::is_same_v<Value, bool>) {
      text = value ? "true" : "false";
    } else if constexpr (std::is_arithmetic_v<Value>) {
      text = std::to_string(value);
    } else {
      text = value;
    }
    static_cast<void>(link_.table->set(link_.host, handle_, key.data(), key.size(), text.data(), text.size()));
    if (told_) told_->record.attributes.insert_or_assign(std::string(key), std::move(text));
  }

  /// Something has happened in it: a text, or a function that makes one and is run where somebody listens.
  template <typename Text>
  void event(Text&& text) {
    if (link_.table == nullptr) return;
    const Listeners listeners(link_);
    const bool heard = listeners.listen(LODGE_TRACE_EVENT);
    if (handle_ == 0 && !heard) return;
    TraceEvent record{made_text(std::forward<Text>(text)), traceparent()};
    if (heard && !listeners.tell(LODGE_TRACE_EVENT, record)) return;
    static_cast<void>(link_.table->event(link_.host, handle_, record.text.data(), record.text.size()));
  }

  void end() noexcept { finish(LODGE_OK, {}); }
  /// Ends it with an error.
  void fail(std::int32_t code, std::string_view text) noexcept { finish(code, text); }

 private:
  /// What those are told who listen to its end.
  struct Told {
    SpanEnded record;
    std::int64_t began_ns;
  };

  [[nodiscard]] std::int64_t now() const noexcept {
    const auto clock = host_.link<lodge_timer_v1>();
    return clock.table != nullptr ? clock.table->now(clock.host) : 0;
  }
  void finish(std::int32_t code, std::string_view text) noexcept {
    if (const lodge_handle ended = std::exchange(handle_, 0); ended != 0) {
      static_cast<void>(link_.table->end(link_.host, ended, code, text.data(), text.size()));
    }
    const std::unique_ptr<Told> told = std::move(told_);
    if (!told) return;
    guarded_task(host_.raw(), "the end of a span", [&] {
      SpanEnded& record = told->record;
      record.traceparent = traceparent();
      record.took_ns = now() - told->began_ns;
      record.code = code;
      record.error = text;
      static_cast<void>(Listeners(link_).tell(LODGE_TRACE_SPAN_ENDED, record));
    });
  }

  Host host_;
  Link<lodge_trace_v1> link_;
  Parent above_;
  lodge_trace context_{};
  lodge_handle handle_ = 0;
  std::unique_ptr<Told> told_;
  int exceptions_ = std::uncaught_exceptions();
};

inline SpanParent::SpanParent(const Span& span) noexcept : of_(span.parent()), span_(span.handle()) {}

template <typename T>
inline constexpr bool is_result = false;
template <typename T>
inline constexpr bool is_result<Result<T>> = true;

/// host.trace(): what is worth telling whoever looks at calls.
class Tracer {
 public:
  explicit Tracer(const Host& host) noexcept : host_(host) {}

  /// Whether a span below `parent` would be kept: ask before building dear text. [quick]
  [[nodiscard]] bool wanted(const SpanParent& parent) const noexcept {
    const auto link = host_.link<lodge_trace_v1>();
    const lodge_span_parent raw = parent.raw();
    return link.table != nullptr && link.table->wanted(link.host, &raw) != 0;
  }

  /// For what is no block: coroutines, things that end elsewhere.
  Span begin(const SpanParent& parent, std::string_view name) const { return Span(host_, parent, name); }

  /// Runs body(span), or body(), within a span, and answers what it answers. What it throws, or a Result that is an
  /// error, ends the span with that.
  template <typename Body>
  decltype(auto) in_span(const SpanParent& parent, std::string_view name, Body&& body) const {
    Span span(host_, parent, name);
    try {
      return run(span, std::forward<Body>(body));
    } catch (const Failure& failure) {
      span.fail(failure.code(), failure.what());
      throw;
    } catch (const std::exception& thrown) {
      span.fail(LODGE_INTERNAL, thrown.what());
      throw;
    }
  }
  template <typename Body>
  decltype(auto) in_span(std::string_view name, Body&& body) const {
    return in_span(SpanParent(), name, std::forward<Body>(body));
  }

  /// Adds to a counter, where the name ends in _total, else sets a gauge. It is opened each time: what counts often
  /// keeps one of metric.hpp. Errors: those of lodge_metric_v1.open.
  Result<void> metric(std::string_view name, double value) const {
    const Listeners listeners(host_.link<lodge_trace_v1>());
    TraceMetric record{std::string(name), value};
    if (listeners.listen(LODGE_TRACE_METRIC) && !listeners.tell(LODGE_TRACE_METRIC, record)) return {};
    if (std::string_view(record.name).ends_with("_total")) {
      const Result<Counter> counter = host_.metrics().counter(record.name, "traced");
      if (!counter) return counter.error();
      counter->add(record.value);
    } else {
      const Result<Gauge> gauge = host_.metrics().gauge(record.name, "traced");
      if (!gauge) return gauge.error();
      gauge->set(record.value);
    }
    return {};
  }

  /// A line of the log: a text, or a function that makes one and is run where the line is written or heard.
  template <typename Text>
  void log(std::int32_t level, Text&& text) const {
    const Listeners listeners(host_.link<lodge_trace_v1>());
    const bool heard = listeners.listen(LODGE_TRACE_LOG);
    if (!heard && !host_.log().enabled(level)) return;
    TraceLog record{level, made_text(std::forward<Text>(text))};
    if (heard && !listeners.tell(LODGE_TRACE_LOG, record)) return;
    host_.log().write(record.level, record.text);
  }

 private:
  template <typename Body>
  static decltype(auto) run(Span& span, Body&& body) {
    if constexpr (std::is_invocable_v<Body&, Span&>) {
      return answered(span, [&]() -> decltype(auto) { return body(span); });
    } else {
      return answered(span, body);
    }
  }
  template <typename Body>
  static decltype(auto) answered(Span& span, Body&& body) {
    using Answer = decltype(body());
    static_assert(!is_task<Answer>, "a coroutine outlives the block: keep a lodge::Span in it");
    if constexpr (is_result<Answer>) {
      Answer answer = body();
      if (!answer) span.fail(answer.error().code, answer.error().message);
      return answer;
    } else {
      return body();
    }
  }
  Host host_;
};

inline Tracer Host::trace() const noexcept { return Tracer(*this); }

}  // namespace sdk
}  // namespace lodge
