// What the callbacks trace_span_begun/1, trace_span_ended/1, trace_event/1, trace_metric/1 and trace_log/1 are told,
// and may change. Later SDKs may add fields.
#pragma once

#include <map>
#include <string>
#include <tuple>

#include <lodge/pack_structs.hpp>

namespace lodge {
inline namespace sdk {

struct SpanBegun {
  std::string name;
  std::string traceparent;  ///< the span's own: 00-TRACE_ID-SPAN_ID-FLAGS; empty: nobody keeps it, so that it has no id
  static constexpr auto lodge_fields =
      std::make_tuple(field("name", &SpanBegun::name), field("traceparent", &SpanBegun::traceparent));
};

struct SpanEnded {
  std::string name;
  std::string traceparent;
  std::int64_t took_ns = 0;
  std::int32_t code = 0;  ///< LODGE_OK, or the error's
  std::string error;
  std::map<std::string, std::string> attributes;
  static constexpr auto lodge_fields =
      std::make_tuple(field("name", &SpanEnded::name), field("traceparent", &SpanEnded::traceparent),
                      field("took_ns", &SpanEnded::took_ns), field("code", &SpanEnded::code),
                      field("error", &SpanEnded::error), field("attributes", &SpanEnded::attributes));
};

struct TraceEvent {
  std::string text;
  std::string traceparent;  ///< of the span that it happened in; empty: none
  static constexpr auto lodge_fields =
      std::make_tuple(field("text", &TraceEvent::text), field("traceparent", &TraceEvent::traceparent));
};

struct TraceMetric {
  std::string name;  ///< of a counter where it ends in _total, else of a gauge
  double value = 0;  ///< to add, or to set
  static constexpr auto lodge_fields =
      std::make_tuple(field("name", &TraceMetric::name), field("value", &TraceMetric::value));
};

struct TraceLog {
  std::int32_t level = 0;  ///< LODGE_LOG_...
  std::string text;
  static constexpr auto lodge_fields =
      std::make_tuple(field("level", &TraceLog::level), field("text", &TraceLog::text));
};

}  // namespace sdk
}  // namespace lodge
