// The verb about traced calls: spans that have ended, and waiting for the next ones.
#include <algorithm>

#include "base/utf8.hpp"
#include "control/follow.hpp"

namespace lodge::control {

namespace {

using service::hex_of;
using service::SpanRecord;
using wire::Value;

struct Question {
  service::SpanQuery query;
  std::uint64_t wait_ms = 0;
};

Result<Question> question_from(const Value& map) {
  constexpr std::string_view keys[] = {"after", "service", "trace_id", "last", "wait_ms"};
  if (const Status known = only_keys(map, keys); !known) return known.error();
  Question out;
  std::uint64_t last = SIZE_MAX;
  for (const auto& [key, number] : {std::pair<std::string_view, std::uint64_t*>{"after", &out.query.after},
                                    {"last", &last},
                                    {"wait_ms", &out.wait_ms}}) {
    if (const Status read = read_count(map, key, *number); !read) return read.error();
  }
  out.query.last = last;
  if (const Value* const service = map.find("service"); service != nullptr) {
    if (service->as_text() == nullptr) return Error{Code::INVALID_ARGUMENT, "service: expected text"};
    out.query.service = *service->as_text();
  }
  if (const Value* const id = map.find("trace_id"); id != nullptr) {
    const std::string* const text = id->as_text();
    service::TraceId& wanted = out.query.trace_id.emplace();
    if (text == nullptr || text->size() != 2 * wanted.size() ||
        lodge_read_hex(text->data(), wanted.data(), wanted.size()) == 0) {
      return Error{Code::INVALID_ARGUMENT, "trace_id: expected 32 hex digits, 0-9 and a-f"};
    }
  }
  return out;
}

Value span_value(const SpanRecord& span) {
  constexpr std::int64_t us = 1'000;
  Value::Map attributes;
  for (const auto& [key, value] : span.attributes) {
    attributes.emplace_back(escape_for_terminal(key), escape_for_terminal(value));
  }
  Value::List events;
  for (const SpanRecord::Event& each : span.events) {
    events.push_back(Value::map({{"after_us", each.after_ns / us}, {"text", escape_for_terminal(each.text)}}));
  }
  return Value::map({{"number", span.number},
                     {"trace_id", hex_of(span.trace_id)},
                     {"span_id", hex_of(span.span_id)},
                     {"parent_id", span.parent_id == service::SpanId{} ? Value() : Value(hex_of(span.parent_id))},
                     {"began_unix_us", span.began_wall_ns / us},
                     {"took_us", span.took_ns / us},
                     {"kind", span.call ? "call" : "span"},
                     {"service", span.service},
                     {"plugin", span.plugin},
                     {"name", escape_for_terminal(span.name)},
                     {"code", code_name(span.code)},
                     {"error", escape_for_terminal(span.error)},
                     {"attributes", std::move(attributes)},
                     {"events", std::move(events)},
                     {"dropped", span.dropped}});
}

Value spans_value(const service::SpanRing::Page& page) { return page_value(page, "spans", span_value); }

std::optional<Result<Value>> trace(Admin& admin, std::span<const Value> args, const TakeAnswer& take) {
  const Result<Question> question = question_from(args[0]);
  if (!question) return question.error();
  service::Spans& spans = admin.runtime.spans();
  // A little longer than the wait: who follows asks again.
  constexpr MonotonicNs second = 1'000'000'000;
  if (question->wait_ms > 0) {
    const std::uint64_t wait_ms = std::min(question->wait_ms, Follow::wait_ms_max);
    spans.listen(admin.clock.now() + static_cast<MonotonicNs>(wait_ms) * 1'000'000 + second);
  }
  return answer_page(spans.ring(), question->query, spans_value, admin.span_follow, question->wait_ms, take);
}

constexpr AdminVerb verbs[] = {
    {"trace", 1, "query: map", "spans of traced calls that are kept, or the next ones", nullptr, false, trace},
};

}  // namespace

std::span<const AdminVerb> trace_verbs() { return verbs; }

}  // namespace lodge::control
