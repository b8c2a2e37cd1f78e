#include "service/spans.hpp"

#include <algorithm>
#include <cstring>

namespace lodge::service {

namespace {

/// splitmix64: of successive numbers no two give the same.
std::uint64_t mixed(std::uint64_t number) {
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9U;
  number = (number ^ (number >> 27)) * 0x94d049bb133111ebU;
  return number ^ (number >> 31);
}

template <std::size_t size>
std::string hex_text(const std::array<std::uint8_t, size>& id) {
  std::string out(2 * size, '\0');
  lodge_write_hex(id.data(), size, out.data());
  return out;
}

}  // namespace

std::string hex_of(const SpanId& id) { return hex_text(id); }
std::string hex_of(const TraceId& id) { return hex_text(id); }

std::size_t cost_of(const SpanRecord& span) {
  std::size_t out = sizeof span + span.service.size() + span.plugin.size() + span.name.size() + span.error.size();
  for (const auto& [key, value] : span.attributes) out += 2 * sizeof(std::string) + key.size() + value.size();
  for (const SpanRecord::Event& each : span.events) out += sizeof each + each.text.size();
  return out;
}

bool fits(const SpanRecord& span, const SpanQuery& query) {
  return (query.service.empty() || span.service == query.service) &&
         (!query.trace_id || span.trace_id == *query.trace_id);
}

void Spans::configure(const SpanOptions& options) {
  sample_one_in_ = options.sample_one_in;
  ring_.set_bytes_max(options.kept_bytes_max);
}

std::uint64_t Spans::new_id() {
  constexpr std::uint64_t step = 0x9e3779b97f4a7c15U;
  for (;;) {
    // One number in 2^64 makes an id that is none.
    if (const std::uint64_t id = mixed(next_id_.fetch_add(step, std::memory_order_relaxed)); id != 0) return id;
  }
}

lodge_trace Spans::new_trace() {
  lodge_trace out{};
  const std::uint64_t halves[] = {new_id(), new_id()};
  std::memcpy(out.trace_id, halves, sizeof out.trace_id);
  out.flags = LODGE_TRACE_SAMPLED;
  return out;
}

lodge_trace Spans::below(const lodge_trace& parent) {
  lodge_trace out = parent;
  const std::uint64_t id = new_id();
  std::memcpy(out.span_id, &id, sizeof out.span_id);
  // Others mean nothing in the version that is passed on.
  out.flags &= LODGE_TRACE_SAMPLED;
  return out;
}

void Spans::record(SpanRecord span) {
  ring_.add(std::move(span));
  if (!listened()) return;
  std::shared_lock lock(told_mutex_);
  if (told_) told_();
}

void Spans::listen(MonotonicNs until) {
  MonotonicNs before = listened_until_.load(std::memory_order_relaxed);
  while (before < until && !listened_until_.compare_exchange_weak(before, until, std::memory_order_relaxed)) {
  }
}

void Spans::on_record(std::function<void()> told) {
  std::lock_guard lock(told_mutex_);
  told_ = std::move(told);
}

std::string cut_text(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  std::size_t size = bytes_max;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80U) --size;
  return std::string(text.substr(0, size));
}

Span::Span(Spans& spans, const lodge_trace& parent, std::string name, MonotonicNs began)
    : spans_(&spans), trace_(spans.below(parent)), began_(began) {
  const Clock& clock = spans.clock();
  record_.began_wall_ns = clock.wall() - (clock.now() - began);
  record_.name = std::move(name);
  std::copy(std::begin(trace_.trace_id), std::end(trace_.trace_id), record_.trace_id.begin());
  std::copy(std::begin(trace_.span_id), std::end(trace_.span_id), record_.span_id.begin());
  std::copy(std::begin(parent.span_id), std::end(parent.span_id), record_.parent_id.begin());
}

void Span::end(std::string service, std::string plugin, Code code, std::string_view error) {
  constexpr std::size_t error_bytes_max = 256;
  record_.took_ns = age_ns();
  record_.service = std::move(service);
  record_.plugin = std::move(plugin);
  record_.code = code;
  if (code != Code::OK) record_.error = cut_text(error, error_bytes_max);
  spans_->record(std::move(record_));
}

}  // namespace lodge::service
