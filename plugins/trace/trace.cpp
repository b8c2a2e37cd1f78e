#include <lodge/plugin.hpp>

/// The end of the chains that hear of what is traced: keeps everything as it is.
class Trace {
 public:
  lodge::Config<std::int64_t> slow_ms;
  lodge::Config<bool> log_events;

  explicit Trace(const lodge::Host& host) : host_(host) {}

  static bool span_begun(const lodge::SpanBegun& /*span*/) { return true; }

  bool span_ended(const lodge::SpanEnded& span) {
    const std::int64_t took_ms = span.took_ns / 1'000'000;
    if (slow_ms.get() == 0 || took_ms < slow_ms.get()) return true;
    std::string line = "span " + span.name + " took " + std::to_string(took_ms) + " ms";
    if (!span.traceparent.empty()) line += ", " + span.traceparent;
    host_.log().warn(line);
    return true;
  }

  lodge::TraceEvent event(lodge::TraceEvent event) {
    if (log_events.get()) host_.log().info("event: " + event.text);
    return event;
  }

  static lodge::TraceMetric metric(lodge::TraceMetric metric) { return metric; }
  static lodge::TraceLog log(lodge::TraceLog line) { return line; }

 private:
  lodge::Host host_;
};

LODGE_PLUGIN(Trace, "trace", "1.0.0", lodge::summary("Spans, events, metrics and log lines for who wants to hear them"),
             lodge::setting<&Trace::slow_ms>("slow_ms", 0, "spans that take longer are logged as warnings; 0: none"),
             lodge::setting<&Trace::log_events>("log_events", false, "events are log lines, too"),
             lodge::callback<&Trace::span_begun>("trace_span_begun", "Hears that a span begins; nil: do not keep it",
                                                 lodge::quick, lodge::idempotent, lodge::params("span")),
             lodge::callback<&Trace::span_ended>("trace_span_ended", "Hears that a span has ended", lodge::quick,
                                                 lodge::idempotent, lodge::params("span")),
             lodge::callback<&Trace::event>("trace_event", "The event as it is to be kept; nil: not at all",
                                            lodge::quick, lodge::idempotent, lodge::params("event")),
             lodge::callback<&Trace::metric>("trace_metric", "What is to be counted; nil: nothing", lodge::quick,
                                             lodge::idempotent, lodge::params("metric")),
             lodge::callback<&Trace::log>("trace_log", "The line as it is to be written; nil: not at all", lodge::quick,
                                          lodge::idempotent, lodge::params("line")))
